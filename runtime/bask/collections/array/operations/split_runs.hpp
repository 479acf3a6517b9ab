// split_runs.hpp: cuts sorted runs, which lie anywhere, so that the parts of all runs up to a cut have
// exactly a given number of records, and these are the least. From there on each part is merged by itself.
// Runs on: rank 0 adds the tasks; these run anywhere. Threads: any.
// Source: exact splitting by sampled pivots, after Varman, Scheufler, Iyer and Ricard, "Merging multiple
//         lists on hierarchical-memory multiprocessors" (1991).
#pragma once

#include <bask/collections/array/block/block_layer.hpp>
#include <bask/exchange/parts.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace bask {

/// What the runs are made of.
struct RunRecords {
  DType dtype;
  bool is_placed = false;  ///< records have places
  std::uint8_t unused[6]{};
};

/// `runs`: blocks of sorted records. Equal records are in the order of the runs, and in a run in its own.
/// Returns one block: int64, shape (cuts, runs): how many records of each run lie before each cut. `ranks`:
/// how many records of all runs do, ascending. `name` begins the names of the layers.
/// Cost: three tasks for each run and one for each cut; a run sends about a thousandth of its records to each
/// cut.
BlockRefs exact_cuts(const std::string& name, const RunRecords& records, const BlockRefs& runs,
                     std::vector<std::int64_t> ranks);

/// Cuts each run into its parts, for tasks that read part k of all runs, which lies before cut number k;
/// there is one part more than cuts.
BlockRefs parts_at_cuts(const std::string& name, const RunRecords& records, const BlockRefs& runs,
                        const BlockRefs& cuts);

/// What task `target` reads of an exchange's input: one part, of so many bytes in the mean.
BlockPart part_of_exchange(std::uint32_t target, double bytes);

/// Chunks in which each of the axes is one. Others are cut as often as these had chunks, as far as they can
/// be, so that blocks do not grow. Lengths along the axes must be known.
Chunks chunks_whole_along(Chunks chunks, std::span<const std::size_t> axes);

/// The parts of this number of all inputs of a call, but for its description.
PartReader part_of_inputs(const KernelCall& call, std::uint32_t part);

/// Task t reads block t of source 0, and, if `and_one_for_all`, block 0 of source 1.
BlockReads reads_of_each(std::uint32_t tasks, bool and_one_for_all = false);

/// Parts of these sizes, which lie one behind the other.
Parts parts_of_stretch(const std::vector<std::uint64_t>& sizes, const std::byte* from);

/// Each of `targets` tasks reads all of so many inputs.
BlockReads reads_of_all(std::uint32_t targets, std::uint32_t inputs);

}  // namespace bask
