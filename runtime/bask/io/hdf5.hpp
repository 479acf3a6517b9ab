// hdf5.hpp: arrays from HDF5 and NetCDF-4 files, and into them.
// Runs on: rank 0 looks at files and finishes them; tasks read and write the blocks, on every rank.
// Threads: any; only one call at a time may write a file.
//
//   auto u = bask::from_hdf5<double>("winds.nc", "UWND");  // missing values are NaN, packed ones unpacked
//   bask::to_hdf5("speed.h5", "speed", sqrt(u * u),
//                 {.units = "m s-1", .dimensions = {"time", "lat", "lon"}});
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
  /// The blocks of the array. By default a block is one chunk of the file, or more up to 4 MiB.
  std::optional<ChunkSpec> chunks{};
  /// How a floating array applies _FillValue, missing_value, scale_factor, add_offset and _Unsigned. Other
  /// arrays take the numbers as stored. To have NaN outside of valid_range and for the types' default fills,
  /// too, say `Hdf5Decoding::kValidRange | Hdf5Decoding::kDefaultFills`.
  Hdf5Decoding decoding = Hdf5Decoding::kCf;
  /// The axis along which files are joined, when the path is a list or a pattern such as "run/*.nc".
  std::int64_t axis = 0;
};

/// How an array is stored in a file.
struct ToHdf5Options {
  std::string units{};
  std::string long_name{};
  /// One name per axis. A dataset of that name in the same group holds the coordinates of the axis. Where
  /// there is none, the dimension only has a length.
  std::vector<std::string> dimensions{};
  /// The dataset's chunk shape; by default the longest block along each axis. An empty Shape: contiguous.
  std::optional<Shape> chunks{};
  Hdf5Compression compression{};
  std::vector<Hdf5Attribute> attributes{};
  /// The type in the file; by default the array's. An element that the type does not hold is an Error.
  std::optional<DType> dtype{};
  /// The file stores (x - add_offset) / scale_factor, rounded to an integer where `dtype` is one, and both
  /// numbers as attributes.
  std::optional<double> scale_factor{}, add_offset{};
  /// Stored for NaN and for elements that are never written; becomes the attribute _FillValue.
  std::optional<double> fill_value{};
  /// Axes that may become longer later. Not with a file per rank.
  std::vector<std::int64_t> unlimited{};
  /// Where the file has the dataset, the array is appended to it along this axis. Else the dataset is made,
  /// with this axis unlimited. The coordinates of the axis must be appended in the same call. Cost: HDF5
  /// makes the chunks, one after the other, because it also fills up chunks that the file has already.
  std::optional<std::int64_t> append_axis{};
};

/// One array and its name, for files that hold several.
struct Hdf5Variable {
  template <class E>
  Hdf5Variable(std::string variable_name, const Array<E>& array, ToHdf5Options how = {})
      : name(std::move(variable_name)), node(array.node()), options(std::move(how)) {}
  std::string name;
  ArrayPtr node;
  ToHdf5Options options;
};

/// Which files the elements go to when there are several ranks.
enum class Hdf5Output : std::uint8_t {
  kAuto,  ///< one file up to 1 GiB of elements, and where axes may grow; else one file for each rank
  /// One file. Up to 1 GiB, rank 0 gathers the blocks and writes them. Above, each rank writes its own blocks
  /// to NAME.parts/ as they are computed, and rank 0 copies them into the file: then all ranks must see its
  /// directory, and the disk must have room for twice the data.
  kOneFile,
  /// Each rank writes its blocks to a directory in NAME.parts/; NAME itself shows them as virtual datasets.
  /// When NAME is moved within its directory, or together with NAME.parts, it keeps its parts, even when its
  /// old name is written again.
  kFilePerRank,
};

namespace io {

ArrayPtr from_hdf5(const std::string& path, const std::string& dataset, DType dtype,
                   const FromHdf5Options& options);
ArrayPtr from_hdf5(const std::vector<std::string>& paths, const std::string& dataset, DType dtype,
                   const FromHdf5Options& options, const std::string& where);

}  // namespace io

/// A dataset as a lazy array. The call reads only its description; tasks read the elements later.
/// `path`: a file, or a pattern (*, ?, [) of files whose datasets are joined in the natural order of their
/// names, 2 before 10.
/// Throws: Error when a file or dataset is not there, its type has values that E does not have (float64 for
/// Array<float>), or its dimensions, coordinates or units are not those of the other files (see
/// describe_pieces).
template <Element E>
Array<E> from_hdf5(const std::string& path, const std::string& dataset, const FromHdf5Options& options = {}) {
  return Array<E>(io::from_hdf5(path, dataset, dtype_of<E>(), options));
}

/// The same for several files, joined in the order of the list. Their names are taken literally.
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

/// Computes the arrays and writes them to a file, in one run. By default the other contents of the file stay,
/// as with h5py's mode "a", and a dataset of the same name, shape and type is replaced; Hdf5Mode::kReplace
/// writes the file anew. The new file takes the place of the old one only when it is complete and on the
/// disk; it has the old one's mode and owner. `attributes`: of the file itself, not of a dataset.
/// Cost: adding to a file copies it, unless the call replaces all of its contents. File systems that share
/// blocks (XFS, Btrfs) make the copy at once.
/// Throws: Error naming file, dataset and chunk when the file cannot be written: before anything is computed
/// where that can be known. Then the old file is unchanged.
void to_hdf5(const std::string& path, const std::vector<Hdf5Variable>& variables,
             const std::vector<Hdf5Attribute>& attributes = {}, Hdf5Output output = Hdf5Output::kAuto,
             Hdf5Mode mode = Hdf5Mode::kAdd);
template <Element E>
void to_hdf5(const std::string& path, const std::string& dataset, const Array<E>& array,
             const ToHdf5Options& options = {}, Hdf5Mode mode = Hdf5Mode::kAdd) {
  to_hdf5(path, {Hdf5Variable(dataset, array, options)}, {}, Hdf5Output::kAuto, mode);
}

/// A file that compute() writes, in one run with whatever else is computed:
///
///     const auto stored = bask::to_hdf5_lazily("anomaly.h5", {{"anomaly", anomaly}});
///     const auto [mean, path] = bask::compute(speed.mean(), stored);  // reads its input once
///
/// Until then nothing is written. Each compute() writes the file again; its value is the file's path.
class Hdf5Store {
 public:
  class State;
  explicit Hdf5Store(std::shared_ptr<State> state);
  std::string compute() const;
  const std::shared_ptr<State>& state() const { return state_; }

 private:
  std::shared_ptr<State> state_;  // copies share it: they write one file
};
/// to_hdf5 as part of a later compute(), as Dask's `da.store(…, compute=False)`.
/// Throws: Error for arrays and options that no file can hold.
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
  static Value unknown(const Hdf5Store& store);
};

}  // namespace arguments

}  // namespace bask
