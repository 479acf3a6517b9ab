// expect: a part of an array cannot be assigned to
#include <bask/bask.hpp>

int main() {
  auto x = bask::zeros({4});
  x(0) = x(1);
}
