// expect: a function of blocks takes an NdView<const E> of each array
#include <bask/bask.hpp>

bask::NdArray<float> copy(bask::NdView<const float> x) {
  return bask::NdArray<float>(bask::Shape{x.shape[0]});
}

int main() {
  auto copied = bask::map_blocks<copy>(bask::zeros({4}));
}
