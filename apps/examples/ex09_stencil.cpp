// ex09_stencil.cpp: a stencil: a function gets each block with a border of its neighbours' elements. Heat
// spreads in a rod whose ends are joined.
//
//   build/release/apps/ex09_stencil
//   mpirun -n 3 build/release/apps/ex09_stencil
//
// Prints: after 100 steps: 10000 units of heat, at most 563 in a cell
#include <bask/bask.hpp>

#include <cstdio>

// 1. One step in a block that has one more cell on either side. Bask cuts the border off afterwards.
bask::NdArray<double> spread(bask::NdView<const double> heat) {
  bask::NdArray<double> next({heat.shape[0]});
  for (std::int64_t i = 1; i + 1 < heat.shape[0]; ++i)
    next(i) = heat(i) + (heat(i - 1) - 2 * heat(i) + heat(i + 1)) / 4;
  return next;
}

int main(int argc, char** argv) {
  return bask::run(argc, argv, [](bask::Client&) {
    // 2. All heat in one cell, at the edge of a block.
    const auto cells = bask::arange<std::int64_t>(0, 1000, 1, 250);
    bask::Array<double> heat = bask::where(cells == 250, 10000.0, 0.0);

    // 3. A hundred steps. Each block only waits for its neighbours.
    for (int step = 0; step < 100; ++step)
      heat = bask::map_overlap<spread>(heat, {.depth = {1}, .boundary = {bask::Boundary::kPeriodic}});

    // 4. Run them.
    const auto [all, most] = bask::compute(heat.sum(), heat.max());
    std::printf("after 100 steps: %.0f units of heat, at most %.0f in a cell\n", all.item(), most.item());
  });
}
