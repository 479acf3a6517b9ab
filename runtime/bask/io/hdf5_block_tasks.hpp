// hdf5_block_tasks.hpp: the tasks that write blocks, each where its rank writes: to the one file of this
// process, or to the rank's own part. Runs on: rank 0 adds tasks and ends outputs; blocks are written on
// every rank. Threads: any.
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

/// What the blocks of one array are written to.
struct Hdf5BlockOutput {
  std::uint64_t output = 0;   ///< a number of rank 0's, which tells what one call writes apart
  std::string directory{};    ///< of the parts; empty when the output is one file of this process
  std::uint64_t dataset = 0;  ///< of that file
  std::string path{};         ///< as the user names the file
  Hdf5DatasetSpec spec{};
  Hdf5Packing packing{};
  Chunks chunks{};

  template <class Archive>
  void serialize(Archive& archive, unsigned /*version*/) {
    archive& output& directory& dataset& path& spec& packing& chunks;
  }
};

std::uint64_t next_hdf5_output();
/// The file of this process that the tasks of an output write to.
void open_hdf5_output(std::uint64_t output, std::shared_ptr<Hdf5Writer> writer);
/// A task for each block. Its result is the name of the part that it has written to, without elements where
/// there is none: use part_of.
BlockRefs add_write_tasks(const ArrayPtr& array, const Hdf5BlockOutput& output);
std::string part_of(const Block& result);
/// The dataset of a part that a block is.
std::string dataset_of_block(const std::string& variable, std::uint32_t block);
/// On every rank, brings what it has written to the disk, or drops it. Returns the number of ranks.
/// Throws: Error when a file cannot be finished.
std::size_t end_hdf5_output(std::uint64_t output, bool keeps);
/// Drops what this process has written, and, where that can be reached, what others have.
void drop_hdf5_output(std::uint64_t output) noexcept;

}  // namespace bask
