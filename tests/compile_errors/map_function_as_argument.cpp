// expect: pass a function as a template argument: map<f>\(x\), not map\(f, x\)
#include <bask/bask.hpp>

double increment(double x) {
  return x + 1;
}

int main() {
  auto sum = bask::map(increment, bask::zeros({4}));
}
