// ex08_own_functions.cpp: your own functions on arrays: on single elements, and on whole blocks.
//
//   build/release/apps/ex08_own_functions
//   mpirun -n 3 build/release/apps/ex08_own_functions
//
// Prints: 3 elements above 2.9, the highest at 8; ranges of the blocks: 2.96 2.58 2.81 2.74
#include <bask/bask.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>

// 1. A function of elements: numbers in, a number out. It is inlined into the loop over the elements.
double wave(double x, double height) {
  return height * std::sin(x / 5.0);
}

// 2. A function of a block, which is dense and in C order; the result may have another shape.
bask::NdArray<double> range(bask::NdView<const double> block) {
  const auto [least, greatest] = std::minmax_element(block.data, block.data + block.size());
  return bask::NdArray<double>({1}, {*greatest - *least});
}

int main(int argc, char** argv) {
  return bask::run(argc, argv, [](bask::Client&) {
    // 3. Apply the first to every element of two arrays; the array without axes stands for a number.
    const auto x = bask::arange<double>(0, 32, 1, 8);
    const auto waves = bask::map<wave>(x, bask::full({}, 3.0));

    // 4. Apply the second to every block. The result's blocks have another shape, so give its chunks.
    const auto ranges = bask::map_blocks<range>({.chunks = bask::Chunks{{1, 1, 1, 1}}}, waves);

    // 5. Run both at once.
    const auto [high, where, widths] =
        bask::compute(bask::count_nonzero(waves > 2.9), waves.argmax(), ranges);
    std::printf("%d elements above 2.9, the highest at %d; ranges of the blocks:",
                static_cast<int>(high.item()), static_cast<int>(where.item()));
    for (const double width : widths) std::printf(" %.2f", width);
    std::printf("\n");
  });
}
