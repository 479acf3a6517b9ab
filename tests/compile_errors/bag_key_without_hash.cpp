// expect: keys need operator== and std::hash: specialise std::hash for the class, or give a key
#include <bask/bask.hpp>

struct Point {
  double x, y;
};

int main() {
  auto points = bask::bag::from_sequence({Point{1, 2}}).distinct();
}
