// virtual_rank.hpp: one rank of a forecast: the TaskRunner that a real rank has, on threads that take their
// time from a virtual clock, and a network likewise.
// Runs on: rank 0. Threads: one plays all ranks and their threads.
#pragma once

#include <bask/execution/push_credits.hpp>
#include <bask/execution/task_runner.hpp>
#include <bask/forecast/machine_speed.hpp>
#include <bask/forecast/virtual_clock.hpp>
#include <bask/graph/group_measure.hpp>
#include <bask/graph/plan_part.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

namespace bask {

class VirtualRank;

/// What the ranks of one run share.
struct VirtualRun {
  VirtualClock& clock;
  const MachineSpeed& speed;
  std::span<const float> task_ns;                   ///< by task of the graph
  std::vector<std::unique_ptr<VirtualRank>> ranks;  ///< all
  std::vector<VirtualLine> links;                   ///< by rank: what it sends and receives
  std::span<std::uint64_t> touched;                 ///< by rank: bytes of memory that it has used so far
};

/// What a rank has done in a forecast.
struct RankForecast {
  unsigned threads = 0;
  std::uint64_t tasks = 0, units = 0;
  std::uint64_t bytes_in = 0, bytes_out = 0;  ///< from and to other ranks
  std::int64_t busy_ns = 0;                   ///< all its threads together
};

class VirtualRank final : public Outlet {
 public:
  struct Part {
    PlanShell shell;
    std::vector<Value*> constants;
    std::span<const StripExport> strips;  // sorted by rank and position
    std::uint64_t push_credit = 0;
  };
  /// `run` must outlive the rank. Throws: as the TaskRunner does.
  VirtualRank(VirtualRun& run, std::uint32_t number, Part part, const RunnerOptions& options);

  void send_constants(std::span<const ConstantExport> exports);
  void add(const PlanPart& part) { runner_.add(part); }
  /// Begins units on threads that are free. To be called whenever something may have become ready.
  void go_on();

  /// How long something takes now that takes `ns`, and `cpu_ns` of a processor, where threads do nothing:
  /// while all threads work, it shares the processors with them.
  double beside_threads(double ns, double cpu_ns);

  TaskRunner& runner() { return runner_; }
  /// What has been done so far, and the units' times by group.
  const RankForecast& done() const { return done_; }
  std::span<const GroupMeasure> measured() const { return measured_; }

 private:
  void send(std::uint32_t position, const Value& value, std::span<const Export> exports) override;
  void fetch(std::uint32_t position) override;
  void serve(std::uint32_t place) override;
  void give_back(const StolenUnit&, Value) override {}
  void flush() override {}
  bool progress(unsigned) override { return false; }

  void begin(unsigned thread, const TaskRunner::BegunUnit& begun);
  void end(unsigned thread, const TaskRunner::BegunUnit& begun, std::int64_t ns);
  double duration_of(std::uint32_t unit) const;
  std::uint64_t bytes_for(const Export& to, std::uint64_t whole) const;
  struct Message {
    std::uint64_t bytes = 0;
    std::uint64_t held = 0;  // by its reader, in memory
  };
  void post(const Export& to, std::uint32_t place, const Message& message);
  void announce(const Export& to, std::uint32_t place, std::uint64_t bytes);
  void leaves(const Export& to, std::uint32_t place, const Message& message);
  std::int64_t move(std::uint64_t bytes);
  std::uint64_t touch(std::uint64_t bytes);
  void arrives(std::uint32_t from, std::uint32_t position, const Message& message);
  void arrived(std::uint32_t from, std::uint32_t position, const Message& message);
  void announced(const Export& at, std::uint32_t position, std::uint64_t bytes);
  void return_credit();
  VirtualRank& rank(std::uint32_t number) { return *run_.ranks[number]; }

  VirtualRun& run_;
  const std::uint32_t number_;
  const std::span<const StripExport> strips_;
  PushCredits credits_;
  const MemoryLedger& ledger_;
  TaskRunner runner_;
  std::vector<unsigned> free_threads_;
  std::unordered_multimap<std::uint32_t, Export> asked_;    // by place, for whom
  std::unordered_map<std::uint32_t, Export> announced_at_;  // by import: its rank and its place there
  double taken_ns_ =
      0;  // of the processors' time, by what works beside the threads; the next unit waits for it
  RankForecast done_;
  std::vector<GroupMeasure> measured_;
};

}  // namespace bask
