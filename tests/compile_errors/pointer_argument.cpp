// expect: this type cannot go to another rank.*Pointers and views never travel: pass the value they refer to
#include <bask/bask.hpp>

int value_at(const int* x) {
  return *x;
}

int main() {
  int x = 1;
  auto sum = bask::delayed<value_at>(&x);
}
