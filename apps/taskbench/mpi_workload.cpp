#include "mpi_workload.hpp"

#include "output.hpp"
#include "row_plan.hpp"

#include <bask/core/error.hpp>
#include <bask/core/mpi_turn.hpp>

#include <mpi.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <exception>
#include <iostream>
#include <limits>
#include <map>
#include <memory>
#include <string>

namespace taskbench {
namespace {

constexpr std::uint32_t kStepsATurn = 16;  // passes the MpiTurn well within a heartbeat, at no cost

// Ends the job when MPI fails on this rank: the others would wait for it.
void check(int code, const char* call) {
  if (code == MPI_SUCCESS) return;
  std::array<char, MPI_MAX_ERROR_STRING> text{};
  int length = 0;
  MPI_Error_string(code, text.data(), &length);
  std::cerr << "taskbench: error: " << call << ": " << text.data() << std::endl;
  MPI_Abort(MPI_COMM_WORLD, static_cast<int>(bask::ExitCode::kTaskFailed));
}

// The communicator of the working ranks, kept until MPI ends; null on the other ranks.
MPI_Comm communicator_of(Ranks working) {
  static std::map<Ranks, MPI_Comm> made;
  const auto found = made.find(working);
  if (found != made.end()) return found->second;

  int rank = 0;
  check(MPI_Comm_rank(MPI_COMM_WORLD, &rank), "MPI_Comm_rank");
  const int first = static_cast<int>(working.begin), last = static_cast<int>(working.end) - 1;
  if (rank < first || rank > last) return MPI_COMM_NULL;
  MPI_Group all = MPI_GROUP_NULL, some = MPI_GROUP_NULL;
  MPI_Comm communicator = MPI_COMM_NULL;
  int range[1][3] = {{first, last, 1}};
  check(MPI_Comm_group(MPI_COMM_WORLD, &all), "MPI_Comm_group");
  check(MPI_Group_range_incl(all, 1, range, &some), "MPI_Group_range_incl");
  check(MPI_Comm_create_group(MPI_COMM_WORLD, some, 0, &communicator), "MPI_Comm_create_group");
  check(MPI_Group_free(&some), "MPI_Group_free");
  check(MPI_Group_free(&all), "MPI_Group_free");
  return made[working] = communicator;
}

void require_tags(const Pattern& pattern, MPI_Comm communicator) {
  void* most = nullptr;
  int is_known = 0;
  check(MPI_Comm_get_attr(communicator, MPI_TAG_UB, &most, &is_known), "MPI_Comm_get_attr");
  const int last = is_known != 0 ? *static_cast<int*>(most) : 32767;  // MPI guarantees at least this
  if (pattern.width - 1 <= static_cast<std::uint32_t>(last)) return;
  throw bask::Error("-width " + std::to_string(pattern.width),
                    "this MPI can tell " + std::to_string(last) + " points apart", "ask for fewer points",
                    bask::ExitCode::kUsage);
}

/// The inputs of a task, at their places in the row.
struct InputsInPlace {
  const Mark* row;
  std::size_t marks;  // of one output
  std::span<const std::uint32_t> points;
  std::size_t size() const { return points.size(); }
  std::span<const Mark> operator[](std::size_t i) const { return {row + points[i] * marks, marks}; }
};

/// One rank's part of one run.
class RankRun {
 public:
  RankRun(const Workload& workload, MPI_Comm communicator, bask::MpiTurn& turn);
  MpiCounts run();

 private:
  using Requests = std::vector<MPI_Request>;

  const RowPlan& plan_of(std::uint32_t step);
  Mark* row_of(std::uint32_t step) { return rows_[step % 2].get(); }
  Requests& receives_for(std::uint32_t step) { return receives_[step % 2]; }
  Requests& sends_of(std::uint32_t step) { return sends_[step % 2]; }

  void run_all();
  void post_receives(std::uint32_t step, const RowPlan& plan);
  void post_sends(std::uint32_t step, const RowPlan& next);
  void run_row(std::uint32_t step, const RowPlan& plan);
  void run_task(Place at, const InputsInPlace& inputs);
  void check_sinks(std::uint32_t step);

  int words(const Message& message) const { return static_cast<int>(message.points.size() * marks_ * 2); }
  static void wait_for(MPI_Request* requests, std::size_t count) {
    check(MPI_Waitall(static_cast<int>(count), requests, MPI_STATUSES_IGNORE), "MPI_Waitall");
  }

  const Workload workload_;
  const Pattern& pattern_ = workload_.pattern;
  const std::size_t marks_;  // of one output
  const MPI_Comm communicator_;
  bask::MpiTurn& turn_;
  std::uint32_t rank_ = 0, ranks_ = 1;
  Points mine_{};
  RowPlan first_;
  std::vector<RowPlan> plans_;  // for each dependence set, one for even steps and one for odd ones
  // The outputs of even and of odd steps, by point: the rank's own and those that it receives.
  std::array<std::unique_ptr<Mark[]>, 2> rows_;
  std::array<Requests, 2> receives_, sends_;
  MpiCounts counts_;
  std::exception_ptr failure_;  // the first one
};

RankRun::RankRun(const Workload& workload, MPI_Comm communicator, bask::MpiTurn& turn)
    : workload_(workload),
      marks_(workload.output_bytes / sizeof(Mark)),
      communicator_(communicator),
      turn_(turn),
      plans_(2 * pattern_.dependence_sets()) {
  int rank = 0, ranks = 1;
  check(MPI_Comm_rank(communicator, &rank), "MPI_Comm_rank");
  check(MPI_Comm_size(communicator, &ranks), "MPI_Comm_size");
  rank_ = static_cast<std::uint32_t>(rank);
  ranks_ = static_cast<std::uint32_t>(ranks);
  mine_ = points_of_rank(pattern_.width, rank_, ranks_);
  for (auto& row : rows_) row = std::make_unique_for_overwrite<Mark[]>(pattern_.width * marks_);
  first_ = plan_row(pattern_, 0, rank_, ranks_, 1);
  const auto planned = static_cast<std::uint32_t>(std::min<std::size_t>(pattern_.steps, plans_.size() + 1));
  for (std::uint32_t step = 1; step < planned; ++step) plan_of(step);
}

MpiCounts RankRun::run() {
  check(MPI_Barrier(communicator_), "MPI_Barrier");
  const auto start = std::chrono::steady_clock::now();
  run_all();
  check(MPI_Barrier(communicator_), "MPI_Barrier");
  counts_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (failure_) std::rethrow_exception(failure_);
  return counts_;
}

void RankRun::run_all() {
  const RowPlan* plan = &first_;
  for (std::uint32_t step = 0; step < pattern_.steps; ++step) {
    const RowPlan* const next = step + 1 < pattern_.steps ? &plan_of(step + 1) : nullptr;
    if (next != nullptr) post_receives(step + 1, *next);
    // The row's memory still holds the outputs of two steps ago: wait until these are sent.
    wait_for(sends_of(step).data(), sends_of(step).size());
    run_row(step, *plan);
    if (next != nullptr) post_sends(step, *next);
    plan = next;
    if (step % kStepsATurn == 0) turn_.pass();
  }
  for (Requests& sends : sends_) wait_for(sends.data(), sends.size());
}

const RowPlan& RankRun::plan_of(std::uint32_t step) {
  RowPlan& plan = plans_[2 * pattern_.dependence_set(step) + step % 2];
  const Points before = row_before(pattern_, step), here = pattern_.row(step);
  if (plan.before != before || plan.here != here) {
    const std::size_t most = std::numeric_limits<int>::max() / (2 * marks_);
    plan =
        plan_row(pattern_, step, rank_, ranks_, static_cast<std::uint32_t>(std::max<std::size_t>(most, 1)));
  }
  return plan;
}

// The tag is the first point of a message. That is enough: messages between two ranks with the same tag are
// received in the order in which they are sent.
void RankRun::post_receives(std::uint32_t step, const RowPlan& plan) {
  Requests& requests = receives_for(step);
  requests.resize(plan.receives.size());
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const Message& message = plan.receives[i];
    check(MPI_Irecv(row_of(step - 1) + message.points.begin * marks_, words(message), MPI_INT64_T,
                    static_cast<int>(message.peer), static_cast<int>(message.points.begin), communicator_,
                    &requests[i]),
          "MPI_Irecv");
  }
}

void RankRun::post_sends(std::uint32_t step, const RowPlan& next) {
  Requests& requests = sends_of(step);
  requests.resize(next.sends.size());
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const Message& message = next.sends[i];
    check(MPI_Isend(row_of(step) + message.points.begin * marks_, words(message), MPI_INT64_T,
                    static_cast<int>(message.peer), static_cast<int>(message.points.begin), communicator_,
                    &requests[i]),
          "MPI_Isend");
  }
}

void RankRun::run_row(std::uint32_t step, const RowPlan& plan) {
  const Mark* const before = rows_[(step + 1) % 2].get();
  Requests& receives = receives_for(step);
  std::uint32_t arrived = 0;
  for (const RowTask& task : plan.tasks) {
    if (task.messages > arrived) {
      wait_for(receives.data() + arrived, task.messages - arrived);
      arrived = task.messages;
    }
    run_task({step, task.point}, {before, marks_, {plan.inputs.data() + task.first_input, task.inputs}});
  }
  if (step >= pattern_.first_step_with_sinks()) check_sinks(step);
}

void RankRun::run_task(Place at, const InputsInPlace& inputs) {
  try {
    check_inputs(pattern_, at, workload_.output_bytes, inputs);
  } catch (const bask::Error&) {
    if (!failure_) failure_ = std::current_exception();
  }
  run_kernel(workload_.work, at);
  ++counts_.runs;
  std::fill_n(row_of(at.step) + at.point * marks_, marks_, mark_of(at));
}

void RankRun::check_sinks(std::uint32_t step) {
  const Points sinks = pattern_.sinks(step);
  const std::uint32_t end = std::min(mine_.end, sinks.end);
  for (std::uint32_t point = std::max(mine_.begin, sinks.begin); point < end; ++point) {
    const std::span<const Mark> output(row_of(step) + point * marks_, marks_);
    if (is_output_of({step, point}, workload_.output_bytes, output)) ++counts_.correct_sinks;
  }
}

}  // namespace

MpiCounts run_by_mpi(Workload workload, Ranks working) {
  bask::MpiTurn turn;
  const MPI_Comm communicator = communicator_of(working);
  if (communicator == MPI_COMM_NULL) return {};
  require_tags(workload.pattern, communicator);
  return RankRun(workload, communicator, turn).run();
}

}  // namespace taskbench
