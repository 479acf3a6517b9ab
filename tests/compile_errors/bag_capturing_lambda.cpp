// expect: a lambda that captures cannot go to another rank\. Pass what it captures after the function
#include <bask/bask.hpp>

int main() {
  int offset = 1;
  auto sums = bask::bag::range(4).map([offset](std::int64_t x) { return x + offset; });
}
