// The smallest program on an installed Bask; exits with 0 when the result is right.
#include <bask/bask.hpp>
#include <iostream>
#include <stdexcept>

int increment(int x) {
  return x + 1;
}
int add(int x, int y) {
  return x + y;
}

int main(int argc, char** argv) {
  return bask::run(argc, argv, [](bask::Client&) {
    auto x = bask::delayed<increment>(1);
    auto y = bask::delayed<increment>(2);
    const int sum = bask::delayed<add>(x, y).compute();
    std::cout << sum << '\n';
    if (sum != 5) throw std::runtime_error("2 + 3 is 5");
  });
}
