#include "journal_rows.hpp"
#include "stencil_tasks.hpp"

#include <bask/collections/array.hpp>
#include <bask/io/hdf5.hpp>

#include <algorithm>
#include <atomic>
#include <ctime>
#include <filesystem>
#include <numeric>

namespace journal_bench {
namespace {

using bask::Array;

// ---- Busy loops, whose results are added up in groups. ----

std::atomic<std::uint64_t> all_loops = 0;

std::uint64_t burn(std::uint64_t loops) {
  std::uint64_t x = loops | 1;
  for (std::uint64_t loop = 0; loop < loops; ++loop) x = x * 6364136223846793005 + 1442695040888963407;
  all_loops.fetch_add(loops, std::memory_order_relaxed);
  return x;
}

struct Work {
  std::uint64_t loops;
  std::uint32_t index, numbers;
};
double burn_number(const Work& work) {
  return static_cast<double>(burn(work.loops) % 1000 + work.index);
}
std::vector<double> burn_numbers(const Work& work) {
  return std::vector<double>(work.numbers, burn_number(work));
}
double add_numbers(std::uint32_t /*index*/, bask::Inputs<double> numbers) {
  return std::accumulate(numbers.begin(), numbers.end(), 0.0);
}
double add_first(std::uint32_t /*index*/, bask::Inputs<std::vector<double>> results) {
  double sum = 0;
  for (const std::vector<double>& result : results) sum += result.front();
  return sum;
}

struct Leaves {
  std::uint64_t loops;
  std::uint32_t numbers;
  void operator()(std::uint32_t index, bask::TaskWriter& task) const {
    task.argument(Work{loops, index, numbers});
  }
};
struct Groups {
  std::uint32_t fan_in, leaves;
  void operator()(std::uint32_t index, bask::TaskWriter& task) const {
    task.argument(index);
    const std::uint32_t end = std::min((index + 1) * fan_in, leaves);
    for (std::uint32_t leaf = index * fan_in; leaf < end; ++leaf) task.input(0, leaf);
  }
};

template <class R>
void compute_all(const bask::Tasks<R>& tasks) {
  std::vector<bask::Delayed<R>> all;
  for (std::uint32_t index = 0; index < tasks.size(); ++index) all.push_back(tasks[index]);
  bask::compute(all);
}

template <auto F, auto Add>
void run_leaves(const Settings& settings, std::uint32_t count, const Leaves& leaves) {
  const auto results = bask::tasks<F>(count, leaves);
  if (settings.fan_in == 0) return compute_all(results);
  const Groups groups{settings.fan_in, count};
  compute_all(bask::tasks<Add>((count + settings.fan_in - 1) / settings.fan_in, groups, results));
}

Row busy(const char* name, double microseconds, std::uint32_t bytes) {
  const auto run = [=](const Settings& settings) {
    const double wanted = settings.seconds * 1e6 * settings.threads / microseconds;
    // Without groups all results are held at once.
    const std::uint32_t most = settings.fan_in != 0 ? 1u << 24 : (1u << 30) / bytes;
    const std::uint32_t count = std::clamp(static_cast<std::uint32_t>(wanted), 2 * settings.threads, most);
    const Leaves leaves{static_cast<std::uint64_t>(microseconds * settings.loops_per_us), bytes / 8};
    if (bytes == sizeof(double)) {
      run_leaves<burn_number, add_numbers>(settings, count, leaves);
    } else {
      run_leaves<burn_numbers, add_first>(settings, count, leaves);
    }
  };
  return {name, "busy tasks of that time, with results of that size", run};
}

// ---- Empty tasks: what a journal costs when no result is worth keeping. ----

void run_stencil(const Settings& settings) {
  constexpr std::uint32_t kWidth = 64;
  const auto steps = static_cast<std::uint32_t>(settings.seconds * 20'000);
  const auto all = bask::tasks<stencil_tasks::add_up>(kWidth * steps, stencil_tasks::Neighbours{kWidth});
  std::vector<bask::Delayed<std::uint32_t>> last;
  for (std::uint32_t x = 0; x < kWidth; ++x) last.push_back(all[kWidth * (steps - 1) + x]);
  bask::compute(last);
}

// ---- Arrays: programs of the README. ----

std::string file_in(const std::string& directory) {
  return directory + "/journal_bench.h5";
}

Array<double> random(std::int64_t rows, std::int64_t columns) {
  return bask::random::default_rng(42).random({rows, columns}, 1000);
}

void run_climatology(const Settings& settings) {
  const Array<double> x = bask::from_hdf5<double>(file_in(settings.directory), "field");
  bask::compute(x.mean(0), x.std(0), x.mean());
}

void run_matmul(const Settings& /*settings*/) {
  auto generator = bask::random::default_rng(42);
  const auto a = generator.random({4000, 4000}, 1000), b = generator.random({4000, 4000}, 1000);
  bask::matmul(a, b).sum().compute();
}

}  // namespace

const std::vector<Row>& rows() {
  static const std::vector<Row> all{
      busy("10us/8B", 10, 8),
      busy("10us/1KiB", 10, 1 << 10),
      busy("100us/8B", 100, 8),
      busy("100us/1KiB", 100, 1 << 10),
      busy("1ms/8B", 1e3, 8),
      busy("1ms/1KiB", 1e3, 1 << 10),
      busy("1ms/1MiB", 1e3, 1 << 20),
      busy("10ms/8B", 1e4, 8),
      busy("10ms/1KiB", 1e4, 1 << 10),
      busy("10ms/1MiB", 1e4, 1 << 20),
      busy("1s/8B", 1e6, 8),
      busy("1s/1KiB", 1e6, 1 << 10),
      busy("1s/1MiB", 1e6, 1 << 20),
      {"empty", "a stencil of empty tasks", run_stencil},
      {"transpose", "(x + x.T)[::2].mean(), random 12000²",
       [](const Settings&) {
         const auto x = random(12000, 12000);
         (x + x.T())["::2"].mean().compute();
       }},
      {"standardise", "((x - x.mean()) / x.std()).sum(), random 16000²",
       [](const Settings&) {
         const auto x = random(16000, 16000);
         ((x - x.mean()) / x.std()).sum().compute();
       }},
      {"climatology", "mean and std over time, 512 MiB of HDF5", run_climatology},
      {"matmul", "matmul of 4000², chunks 1000²", run_matmul},
  };
  return all;
}

void prepare(const Settings& settings) {
  const std::string file = file_in(settings.directory);
  if (std::filesystem::exists(file)) return;
  const Array<double> field = random(8192, 8192).rechunk(1024);
  const bask::Hdf5Compression deflate{bask::Codec::kDeflate, 1, true};
  bask::to_hdf5(file, {{"field",
                        round(field * 100.0),
                        {.dimensions = {}, .chunks = bask::Shape{1024, 1024}, .compression = deflate}}});
}

double calibrate() {
  constexpr std::uint64_t kLoops = 4'000'000;
  const auto cpu_ns = [] {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
  };
  double best_ns = 1e18;
  volatile std::uint64_t keep = 0;
  for (int again = 0; again < 10; ++again) {
    const double start = cpu_ns();
    keep = keep + burn(kLoops);
    best_ns = std::min(best_ns, cpu_ns() - start);
  }
  return kLoops / (best_ns / 1e3);
}

std::uint64_t loops_run() {
  return all_loops.load();
}

}  // namespace journal_bench
