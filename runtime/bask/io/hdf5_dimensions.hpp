// hdf5_dimensions.hpp: names and coordinates of a dataset's axes, as HDF5's dimension scales and netCDF keep
// them.
// Runs on: every rank. Threads: any, under Hdf5Lock.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace bask {

struct Hdf5Dimensions {
  std::vector<std::string> names;        ///< one per axis; empty where the file has none
  std::vector<std::string> coordinates;  ///< one dataset per axis; empty where the axis has no coordinates
};
Hdf5Dimensions read_dimensions(std::int64_t dataset, const std::string& name, std::size_t axes);

/// Makes the dataset a dimension scale, unless it is one. `is_variable`: it holds coordinates; else it only
/// stands for a length.
void make_scale(std::int64_t dataset, const std::string& dimension, std::int64_t length, bool is_variable,
                const std::string& where);
void attach_scale(std::int64_t dataset, std::int64_t scale, std::size_t axis, const std::string& where);

}  // namespace bask
