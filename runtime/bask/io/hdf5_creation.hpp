// hdf5_creation.hpp: what a new dataset is to be: shape, chunks, compression, fill value, names of its axes.
// Runs on: every rank. Threads: any; the caller of a function that returns an HDF5 handle holds Hdf5Lock.
#pragma once

#include <bask/collections/array/block/dtype.hpp>
#include <bask/io/chunk_pipeline.hpp>
#include <bask/io/codec.hpp>
#include <bask/io/hdf5_attribute.hpp>
#include <bask/io/hdf5_library.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace bask {

/// How chunks are compressed.
struct Hdf5Compression {
  std::optional<Codec> codec = {};  ///< none: no compression
  int level = 4;                    ///< deflate 1 to 9, Zstandard 1 to 19
  bool shuffles = true;             ///< whether bytes are shuffled before compression (byte_shuffle.hpp)

  template <class Archive>
  void serialize(Archive& archive, unsigned /*version*/) {
    auto id = codec ? static_cast<std::int32_t>(*codec) : 0;
    archive& id& level& shuffles;
    if constexpr (Archive::is_loading::value)  // other threads may read what is being written down
      codec = id == 0 ? std::nullopt : std::optional(static_cast<Codec>(id));
  }
};

/// What happens to the contents of an old file of the same name.
enum class Hdf5Mode : std::uint8_t {
  kAdd,      ///< they stay, as with h5py's "a"; a dataset of the same name, shape and type is replaced
  kReplace,  ///< they go, as with h5py's "w"
};

/// A dataset to be made.
struct Hdf5DatasetSpec {
  std::string name = {};  ///< from the root; groups on the way are made
  DType dtype = DType::kFloat64;
  std::vector<std::int64_t> shape = {};
  std::vector<std::int64_t> chunk_shape = {};  ///< empty: contiguous, which cannot be compressed
  Hdf5Compression compression = {};
  std::optional<double> fill_value = {};  ///< of elements that are never written; none: see fill_element
  /// A name per axis, or none. A dataset of that name in the same group becomes the axis' coordinates.
  std::vector<std::string> dimensions = {};
  std::vector<Hdf5Attribute> attributes = {};
  std::vector<std::int64_t> unlimited = {};      ///< axes that may grow later; the dataset then has chunks
  std::optional<std::int64_t> append_axis = {};  ///< where the file has the dataset, it grows along this axis

  template <class Archive>
  void serialize(Archive& archive, unsigned /*version*/) {
    bool has_fill = fill_value.has_value();
    bool appends = append_axis.has_value();
    double fill = fill_value.value_or(0);
    std::int64_t axis = append_axis.value_or(0);
    archive& name& dtype& shape& chunk_shape& compression& has_fill& fill& dimensions& attributes& unlimited&
        appends& axis;
    if constexpr (Archive::is_loading::value) {  // likewise
      fill_value = has_fill ? std::optional(fill) : std::nullopt;
      append_axis = appends ? std::optional(axis) : std::nullopt;
    }
  }
};

/// The spec as it can be written: scalars and arrays without elements have neither chunks nor compression;
/// datasets that may grow have chunks. Throws: Error for chunks that do not fit the shape, a number of names
/// other than that of axes, axes that do not exist, compression levels that do not exist, and compressions
/// that this build does not have.
Hdf5DatasetSpec with_layout(Hdf5DatasetSpec spec, const std::string& where);
/// The HDF5 filters of the compression, in the order in which writing applies them.
std::vector<Hdf5Filter> filters_of(const Hdf5DatasetSpec& spec);
/// The bytes of an element that is never written: the fill value, else the attribute _FillValue, else 0.
std::vector<std::byte> fill_element(const Hdf5DatasetSpec& spec, const std::string& where);
/// HDF5's creation property list for the dataset.
Hdf5Id creation_list(const Hdf5DatasetSpec& spec, std::span<const Hdf5Filter> filters,
                     const std::string& where);
Hdf5Id space_of(std::span<const std::int64_t> shape, std::span<const std::int64_t> unlimited = {});

}  // namespace bask
