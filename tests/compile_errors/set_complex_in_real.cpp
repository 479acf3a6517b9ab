// expect: complex numbers cannot go into an array of real ones
#include <bask/bask.hpp>

int main() {
  auto x = bask::zeros({4});
  x.set("1:3", bask::zeros<std::complex<double>>({2}));
}
