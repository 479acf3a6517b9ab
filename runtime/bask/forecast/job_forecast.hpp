// job_forecast.hpp: what a program would do and cost, found by running its computations on virtual clusters:
// on the ranks that it was started with, and on others for comparison.
// Runs on: rank 0. Threads: one at a time.
#pragma once

#include <bask/forecast/machine_speed.hpp>
#include <bask/forecast/task_times.hpp>
#include <bask/forecast/virtual_cluster.hpp>
#include <bask/graph/expand.hpp>
#include <bask/graph/plan.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bask {

struct JobForecastOptions {
  std::vector<RankShape> ranks;                    ///< that the program was started with
  std::uint64_t memory_limit = ~std::uint64_t{0};  ///< of each rank of the clusters for comparison
  bool compares = true;                            ///< whether there are such clusters
  std::map<std::string, double> resources = {};
};

/// What is known of one computation before it runs.
struct ComputeForecast {
  struct Layer {
    std::string name;
    std::uint64_t tasks = 0;
    double bytes = 0, ns = 0;  ///< of all results; of all tasks together
    bool is_measured = false;  ///< the time is an earlier run's
    bool is_sized = false;     ///< the bytes are known, not guessed
  };
  std::vector<Layer> layers;
  std::int64_t planning_ns = 0;  ///< on rank 0, before the first task; measured
  std::int64_t critical_ns = 0;  ///< the longest way through the graph
  RunForecast run;               ///< on the ranks that the program was started with
};

class JobForecast {
 public:
  JobForecast(JobForecastOptions options, TaskTimes times, const MachineSpeed& speed);
  JobForecast(const JobForecast&) = delete;
  JobForecast& operator=(const JobForecast&) = delete;

  /// One more computation of the program. With `hold` its targets stay: `where()` says what to take for them.
  /// `planning_ns`: what planning has taken so far.
  /// Throws: Error when it would be refused on the ranks that the program was started with.
  ComputeForecast compute(Expansion& expansion, const Plan& plan, const ResultSizes& sizes, bool hold,
                          std::int64_t planning_ns);
  /// The program runs this computation next: what stays is what its constants say, and where they say.
  void set_kept(std::span<const Constant> constants) { own_.virtual_cluster->set_kept(constants); }
  /// By target of the last computation: where it stays, in the numbering of the forecast; `held` 0: the
  /// target was a constant, and stays so.
  const std::vector<Constant>& where() const { return where_; }
  /// Nobody needs any more what has stayed under this number.
  void drop(std::uint64_t held);

  /// The whole program so far.
  struct Total {
    std::vector<RankShape> shape;
    std::int64_t ns = 0;
    std::uint64_t peak = 0;     ///< of the rank that holds most at once, in bytes
    std::uint64_t spilled = 0;  ///< by all ranks
    double busy = 0;            ///< share of its threads' time
    std::string refused = {};   ///< why the program cannot run there; empty: it can
  };
  Total total() const;
  /// Those for comparison. Empty where there are none.
  std::vector<Total> comparisons() const;
  std::uint32_t computations() const { return computations_; }
  const TaskTimes& times() const { return times_; }

 private:
  struct Cluster {
    std::unique_ptr<VirtualCluster> virtual_cluster;
    Total total;
    double busy_ns = 0, thread_ns = 0;
    void add(const RunForecast& run, std::int64_t planning_ns);
    Total told() const;
  };
  Cluster cluster_of(std::vector<RankShape> ranks) const;
  void make_comparisons(std::uint32_t tasks);
  void number_holds(const Plan& plan, const TaskGraph& graph, const ResultSizes& sizes, bool hold);

  const JobForecastOptions options_;
  const TaskTimes times_;
  const MachineSpeed speed_;
  Cluster own_;
  std::vector<Cluster> comparisons_;
  bool has_comparisons_ = false;
  std::uint32_t computations_ = 0;
  std::uint64_t held_ = 0;  // the last number given
  std::vector<std::uint64_t> holds_;
  std::vector<Constant> where_;
};

}  // namespace bask
