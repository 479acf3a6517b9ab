// hdf5_writer.hpp: a new HDF5 file, written block by block, that takes its place when it is complete. Whole
// chunks are compressed outside of HDF5 and of its lock, so that threads write in parallel.
// Runs on: every rank, each its own file. Threads: any for create_dataset and write_block; one for the rest.
// Invariants: (1) under the file's name there is always the old file or the whole new one, on the disk;
//             (2) a writer that ends without finish() leaves nothing behind.
#pragma once

#include <bask/io/hdf5_creation.hpp>
#include <bask/io/hdf5_library.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace bask {

/// A part of a virtual dataset, and the whole dataset of another file that it shows.
struct Hdf5VirtualPart {
  std::string path;  ///< from the directory of the new file
  std::string dataset;
  std::vector<std::int64_t> start;
  std::vector<std::int64_t> extent;
};

///     Hdf5Writer writer("speed.h5");
///     const auto speed = writer.create_dataset({.name = "speed", .shape = {132, 73, 144}, .chunk_shape =
///     {12, 73, 144}}); writer.write_block(speed, start, extent, elements); writer.finish();
class Hdf5Writer {
 public:
  using DatasetId = std::size_t;

  /// Throws: Error when there is no such directory or it cannot be written to.
  explicit Hdf5Writer(std::string path);
  ~Hdf5Writer();
  Hdf5Writer(const Hdf5Writer&) = delete;
  Hdf5Writer& operator=(const Hdf5Writer&) = delete;

  /// Throws: Error for a name twice, chunks that do not fit, and compressions that this build is without.
  DatasetId create_dataset(const Hdf5DatasetSpec& spec);
  /// Shows datasets of other files as one. `spec` has no chunks. Nothing is written to it.
  void create_virtual(const Hdf5DatasetSpec& spec, std::span<const Hdf5VirtualPart> parts);
  /// Of the file itself, such as Conventions.
  void set_attributes(const std::vector<Hdf5Attribute>& attributes);

  /// `data`: elements of the dataset's type in C order. Blocks of several threads may share chunks, but whole
  /// chunks are the fast way. Throws: Error naming file, dataset and chunk, as when the disk is full.
  void write_block(DatasetId dataset, std::span<const std::int64_t> start,
                   std::span<const std::int64_t> extent, const void* data);

  /// Connects dimensions, brings all to the disk, and gives the file its name.
  void finish();

 private:
  struct Dataset;
  struct Block;

  std::string where(const std::string& dataset = {}) const { return hdf5_place("to_hdf5", path_, dataset); }
  void create_file();
  const Dataset& dataset_of(DatasetId id) const;
  std::int64_t make_dataset(const Hdf5DatasetSpec& spec, std::int64_t creation_list);
  void write_chunk(const Dataset& dataset, const Block& block, std::span<const std::int64_t> origin);
  void write_part(const Dataset& dataset, const Block& block, std::span<const std::int64_t> begin,
                  std::span<const std::int64_t> extent);
  void connect_dimensions();
  void connect_axis(const Dataset& dataset, std::size_t axis);
  const Dataset& scale_of(const Dataset& dataset, std::size_t axis);
  void put_in_place();
  [[noreturn]] void refuse(const std::string& why) const;

  std::string path_;
  std::string temporary_;  // beside path_; empty once it has been renamed
  Hdf5Id file_;
  std::vector<std::unique_ptr<Dataset>> datasets_;  // their places stay while others are added
};

}  // namespace bask
