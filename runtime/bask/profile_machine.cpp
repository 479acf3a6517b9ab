#include <bask/profile_machine.hpp>

#include <fmt/format.h>
#include <bask/bask.hpp>
#include <bask/core/log.hpp>
#include <bask/events/ticks.hpp>
#include <bask/execution/spill_file.hpp>
#include <bask/forecast/machine_speed.hpp>
#include <bask/plan_only.hpp>
#include <bask/system/cpu_time.hpp>
#include <bask/system/replaced_file.hpp>
#include <bask/system/scratch_directory.hpp>

#include <sys/mman.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <future>
#include <iostream>
#include <limits>
#include <new>
#include <vector>

namespace bask {
namespace {

constexpr std::int64_t kLength = 4096, kChunk = 1024;  // blocks of 8 MiB
constexpr double kElements = kChunk * kChunk, kTasks = (kLength / kChunk) * (kLength / kChunk);

// The best of rounds, which go on until the last three have been no better by a hundredth: others may use the
// machine for a while.
template <class F>
double best_of(const F& f) {
  constexpr int kMostRounds = 20, kNoBetter = 3;
  double best = std::numeric_limits<double>::infinity();
  for (int round = 0, since_best = 0; round < kMostRounds && since_best < kNoBetter; ++round) {
    const double ns = f();
    since_best = ns < 0.99 * best ? 0 : since_best + 1;
    best = std::min(best, ns);
  }
  return best;
}

// What `f` adds to `now()`.
template <class Now, class F>
double added_by(const Now& now, const F& f) {
  return best_of([&] {
    const auto before = now();
    f();
    return static_cast<double>(now() - before);
  });
}
// Nanoseconds.
template <class F>
double time_of(const F& f) {
  return added_by(steady_ns, f);
}

class Measurement {
 public:
  explicit Measurement(Client& client) : client_(client), threads_(client.info().threads) {}

  // What each of so many equal tasks takes, with all threads at work.
  template <class F>
  double of_a_task(double tasks, const F& f) const {
    return time_of(f) * std::min<double>(threads_, tasks) / tasks;
  }
  void arrays(MachineSpeed& speed);
  void moves(MachineSpeed& speed);
  /// What more work has not taken longer than less: others have used the machine.
  bool is_disturbed() const { return is_disturbed_; }

 private:
  double difference(double more, double less) {
    if (more <= less) is_disturbed_ = true;
    return std::max(more - less, 0.0);
  }

  // Of the processors of all ranks.
  double cpu_ns() {
    double sum = 0;
    for (const std::int64_t ns : client_.run<process_cpu_time_ns>()) sum += static_cast<double>(ns);
    return sum;
  }

  Client& client_;
  const unsigned threads_;  // of all ranks
  bool is_disturbed_ = false;
};

void Measurement::arrays(MachineSpeed& speed) {
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
}

// What memory costs more when it is written for the first time.
double cleared_ns_per_byte() {
  constexpr std::size_t kBytes = std::size_t{64} << 20;
  return best_of([] {
    void* const memory = ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    const auto written_ns = [&]() {
      const auto start = std::chrono::steady_clock::now();
      explicit_bzero(memory, kBytes);
      return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - start).count();
    };
    const double first = written_ns();
    const double again = written_ns();
    ::munmap(memory, kBytes);
    return std::max(first - again, 0.0) / kBytes;
  });
}

int nothing() {
  return 0;
}

// Each rank sends blocks and receives as many: a block of `there` is added to one of `mirrored`, which is on
// another rank.
void Measurement::moves(MachineSpeed& speed) {
  const auto ranks = static_cast<std::int64_t>(client_.info().ranks.size());
  constexpr std::int64_t kBlocks = 8, kCalls = 1000;  // of each rank
  const Shape shape{ranks * kBlocks * kChunk, kChunk};
  const ChunkSpec chunks{kChunk, kChunk};
  const Array<double> there = random::default_rng(4).random(shape, chunks).persist();
  const Array<double> local = random::default_rng(5).random(shape, chunks).persist();
  const Array<double> mirrored = flip(local, 0);
  const auto time_with = [](const Array<double>& a, const Array<double>& b) {
    return time_of([&] { (a + b).sum().compute(); });
  };
  const auto cpu_with = [this](const Array<double>& a, const Array<double>& b) {
    return added_by([this] { return cpu_ns(); }, [&] { (a + b).sum().compute(); });
  };
  const double unmoved = time_with(there, local);
  const double moved = time_with(there, mirrored);
  const double bytes =  // that a rank sends and receives
      2 * static_cast<double>(client_.last_compute().bytes_moved) / static_cast<double>(ranks);
  speed.moved_ns_per_byte = difference(moved, unmoved / kBlocks) / bytes;
  speed.moved_cpu_ns_per_byte =
      difference(cpu_with(there, mirrored), cpu_with(there, local)) / static_cast<double>(ranks) / bytes;
  const double calls = time_of([&] {
    for (std::int64_t call = 0; call < kCalls; ++call) client_.run<nothing>();
  });
  speed.message_ns = calls / kCalls / 2;  // there and back
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
  const auto write = [&] { extent = waited([&](const auto& done) { file.write(bytes, done); }); };
  const auto read = [&] { waited([&](const auto& done) { file.read(extent, back, done); }); };
  speed.written_ns_per_byte = time_of(write) / kBytes;
  speed.written_cpu_ns_per_byte = added_by(process_cpu_time_ns, write) / kBytes;
  speed.read_back_ns_per_byte = time_of(read) / kBytes;
  speed.read_back_cpu_ns_per_byte = added_by(process_cpu_time_ns, read) / kBytes;
}

}  // namespace

Options options_of_profile(Options options) {
  options = without_traces(std::move(options));
  options.progress = Progress::kOff;
  return options;
}

int profile_machine(Client& client) {
  const Options& options = client.options();
  ReplacedFile("--bask-profile-machine", options.profile_machine);  // throws now where nothing can be written
  Measurement measurement(client);
  MachineSpeed speed;
  measurement.arrays(speed);
  measure_disk(options, speed);
  speed.cleared_ns_per_byte = cleared_ns_per_byte();
  const std::size_t ranks = client.info().ranks.size();
  if (ranks > 1) measurement.moves(speed);
  const std::string machine =
      fmt::format("{}, {} threads, {} ranks", client.info().host, client.info().threads, ranks);
  write_machine_speed(options.profile_machine, speed, machine);
  for (const NamedSpeed& named : named_speeds())
    std::cout << fmt::format("{:>10.4g} {}\n", speed.*named.ns, named.name);
  std::cout << fmt::format("written to '{}'\n", options.profile_machine);
  if (ranks == 1) {
    std::cout
        << "messages and what moves between ranks were not measured: those are defaults; start the program "
           "on two nodes, one rank on each, to measure them, too\n";
  }
  if (measurement.is_disturbed()) {
    log_line(
        LogLevel::kWarning,
        "--bask-profile-machine: other programs have disturbed the measurement, and some of these are 0; "
        "measure again while the machine is idle");
  }
  return static_cast<int>(ExitCode::kDone);
}

}  // namespace bask
