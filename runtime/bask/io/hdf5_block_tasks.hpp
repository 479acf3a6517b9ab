// hdf5_block_tasks.hpp: the tasks that write blocks: to the one file of this process, or each to the part of
// the rank that runs it.
// Runs on: rank 0 adds tasks and ends outputs; blocks are written on every rank. Threads: any.
#pragma once

#include <bask/collections/array/lazy/node.hpp>
#include <bask/core/archive.hpp>
#include <bask/core/value.hpp>
#include <bask/io/hdf5_packing.hpp>
#include <bask/io/hdf5_writer.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace bask {

/// Where the blocks of one array are written to.
struct Hdf5BlockOutput {
  std::uint64_t output = 0;   ///< a number from next_hdf5_output, one for each call of to_hdf5
  std::string directory{};    ///< of the parts; empty when the output is one file of this process
  std::uint64_t dataset = 0;  ///< the id in that one file
  std::string path{};         ///< as the user names the file
  Hdf5DatasetSpec spec{};
  Hdf5Packing packing{};
  Chunks chunks{};

  template <class Archive>
  void serialize(Archive& archive, unsigned /*version*/) {
    archive& output& directory& dataset& path& spec& packing& chunks;
  }
};

/// A new number for an output. On rank 0.
std::uint64_t next_hdf5_output();
/// From now on the tasks of this output write to this file of this process.
void open_hdf5_output(std::uint64_t output, std::shared_ptr<Hdf5Writer> writer);
/// Adds a task for each block. part_of reads from the task's result the name of the part that it has written
/// to; empty when the block has no elements or the output is one file.
BlockRefs add_write_tasks(const ArrayPtr& array, const Hdf5BlockOutput& output);
std::string part_of(const Block& result);
/// The name of the dataset that holds a block in its part.
std::string dataset_of_block(const std::string& variable, std::uint32_t block);
/// On every rank: brings the rank's file to the disk, or drops it. Returns the number of ranks.
/// Throws: Error when a file cannot be finished.
std::size_t end_hdf5_output(std::uint64_t output, bool keeps);
/// Drops what this process has written, and what other ranks have written where they can be reached.
void drop_hdf5_output(std::uint64_t output) noexcept;

}  // namespace bask
