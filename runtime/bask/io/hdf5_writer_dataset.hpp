// hdf5_writer_dataset.hpp: a dataset as the writer of its file keeps it.
// Runs on: every rank. Threads: any. It is made under Hdf5Lock, and does not change after that.
#pragma once

#include <bask/io/hdf5_writer.hpp>

namespace bask {

struct Hdf5Writer::Dataset {
  Hdf5DatasetSpec spec;  // its shape is that of the elements that this writer writes
  Hdf5Id id;
  Hdf5Id type;  // of elements in memory
  std::vector<Hdf5Filter> filters;
  std::vector<std::byte> fill;       // one element
  std::vector<std::int64_t> extent;  // the shape of the dataset, old elements included
  std::vector<std::int64_t> first;   // where the elements that this writer writes begin
  bool is_variable = true;           // else it only stands for the length of a dimension
  bool by_library = false;           // HDF5 makes the chunks, as the old file has them
};

struct Hdf5Writer::Block {
  std::span<const std::int64_t> start, extent;
  const std::byte* data;
};

inline constexpr const char* kWriteElsewhere = "write to a directory that you may write to and that has room";

}  // namespace bask
