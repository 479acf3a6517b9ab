// expect: these arguments do not fit the function's parameters
#include <bask/bask.hpp>

int increment(int x) {
  return x + 1;
}

int main() {
  auto sum = bask::delayed<increment>(std::string("one"));
}
