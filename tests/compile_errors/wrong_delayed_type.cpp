// expect: these arguments do not fit the function's parameters
#include <bask/bask.hpp>

std::string name(int x) {
  return std::to_string(x);
}
int increment(int x) {
  return x + 1;
}

int main() {
  auto sum = bask::delayed<increment>(bask::delayed<name>(1));
}
