#include <bask/profile_machine.hpp>

#include <fmt/format.h>
#include <bask/bask.hpp>
#include <bask/core/log.hpp>
#include <bask/execution/spill_file.hpp>
#include <bask/forecast/machine_speed.hpp>
#include <bask/system/replaced_file.hpp>
#include <bask/system/scratch_directory.hpp>

#include <algorithm>
#include <chrono>
#include <future>
#include <iostream>
#include <limits>
#include <vector>

namespace bask {
namespace {

constexpr std::int64_t kLength = 4096, kChunk = 1024;  // blocks of 8 MiB
constexpr double kElements = kChunk * kChunk, kTasks = (kLength / kChunk) * (kLength / kChunk);

// Nanoseconds; the best of rounds, which go on until the last three have been no better by a hundredth:
// others may use the machine for a while.
template <class F>
double time_of(const F& f) {
  constexpr int kMostRounds = 20, kNoBetter = 3;
  double best = std::numeric_limits<double>::infinity();
  for (int round = 0, since_best = 0; round < kMostRounds && since_best < kNoBetter; ++round) {
    const auto start = std::chrono::steady_clock::now();
    f();
    const double ns =
        std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - start).count();
    since_best = ns < 0.99 * best ? 0 : since_best + 1;
    best = std::min(best, ns);
  }
  return best;
}

class Measurement {
 public:
  explicit Measurement(unsigned threads) : threads_(threads) {}

  // What each of so many equal tasks takes, with all threads at work.
  template <class F>
  double of_a_task(double tasks, const F& f) const {
    return time_of(f) * std::min<double>(threads_, tasks) / tasks;
  }
  MachineSpeed arrays();
  /// What more work has not taken longer than less: others have used the machine.
  bool is_disturbed() const { return is_disturbed_; }

 private:
  double difference(double more, double less) {
    if (more <= less) is_disturbed_ = true;
    return std::max(more - less, 0.0);
  }

  const unsigned threads_;
  bool is_disturbed_ = false;
};

MachineSpeed Measurement::arrays() {
  MachineSpeed speed;
  const Shape shape{kLength, kLength};
  const ChunkSpec chunks{kChunk, kChunk};
  const auto block = [&](const Array<double>& array) {
    return of_a_task(kTasks, [&] { array.sum().compute(); });
  };
  constexpr std::int64_t kSmall = 10'000;
  speed.task_ns = of_a_task(kSmall, [&] { ones<double>({kSmall}, {1}).sum().compute(); });
  // Sums of random numbers read no memory that was made before: only what is done counts.
  const Array<double> plain = random::default_rng(1).random(shape, chunks);
  const double uniform = block(plain);
  const double eight = block(plain + 1.0 + 2.0 + 3.0 + 4.0 + 5.0 + 6.0 + 7.0 + 8.0);
  speed.operation_ns = difference(eight, uniform) / 8 / kElements;
  const double sum = speed.operation_ns * kElements + speed.task_ns;
  speed.uniform_number_ns = difference(uniform, sum) / kElements;
  speed.random_number_ns =
      difference(block(random::default_rng(1).normal(0, 1, shape, chunks)), sum) / kElements;
  speed.function_ns = difference(block(exp(plain)), uniform) / kElements;
  const Array<double> there = plain.persist();
  speed.touched_ns_per_byte = difference(block(there), sum) / kElements / sizeof(double);
  // A block of the product for each block of a column of blocks and a row of blocks.
  const Array<double> column = random::default_rng(2).random({kLength, kChunk}, chunks).persist();
  const Array<double> row = random::default_rng(3).random({kChunk, kLength}, chunks).persist();
  speed.multiply_add_ns = of_a_task(kTasks, [&] { matmul(column, row).persist(); }) / (kElements * kChunk);
  return speed;
}

void measure_disk(const Options& options, MachineSpeed& speed) {
  constexpr std::size_t kBytes = std::size_t{256} << 20;
  const std::vector<std::byte> bytes(kBytes, std::byte{1});
  std::vector<std::byte> back(kBytes);
  SpillFile file(scratch_directory(options.scratch));
  const auto waited = [](const auto& begin) {
    std::promise<SpillOutcome> promise;
    begin([&](SpillOutcome outcome) { promise.set_value(std::move(outcome)); });
    SpillOutcome outcome = promise.get_future().get();
    if (outcome.error) throw *outcome.error;
    return outcome.extent;
  };
  Extent extent;
  speed.written_ns_per_byte =
      time_of([&] { extent = waited([&](const auto& done) { file.write(bytes, done); }); }) / kBytes;
  speed.read_back_ns_per_byte =
      time_of([&] { waited([&](const auto& done) { file.read(extent, back, done); }); }) / kBytes;
}

}  // namespace

int profile_machine(const Options& options) {
  set_up_log({.level = options.log_level, .file = options.log_file});
  ReplacedFile("--bask-profile-machine", options.profile_machine);  // throws now where nothing can be written
  Options quiet = options;
  quiet.progress = Progress::kOff;
  Client client(quiet);
  Measurement measurement(client.info().threads);
  MachineSpeed speed = measurement.arrays();
  measure_disk(options, speed);
  const std::string machine = fmt::format("{}, {} threads", client.info().host, client.info().threads);
  write_machine_speed(options.profile_machine, speed, machine);
  for (const NamedSpeed& named : named_speeds())
    std::cout << fmt::format("{:>10.4g} {}\n", speed.*named.ns, named.name);
  std::cout << fmt::format(
      "written to '{}'; messages and what moves between ranks were not measured: those are "
      "defaults\n",
      options.profile_machine);
  if (measurement.is_disturbed()) {
    log_line(
        LogLevel::kWarning,
        "--bask-profile-machine: other programs have disturbed the measurement, and some of these are 0; "
        "measure again while the machine is idle");
  }
  return static_cast<int>(ExitCode::kDone);
}

}  // namespace bask
