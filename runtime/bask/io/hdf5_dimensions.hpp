// hdf5_dimensions.hpp: names and coordinates of a dataset's axes, kept as HDF5's and netCDF's dimension
// scales. Runs on: every rank. Threads: any, under Hdf5Lock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bask {

struct Hdf5Dimensions {
  std::vector<std::string> names;        ///< one per axis; empty where the file has none
  std::vector<std::string> coordinates;  ///< one dataset per axis; empty where the axis has no coordinates
};
Hdf5Dimensions read_dimensions(std::int64_t dataset, const std::string& name, std::size_t axes);

/// Makes the dataset a dimension scale, unless it is one. `is_variable`: it holds coordinates; else it only
/// stands for the length of the dimension.
void make_scale(std::int64_t dataset, const std::string& dimension, std::int64_t length, bool is_variable,
                const std::string& where);
/// Whether it is a scale that only stands for a length. netCDF has one for each dimension that has no
/// coordinates.
bool is_scale_without_coordinates(std::int64_t dataset);
/// Gives the new length to the scales of an axis that only stand for its length.
void lengthen_scales(std::int64_t dataset, std::size_t axis, std::int64_t length, const std::string& where);

/// The axes that an old dataset was the dimension of, before it was removed to be replaced.
struct ReplacedDimension {
  struct Axis {
    std::string dataset;
    std::size_t axis;
  };
  bool is_scale = false;
  std::optional<int> netcdf_id;  ///< its attribute _Netcdf4Dimid, by which netCDF's variables refer to it
  std::vector<Axis> axes;
};
/// Before a dataset is removed: detaches it from its dimensions, and from the axes whose dimension it is.
ReplacedDimension detach_dimension(std::int64_t file, std::int64_t dataset, const std::string& where);
/// Makes the new dataset the dimension of the axes that the replaced one was the dimension of.
void reattach_dimension(const ReplacedDimension& replaced, std::int64_t file, std::int64_t dataset,
                        const std::string& name, const std::string& where);
void attach_scale(std::int64_t dataset, std::int64_t scale, std::size_t axis, const std::string& where);

}  // namespace bask
