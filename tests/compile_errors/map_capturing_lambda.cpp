// expect: a lambda that captures cannot go to another rank\. Pass what it captures as one more array
#include <bask/bask.hpp>

int main() {
  double offset = 1;
  auto sum = bask::zeros({4}).map([offset](double x) { return x + offset; });
}
