// hdf5_dataset.hpp: an HDF5 or NetCDF-4 dataset as plain data, so that one rank opens the file to look, and
// all ranks read from it.
// Runs on: every rank. Threads: any; plain data.
#pragma once

#include <bask/collections/array/block/dtype.hpp>
#include <bask/io/chunk_pipeline.hpp>
#include <bask/io/hdf5_attribute.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace bask {

/// Size and time of a file: tell whether it is still the one that was described.
struct FileIdentity {
  std::uint64_t size_bytes = 0;
  std::int64_t modified_ns = 0;
  friend bool operator==(const FileIdentity&, const FileIdentity&) = default;

  template <class Archive>
  void serialize(Archive& archive, unsigned /*version*/) {
    archive& size_bytes& modified_ns;
  }
};

/// Another file that elements come from: a source of a virtual dataset, a file of raw elements, or the target
/// of an external link.
struct Hdf5Source {
  std::string path;
  FileIdentity file;
  friend bool operator==(const Hdf5Source&, const Hdf5Source&) = default;

  template <class Archive>
  void serialize(Archive& archive, unsigned /*version*/) {
    archive& path& file;
  }
};

/// A box of a virtual dataset, and the box of another dataset that it shows.
struct Hdf5ShownBox {
  std::string path;  ///< absolute
  std::string dataset;
  std::vector<std::int64_t> start;
  std::vector<std::int64_t> source_start;
  std::vector<std::int64_t> extent;
  bool is_whole = false;  ///< the box is all of the other dataset, whose shape must be `extent`

  template <class Archive>
  void serialize(Archive& archive, unsigned /*version*/) {
    archive& path& dataset& start& source_start& extent& is_whole;
  }
};

/// How the elements lie in the file.
enum class Hdf5Layout : std::uint8_t { kCompact, kContiguous, kChunked, kVirtual };

/// All that is needed to read a dataset, and what its file says about it.
struct Hdf5Dataset {
  std::string path;  ///< absolute
  std::string name;  ///< from the root: "/u"
  FileIdentity file;
  DType dtype = DType::kFloat64;   ///< as stored
  bool is_swapped = false;         ///< the byte order of numbers is the opposite of this machine's
  bool has_bytes_of_dtype = true;  ///< but for their byte order; else HDF5 converts
  Hdf5Layout layout = Hdf5Layout::kContiguous;
  std::vector<std::int64_t> shape;
  std::vector<std::int64_t> chunk_shape;  ///< empty where the dataset is not chunked
  std::vector<Hdf5Filter> filters;
  std::vector<std::byte> fill_value;  ///< one element of `dtype`, in this machine's order
  std::vector<Hdf5Source> sources;    ///< all other files that elements come from
  /// Of a virtual dataset, later ones over earlier; none: HDF5 reads it.
  std::vector<Hdf5ShownBox> shown_boxes;
  std::vector<std::string> dimensions;   ///< one name per axis; empty names where the file has none
  std::vector<std::string> coordinates;  ///< one dataset per axis that holds its coordinates; empty for none
  std::vector<Hdf5Attribute> attributes;

  template <class Archive>
  void serialize(Archive& archive, unsigned /*version*/) {
    archive& path& name& file& dtype& is_swapped& has_bytes_of_dtype& layout& shape& chunk_shape& filters&
        fill_value& sources& shown_boxes& dimensions& coordinates& attributes;
  }
};

/// Opens the file, looks at the dataset, and keeps the file open for reads. Cost: no elements are read.
/// `dataset`: a name such as "u" or "/winds/u"; may be empty when the file holds only one.
/// Throws: Error naming file and dataset, when there is no such file; there is no such dataset (the message
/// lists those that exist); it is no HDF5 file (for a classic NetCDF file, the message gives the command that
/// converts it); the file ends too early; the dataset does not hold numbers; the file contradicts itself; or
/// another file that elements come from is not there.
Hdf5Dataset describe_hdf5(const std::string& path, const std::string& dataset);

/// Throws: Error when the box does not lie within the dataset's shape.
void check_box(const Hdf5Dataset& dataset, std::span<const std::int64_t> start,
               std::span<const std::int64_t> extent);

}  // namespace bask
