// expect: arrays hold bool, integers, float, double and complex numbers of them
#include <bask/bask.hpp>

struct Point {
  double x, y;
};

int main() {
  auto points = bask::zeros<Point>({4});
}
