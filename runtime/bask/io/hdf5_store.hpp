// hdf5_store.hpp: all that one call of to_hdf5 writes, on all ranks. It begins when the store is computed,
// and is finished when its blocks are written.
// Runs on: rank 0. Threads: one at a time.
// Invariant: a store that is not finished leaves the old file as it was, and nothing else.
#pragma once

#include <bask/io/hdf5.hpp>
#include <bask/io/hdf5_block_tasks.hpp>
#include <bask/io/hdf5_parts.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace bask {

class Hdf5Store::State {
 public:
  /// Throws: Error for arrays and options that no file can hold, whatever the old file has.
  State(std::string path, std::vector<Hdf5Variable> variables, std::vector<Hdf5Attribute> attributes,
        Hdf5Output output, Hdf5Mode mode);
  ~State() { give_up(); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  const std::string& path() const { return path_; }
  /// Adds the tasks that write the blocks. Drops what an earlier begin() without finish() has written.
  /// Throws: Error when the file cannot be written.
  std::vector<BlockRefs> begin();
  std::uint64_t output() const { return output_; }
  /// `blocks`: what the tasks have returned, in their order. Throws: Error when the file cannot be finished.
  void finish(std::span<const Input> blocks);
  void give_up() noexcept;

 private:
  enum class Way { kHere, kGathered, kMerged, kParts };
  Way way() const;
  Hdf5DatasetSpec spec_of(const Hdf5Variable& variable) const;
  Hdf5BlockOutput output_of(std::size_t variable) const;
  bool has_parts() const { return way_ == Way::kMerged || way_ == Way::kParts; }
  void create_datasets();
  void write_gathered(std::span<const Input> blocks);
  void merge_parts(std::span<const Input> blocks);
  void show_parts(std::span<const Input> blocks);

  std::string path_;
  std::vector<Hdf5Variable> variables_;
  std::vector<Hdf5Attribute> attributes_;
  Hdf5Output wanted_;
  Hdf5Mode mode_;

  bool is_begun_ = false;
  Hdf5Mode used_mode_ = Hdf5Mode::kAdd;  // kReplace also where both modes give the same file
  Way way_ = Way::kHere;
  std::uint64_t output_ = 0;
  std::shared_ptr<Hdf5Writer> writer_;           // writes the file that gets the name
  std::vector<Hdf5Writer::DatasetId> datasets_;  // of that file; empty when it only shows parts
  std::unique_ptr<PartsDirectory> parts_;
};

}  // namespace bask
