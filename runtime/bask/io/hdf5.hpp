// hdf5.hpp: arrays from HDF5 and NetCDF-4 files, and into them.
// Runs on: rank 0 looks at files and finishes them; blocks are read and written by tasks, on every rank.
// Threads: any; a file is written by one call at a time.
//
//   auto u = bask::from_hdf5<double>("winds.nc", "UWND");  // missing values are NaN, packed ones unpacked
//   bask::to_hdf5("speed.h5", "speed", sqrt(u * u), {.units = "m s-1", .dimensions = {"time", "lat",
//   "lon"}});
#pragma once

#include <bask/collections/array/array.hpp>
#include <bask/io/hdf5_creation.hpp>
#include <bask/io/hdf5_dataset.hpp>
#include <bask/io/hdf5_read.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bask {

struct FromHdf5Options {
  /// Blocks; unless said, whole chunks of the file, one at least, as many as make up to 4 MiB.
  std::optional<ChunkSpec> chunks{};
  /// How a floating array takes _FillValue, missing_value, scale_factor, add_offset and _Unsigned; others
  /// take numbers as stored. NaN outside of valid_range, and for the types' default fills, on request:
  /// `Hdf5Decoding::kValidRange | Hdf5Decoding::kDefaultFills`.
  Hdf5Decoding decoding = Hdf5Decoding::kCf;
  /// Along which files are joined, when the path is a list or a pattern such as "run/*.nc".
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
  /// In the file; the array's unless given. An element that it does not hold is an Error.
  std::optional<DType> dtype{};
  /// The file has (x - add_offset) / scale_factor, rounded where `dtype` is an integer, and these as
  /// attributes.
  std::optional<double> scale_factor{}, add_offset{};
  /// Stands for NaN, and for what is never written; becomes the attribute _FillValue.
  std::optional<double> fill_value{};
  /// Axes that may become longer later. In one file only.
  std::vector<std::int64_t> unlimited{};
  /// The array is added at the end of this axis where the file has the dataset; else the dataset is made,
  /// with that axis unlimited. Its coordinates are to be appended in the same call. Cost: the library makes
  /// the chunks, one after the other, as it fills up those that the file has.
  std::optional<std::int64_t> append_axis{};
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
  kAuto,  ///< one file up to 1 GiB of elements and where axes may grow, else one for each rank
  /// One file. Up to 1 GiB, rank 0 gathers the blocks and writes them; above, each rank writes its own to
  /// NAME.parts/ as they come, and rank 0 copies them into the file: then all ranks must see its directory,
  /// and there is room for twice the data.
  kOneFile,
  /// Each rank writes its blocks, to a directory in NAME.parts/; NAME itself shows them as virtual datasets.
  /// A file that is moved within its directory, or together with NAME.parts, keeps its parts, whatever is
  /// written under its old name.
  kFilePerRank,
};

namespace io {

ArrayPtr from_hdf5(const std::string& path, const std::string& dataset, DType dtype,
                   const FromHdf5Options& options);
ArrayPtr from_hdf5(const std::vector<std::string>& paths, const std::string& dataset, DType dtype,
                   const FromHdf5Options& options, const std::string& where);

}  // namespace io

/// A dataset as a lazy array. Nothing but the description is read now. `path`: a file, or a pattern (*, ?, [)
/// of files whose datasets are joined in the natural order of their names, 2 before 10. Throws: Error when a
/// file or dataset is not there, holds values that E does not (float64 for Array<float>), or its dimensions,
/// coordinates or units are not those of the others (see describe_pieces).
template <Element E>
Array<E> from_hdf5(const std::string& path, const std::string& dataset, const FromHdf5Options& options = {}) {
  return Array<E>(io::from_hdf5(path, dataset, dtype_of<E>(), options));
}

/// The same of several files, each of them named, in this order.
template <Element E>
Array<E> from_hdf5(const std::vector<std::string>& paths, const std::string& dataset,
                   const FromHdf5Options& options = {}) {
  return Array<E>(io::from_hdf5(paths, dataset, dtype_of<E>(), options, "from_hdf5 of a list"));
}
template <Element E>
Array<E> from_hdf5(std::initializer_list<std::string> paths, const std::string& dataset,
                   const FromHdf5Options& options = {}) {
  return from_hdf5<E>(std::vector<std::string>(paths), dataset, options);
}

/// Computes the arrays, and writes them to a file, in one run. What the file has besides stays, as with
/// h5py's mode "a", and a dataset of the same name, shape and type is replaced; Hdf5Mode::kReplace begins
/// anew. The file appears, or is replaced, when it is complete and on the disk, with the mode and owner of
/// the old one; until then there is the old one. `attributes` are the file's own.
/// Cost: of adding to a file, unless all that it has is replaced, a copy of it, which file systems that share
/// blocks (XFS, Btrfs) make at once.
/// Throws: Error naming file, dataset and chunk when that is not possible, before anything is computed where
/// that can be known; then nothing has changed.
void to_hdf5(const std::string& path, const std::vector<Hdf5Variable>& variables,
             const std::vector<Hdf5Attribute>& attributes = {}, Hdf5Output output = Hdf5Output::kAuto,
             Hdf5Mode mode = Hdf5Mode::kAdd);
template <Element E>
void to_hdf5(const std::string& path, const std::string& dataset, const Array<E>& array,
             const ToHdf5Options& options = {}, Hdf5Mode mode = Hdf5Mode::kAdd) {
  to_hdf5(path, {Hdf5Variable(dataset, array, options)}, {}, Hdf5Output::kAuto, mode);
}

/// A file that is written when it is computed, in one run with whatever else is wanted:
///
///     const auto stored = bask::to_hdf5_lazily("anomaly.h5", {{"anomaly", anomaly}});
///     const auto [mean, path] = bask::compute(speed.mean(), stored);  // reads its input once
///
/// Nothing happens to the disk before. Each compute() writes the file again. Computes to the file's path.
class Hdf5Store {
 public:
  class State;
  explicit Hdf5Store(std::shared_ptr<State> state);
  std::string compute() const;
  const std::shared_ptr<State>& state() const { return state_; }

 private:
  std::shared_ptr<State> state_;  // shared by copies: they are one file
};
/// `da.store(…, compute=False)`: to_hdf5 as a part of what is computed. Throws: Error for what cannot be
/// written.
[[nodiscard]] Hdf5Store to_hdf5_lazily(const std::string& path, const std::vector<Hdf5Variable>& variables,
                                       const std::vector<Hdf5Attribute>& attributes = {},
                                       Hdf5Output output = Hdf5Output::kAuto, Hdf5Mode mode = Hdf5Mode::kAdd);

namespace arguments {

template <>
struct Contains<Hdf5Store> : std::true_type {};
template <>
struct Argument<Hdf5Store> {
  using Value = std::string;
  static void pack(const Hdf5Store& store, CallPacker& packer);
  static Ready<Value> unpack(CallUnpacker& unpacker);
};

}  // namespace arguments

}  // namespace bask
