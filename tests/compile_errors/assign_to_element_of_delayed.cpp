// expect: a part of a Delayed cannot be assigned to
#include <bask/bask.hpp>

int main() {
  auto d = bask::delayed(std::vector<int>{1, 2});
  d[0] = bask::delayed(3);
}
