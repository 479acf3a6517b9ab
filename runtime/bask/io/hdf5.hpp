// hdf5.hpp: arrays from HDF5 and NetCDF-4 files, and into them.
// Runs on: rank 0 looks at files and finishes them; blocks are read and written by tasks, on every rank.
// Threads: any; a file is written by one call at a time.
//
//   auto u = bask::from_hdf5<double>("winds.nc", "UWND");        // missing values are NaN, packed ones
//   unpacked bask::to_hdf5("speed.h5", "speed", sqrt(u * u), {.units = "m s-1", .dimensions = {"time", "lat",
//   "lon"}});
#pragma once

#include <bask/collections/array/array.hpp>
#include <bask/io/hdf5_creation.hpp>
#include <bask/io/hdf5_dataset.hpp>
#include <bask/io/hdf5_read.hpp>

#include <string>
#include <vector>

namespace bask {

struct FromHdf5Options {
  /// Blocks; unless said, whole chunks of the file, one at least, as many as make up to 4 MiB.
  std::optional<ChunkSpec> chunks{};
  /// How a floating array takes _FillValue, missing_value, scale_factor and add_offset; others take numbers
  /// as stored.
  Hdf5Decoding decoding = Hdf5Decoding::kCf;
  /// Along which files are joined, when the path is a pattern such as "run/*.nc".
  std::int64_t axis = 0;
};

/// How an array is laid down in a file.
struct ToHdf5Options {
  std::string units{};
  std::string long_name{};
  std::vector<std::string>
      dimensions{};  ///< one per axis: names of coordinates in the same file, or of lengths alone
  /// Of the file; the array's longest chunks unless given. One empty list: contiguous.
  std::optional<Shape> chunks{};
  Hdf5Compression compression{};
  std::vector<Hdf5Attribute> attributes{};
};

/// One array under a name, for files of several.
struct Hdf5Variable {
  template <class E>
  Hdf5Variable(std::string variable_name, const Array<E>& array, ToHdf5Options how = {})
      : name(std::move(variable_name)), node(array.node()), options(std::move(how)) {}
  std::string name;
  ArrayPtr node;
  ToHdf5Options options;
};

/// Where elements go when there are several ranks.
enum class Hdf5Output : std::uint8_t {
  kAuto,         ///< one file up to 1 GiB of elements, then one for each rank
  kOneFile,      ///< all blocks go through rank 0
  kFilePerRank,  ///< each rank writes its blocks, to NAME.parts/; NAME itself shows them as virtual datasets
};

namespace io {

ArrayPtr from_hdf5(const std::string& path, const std::string& dataset, DType dtype,
                   const FromHdf5Options& options);

}  // namespace io

/// A dataset as a lazy array. Nothing but the description is read now. `path`: a file, or a pattern (*, ?, [)
/// of files whose datasets are joined in the order of their names. Throws: Error when a file or dataset is
/// not there, or holds values that E does not: float64 for Array<float>.
template <Element E>
Array<E> from_hdf5(const std::string& path, const std::string& dataset, const FromHdf5Options& options = {}) {
  return Array<E>(io::from_hdf5(path, dataset, dtype_of<E>(), options));
}

/// Computes the arrays, and writes them to a new file, in one run. The file appears, or is replaced, when it
/// is complete and on the disk. `attributes` are the file's own. Throws: Error naming file, dataset and chunk
/// when that is not possible; then nothing has changed.
void to_hdf5(const std::string& path, const std::vector<Hdf5Variable>& variables,
             const std::vector<Hdf5Attribute>& attributes = {}, Hdf5Output output = Hdf5Output::kAuto);
template <Element E>
void to_hdf5(const std::string& path, const std::string& dataset, const Array<E>& array,
             const ToHdf5Options& options = {}) {
  to_hdf5(path, {Hdf5Variable(dataset, array, options)});
}

}  // namespace bask
