// ex07_arrays.cpp: lazy arrays with NumPy's names, cut into blocks; an expression is one pass over them.
//
//   build/release/apps/ex07_arrays
//   mpirun -n 3 build/release/apps/ex07_arrays
//
// Prints: 3 x 4 blocks; the columns' means are 999 1000 ... 2998
#include <bask/bask.hpp>

#include <iostream>

int main(int argc, char** argv) {
  return bask::run(argc, argv, [](bask::Client&) {
    // 1. x[i, j] = i + j from a row and a column: shapes are broadcast.
    const auto count = bask::arange<double>(0, 2000, 1, 500);
    const auto x = count(bask::slice(0, 1500), bask::newaxis) + count;

    // 2. Its blocks follow from those of its operands.
    const auto blocks = x.numblocks();
    std::cout << blocks[0] << " x " << blocks[1] << " blocks; the columns' means are ";

    // 3. Slices, functions and reductions: still nothing has run.
    const auto means = (sqrt(x * x) + x)["500:1500:2"].mean(0) / 2.0;

    // 4. Run it. The result is a dense array.
    const bask::NdArray<double> result = means.compute();
    std::cout << result(0) << ' ' << result(1) << " ... " << result(1999) << std::endl;
  });
}
