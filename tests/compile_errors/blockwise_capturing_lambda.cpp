// expect: a lambda that captures cannot go to another rank
#include <bask/bask.hpp>

int main() {
  double factor = 2;
  auto f = [factor](bask::NdView<const double>) { return bask::NdArray<double>({1}, {factor}); };
  auto wrong = bask::blockwise(f, "i", bask::zeros({4}), "i");
}
