// split.hpp: cuts a plan into one plan per rank, stretch by stretch, so that ranks start before all is cut.
// Runs on: rank 0. Threads: one at a time; pure, it only reads what it was made from.
// Invariants: (1) each rank's tasks keep the order of the plan; (2) a result, or a strip of it, goes to each
//             rank that reads it once; (3) what is cut does not depend on the lengths of the stretches.
// Size: 12 bytes and one offset a unit, 12 an import; 4 a task where units are longer than one task.
#pragma once

#include <bask/graph/plan_part.hpp>
#include <bask/graph/task_graph.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace bask {

class StripReads;

struct SplitOptions {
  std::uint32_t ranks = 1;
  bool hold = false;  ///< targets stay on the ranks that make them, instead of going to rank 0
  const StripReads* strips = nullptr;  ///< what they have found for these ranks; null: results go whole
};

/// Where a target stays: as number `target` of a rank. Of equal targets, the number is the first one's.
struct HeldTarget {
  std::uint32_t rank;
  std::uint32_t target;
  friend bool operator==(const HeldTarget&, const HeldTarget&) = default;
};

class Splitter {
 public:
  /// All sizes are known from here on. `plan`, `graph` and `rank_of_unit` must outlive the splitter. A
  /// constant that is read on a rank that does not hold it becomes an import there, before all other imports.
  /// Cost: two sweeps over units, inputs and successors.
  Splitter(const Plan& plan, const TaskGraph& graph, std::span<const std::uint32_t> rank_of_unit,
           const SplitOptions& options);

  const PartSize& size(std::uint32_t rank) const { return sizes_[rank]; }
  /// Without `hold`: the targets in rank 0's numbering, in the order they were asked for.
  std::span<const Source> targets() const { return targets_; }
  /// With `hold`: the results that stay on a rank, once per target, sorted by position.
  std::span<const Hold> holds(std::uint32_t rank) const { return holds_[rank]; }
  /// With `hold`: where each target stays. Constants stay on the rank that holds them.
  std::span<const HeldTarget> where_held() const { return where_held_; }
  /// The constants that a rank sends before anything runs, sorted by constant and rank.
  std::span<const ConstantExport> constant_exports(std::uint32_t rank) const {
    return constant_exports_[rank];
  }
  /// The results and constants of which a rank sends a strip, sorted by where they go.
  std::span<const StripExport> strip_exports(std::uint32_t rank) const { return strip_exports_[rank]; }
  /// How many results go to other ranks, constants not counted.
  std::uint64_t results_moved() const { return unit_readers_.list.size(); }
  /// How many bytes go to other ranks, constants counted: each result, or a strip of it, once for each rank
  /// that reads it.
  std::uint64_t bytes_moved(std::span<const float> of_positions, std::span<const float> of_constants) const;

  bool done() const { return constants_cut_ && next_unit_ == plan_.units(); }
  /// The parts, one per rank and possibly empty, of the plan's next `units` units.
  std::vector<PlanPart> next(std::uint32_t units);
  /// The same, in the memory of parts that are no longer needed; there must be one per rank.
  void next(std::uint32_t units, std::span<PlanPart> parts);

 private:
  // Where a unit is run: its number there, and the position there of its last task.
  struct Place {
    std::uint32_t rank, unit, position;
  };
  // A rank that reads what another rank makes or holds, the number of its import there, and the bytes of the
  // strip that goes there; 0: it goes whole.
  struct Reader {
    std::uint32_t rank, import;
    float strip_bytes;
    float bytes_of(float whole) const { return strip_bytes != 0 ? strip_bytes : whole; }
  };
  // The readers of each producer, sorted by rank.
  struct Readers {
    std::vector<std::uint32_t> begin{0};
    std::vector<Reader> list;
    std::span<const Reader> of(std::uint32_t producer) const {
      return {list.data() + begin[producer], list.data() + begin[producer + 1]};
    }
    std::span<Reader> last() { return {list.data() + *(begin.end() - 2), list.data() + begin.back()}; }
  };

  std::uint32_t unit_at(std::uint32_t last_position) const {
    return unit_of_.empty() ? last_position : unit_of_[last_position];
  }
  std::uint32_t target_readings(std::uint32_t unit) const {
    return plan_.uses[plan_.unit_begin[unit + 1] - 1] -
           (plan_.successor_begin[unit + 1] - plan_.successor_begin[unit]);
  }
  float result_bytes(std::uint32_t unit) const {
    return plan_.bytes.empty() ? 0 : plan_.bytes[plan_.unit_begin[unit + 1] - 1];
  }
  std::uint32_t imported_at(const Readers& readers, std::uint32_t producer, std::uint32_t rank) const;
  std::span<const std::uint32_t> constant_readers_of(std::uint32_t constant) const;

  void place_units();
  void find_constant_readings();
  void number_constant_imports();
  void number_imports();
  std::uint32_t add_readers(Readers& readers, std::uint32_t owner, std::span<const std::uint32_t> units,
                            bool read_on_rank_0);
  void cut_strips(Source producer, std::uint32_t owner, std::span<Reader> readers);
  void place_targets();
  void hold_targets();

  void begin(std::span<PlanPart> parts) const;
  void cut_constants(std::span<PlanPart> parts);
  void cut_unit(std::uint32_t unit, std::span<PlanPart> parts);
  void cut_tasks(std::uint32_t unit, PlanPart& part);
  void cut_readers(std::uint32_t unit, std::span<PlanPart> parts);
  void note_cut(std::span<const PlanPart> parts);

  const Plan& plan_;
  const TaskGraph& graph_;
  std::span<const std::uint32_t> rank_of_unit_;
  const SplitOptions options_;

  std::vector<PartSize> sizes_;         // per rank
  std::vector<Place> places_;           // per unit
  std::vector<std::uint32_t> unit_of_;  // by last position; empty when each unit is one task
  Readers unit_readers_, constant_readers_;
  std::vector<std::uint32_t> stamp_;  // per rank, the last producer that it was seen to read
  std::uint32_t producers_ = 0;       // how many were seen

  // Per constant: the units that read it on ranks that do not hold it, once per reading, and the targets.
  std::vector<std::uint32_t> constant_reading_begin_, constant_readings_, constant_targets_;
  std::vector<std::vector<ConstantExport>> constant_exports_;  // per rank
  std::vector<std::vector<StripExport>> strip_exports_;        // per rank

  std::vector<Source> targets_;
  std::vector<std::vector<Hold>> holds_;  // per rank
  std::vector<HeldTarget> where_held_;

  std::vector<PartSize> cut_;  // per rank: what was handed out
  std::uint32_t next_unit_ = 0;
  bool constants_cut_ = true;
};

}  // namespace bask
