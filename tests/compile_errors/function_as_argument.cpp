// expect: pass a function as a template argument: bask::delayed<f>\(x\), not bask::delayed\(f\)\(x\)
#include <bask/bask.hpp>

int increment(int x) {
  return x + 1;
}

int main() {
  auto sum = bask::delayed(increment)(1);
}
