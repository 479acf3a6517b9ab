// expect: complex numbers have no order: take real\(x\), imag\(x\) or abs\(x\)
#include <bask/bask.hpp>

int main() {
  const auto x = bask::zeros<std::complex<double>>({2});
  auto wrong = bask::clip(x, std::complex<double>(0, 0), std::complex<double>(1, 1));
}
