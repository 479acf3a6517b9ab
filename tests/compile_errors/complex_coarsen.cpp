// expect: complex numbers have no order: take real\(x\), imag\(x\) or abs\(x\)
#include <bask/bask.hpp>

int main() {
  const auto x = bask::zeros<std::complex<double>>({2});
  auto wrong = bask::coarsen<bask::Coarsen::kMax>(x, {{0, 2}});
}
