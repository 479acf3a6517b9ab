// expect: the function's result cannot go to another rank: pointers and views never travel
#include <bask/bask.hpp>

int* address(int x) {
  static int kept;
  kept = x;
  return &kept;
}

int main() {
  auto pointer = bask::delayed<address>(1);
}
