// hdf5_writer_dataset.hpp: a dataset as the writer of its file holds it.
// Runs on: every rank. Threads: any, under Hdf5Lock; what is in it does not change but for `is_connected`.
#pragma once

#include <bask/io/hdf5_writer.hpp>

namespace bask {

struct Hdf5Writer::Dataset {
  Hdf5DatasetSpec spec;  // its shape is that of what is written now
  Hdf5Id id;
  Hdf5Id type;  // of elements in memory
  std::vector<Hdf5Filter> filters;
  std::vector<std::byte> fill;       // one element
  std::vector<std::int64_t> extent;  // the whole shape
  std::vector<std::int64_t> first;   // where what is written now begins
  bool is_variable = true;           // else it only stands for the length of a dimension
  bool by_library = false;           // chunks are made by HDF5, as the old file wants them
};

struct Hdf5Writer::Block {
  std::span<const std::int64_t> start, extent;
  const std::byte* data;
};

inline constexpr const char* kWriteElsewhere = "write to a directory that you may write to and that has room";

}  // namespace bask
