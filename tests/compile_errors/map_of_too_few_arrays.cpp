// expect: the function does not fit the arrays: map<f>\(x, y\) calls f with one element of each
#include <bask/bask.hpp>

double add(double x, double y) {
  return x + y;
}

int main() {
  auto sum = bask::map<add>(bask::zeros({4}));
}
