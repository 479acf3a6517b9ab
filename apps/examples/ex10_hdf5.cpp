// ex10_hdf5.cpp: writing and reading HDF5. All ranks write a file, block by block; it gets its name when it
// is complete. Only the parts that are needed are read. netCDF tools and xarray can open the files as well.
//
//   build/release/apps/ex10_hdf5
//   mpirun -n 3 build/release/apps/ex10_hdf5
//
// Prints: speed (24, 100) in m s-1: mean 5, in the first hour 5
#include <bask/bask.hpp>

#include <iostream>

int main(int argc, char** argv) {
  return bask::run(argc, argv, [](bask::Client&) {
    // 1. Two fields by hour and place.
    const auto u = bask::full({24, 100}, 3.0, {6, 50}), v = bask::full({24, 100}, 4.0, {6, 50});

    // 2. Compute the speed from them and write it, compressed, in chunks as large as the blocks.
    bask::to_hdf5(
        "ex10.h5", "speed", sqrt(u * u + v * v),
        {.units = "m s-1", .dimensions = {"time", "place"}, .compression = {bask::Codec::kDeflate, 4, true}});

    // 3. Read it lazily: shape and type are known now, elements are read when they are needed.
    const auto speed = bask::from_hdf5<double>("ex10.h5", "speed");

    // 4. A slice only reads the chunks that it needs: for the second result that is one chunk in four.
    const auto [mean, first] = bask::compute(speed.mean(), speed["0"].mean());
    std::cout << "speed (" << speed.shape()[0] << ", " << speed.shape()[1] << ") in m s-1: mean "
              << mean.item() << ", in the first hour " << first.item() << std::endl;
  });
}
