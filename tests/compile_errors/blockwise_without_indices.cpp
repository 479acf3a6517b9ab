// expect: blockwise takes the indices of the result, then each array and its indices
#include <bask/bask.hpp>

bask::NdArray<double> copy(bask::NdView<const double> x) {
  return bask::NdArray<double>(bask::Shape{x.shape[0]});
}

int main() {
  auto wrong = bask::blockwise<copy>("i", bask::zeros({4}));
}
