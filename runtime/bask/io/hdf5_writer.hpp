// hdf5_writer.hpp: an HDF5 file that is written block by block, and gets its name when it is complete. It
// begins empty, or with the contents of the old file of its name. Whole chunks are compressed outside of HDF5
// and of its lock, so that threads write in parallel.
// Runs on: every rank, each its own file.
// Threads: any for create_dataset and write_block; one for the rest.
// Invariants: (1) under the file's name there is always the old file or the whole new one, on the disk;
//             (2) a writer that ends without finish() leaves nothing behind, whatever failed.
#pragma once

#include <bask/io/hdf5_creation.hpp>
#include <bask/io/hdf5_library.hpp>
#include <bask/io/hdf5_output_driver.hpp>
#include <bask/system/output_file.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace bask {

/// A part of a virtual dataset, and the whole dataset of another file that it shows.
struct Hdf5VirtualPart {
  std::string path;  ///< from the directory of the new file
  std::string dataset;
  std::vector<std::int64_t> start;
  std::vector<std::int64_t> extent;
};

/// Whether these datasets and file attributes replace all contents of the file, with the same shapes and
/// types: then adding them to the file is the same as writing it anew, which copies nothing.
bool is_replaced_whole(const std::filesystem::path& file, std::span<const Hdf5DatasetSpec> specs,
                       const std::vector<Hdf5Attribute>& attributes);

///     Hdf5Writer writer("speed.h5");
///     const auto speed = writer.create_dataset(
///         {.name = "speed", .shape = {132, 73, 144}, .chunk_shape = {12, 73, 144}});
///     writer.write_block(speed, start, extent, elements);
///     writer.finish();
class Hdf5Writer {
 public:
  using DatasetId = std::size_t;

  /// Cost: with kAdd and a file of that name, a copy of it (OutputFile::copy_old).
  /// Throws: Error when the file cannot be written there, or, with kAdd, is no HDF5 file.
  explicit Hdf5Writer(std::string path, Hdf5Mode mode = Hdf5Mode::kReplace);
  ~Hdf5Writer();
  Hdf5Writer(const Hdf5Writer&) = delete;
  Hdf5Writer& operator=(const Hdf5Writer&) = delete;

  /// Makes a dataset. An old dataset of the same name, shape and type is replaced, with its attributes; where
  /// the old one was the dimension of other datasets, the new one becomes it. With `spec.append_axis`, an old
  /// dataset is made longer, and blocks are written after its old elements. Throws: Error for a name that was
  /// made before, an old dataset that does not fit, chunks that do not fit, and compressions that this build
  /// does not have.
  DatasetId create_dataset(const Hdf5DatasetSpec& spec);
  /// The dataset of that name which this writer has made, or a new one: for tasks that are run again.
  DatasetId dataset_for(const Hdf5DatasetSpec& spec);
  /// Makes a virtual dataset, which shows datasets of other files as one. `spec` has no chunks. No block may
  /// be written to it.
  void create_virtual(const Hdf5DatasetSpec& spec, std::span<const Hdf5VirtualPart> parts);
  /// Sets attributes of the file itself, such as Conventions.
  void set_attributes(const std::vector<Hdf5Attribute>& attributes);
  /// Attaches to each axis the dataset that it is named after, as its dimension. finish() does it for
  /// datasets that are made later. Throws: Error when an axis and its dimension differ in length.
  void connect_dimensions();

  /// Writes the box of `extent` from `start` on. `data`: elements of the dataset's type in C order. Blocks of
  /// several threads may share chunks, but whole chunks are faster. The same block may be written again.
  /// Throws: Error naming file, dataset and chunk, as when the disk is full.
  void write_block(DatasetId dataset, std::span<const std::int64_t> start,
                   std::span<const std::int64_t> extent, const void* data);

  /// The same, with the elements of `source`: the HDF5 handle of a dataset that another writer has made of
  /// the same spec. Where both have the same chunks, they are copied as they are.
  /// Memory: one chunk, else the block.
  void copy_block(DatasetId dataset, std::span<const std::int64_t> start,
                  std::span<const std::int64_t> extent, std::int64_t source);

  /// Brings the file to the disk and gives it its name.
  void finish();

  /// Where the file will be: its path, or the file that its path links to.
  const std::filesystem::path& place() const { return output_.place(); }

 private:
  struct Dataset;
  struct Block;

  std::string where(const std::string& dataset = {}) const { return hdf5_place("to_hdf5", path_, dataset); }
  void open_file(Hdf5Mode mode);
  void close_file();
  const Dataset& dataset_of(DatasetId id) const;
  Dataset& make_dataset(const Hdf5DatasetSpec& spec, std::int64_t creation_list);
  Dataset& lengthen(const Hdf5DatasetSpec& spec);
  Dataset& keep(std::unique_ptr<Dataset> dataset);
  bool has_link(const std::string& name) const;
  void check_old(const Hdf5DatasetSpec& spec, const std::vector<std::int64_t>& shape,
                 std::int64_t type) const;
  void write_chunk(const Dataset& dataset, const Block& block, std::span<const std::int64_t> origin);
  void write_part(const Dataset& dataset, const Block& block, std::span<const std::int64_t> begin,
                  std::span<const std::int64_t> extent);
  void copy_chunks(const Dataset& dataset, std::span<const std::int64_t> start,
                   std::span<const std::int64_t> extent, std::int64_t source);
  void connect_axis(const Dataset& dataset, std::size_t axis);
  const Dataset& scale_of(const Dataset& dataset, std::size_t axis);
  /// Throws: Error when a write has failed, now or before.
  void check_written(const std::string& dataset, const std::string& happened) const;

  std::string path_;
  OutputFile output_;
  std::shared_ptr<Hdf5OutputState> state_;
  Hdf5Id file_;
  std::vector<std::unique_ptr<Dataset>> datasets_;  // their addresses stay while others are added
  std::unordered_map<std::string, DatasetId> ids_;  // by name
  std::size_t connected_ = 0;                       // how many of datasets_ have their dimensions
};

}  // namespace bask
