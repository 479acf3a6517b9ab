// The smallest program on an installed Bask; exits with 0 when what it gets is right.
#include <bask/core/error.hpp>

#include <iostream>

int main() {
  const bask::Error error("consumer", "it works", "nothing to fix");
  std::cout << error.what() << '\n';
  return error.where() == "consumer" ? 0 : 1;
}
