// expect: a function of blocks returns an NdArray
#include <bask/bask.hpp>

double first(bask::NdView<const double> x) {
  return x(0);
}

int main() {
  auto firsts = bask::map_overlap<first>(bask::zeros({4}), {.depth = {1}});
}
