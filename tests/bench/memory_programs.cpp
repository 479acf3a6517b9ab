// memory_programs.cpp: programs whose data may be larger than the memory limit. Runs one of them, and prints
// what it took as a JSON object: its seconds, the bits of its result, and what the client tells about memory.
// memory_bench.py runs it.
//
//   memory_programs standardise_cumsum --bask-threads=2 --bask-memory-limit=512MiB
//   mpirun -n 2 memory_programs matmul --scale 4 --bask-threads=1
//   memory_programs working_set --mebibytes 1024 --bask-memory-limit=512MiB
#include <bask/bask.hpp>
#include <bask/collections/array.hpp>
#include <bask/io/hdf5.hpp>

#include "use_trace.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>
#include <functional>
#include <iostream>
#include <memory>
#include <numeric>
#include <optional>
#include <random>
#include <span>
#include <sstream>
#include <string>
#include <vector>

namespace {

using bask::Array;

struct Settings {
  std::string name, file = "memory_bench.h5";
  std::int64_t scale = 1, mebibytes = 512;
};

constexpr std::int64_t kExtent = 16384;       // its square: 2 GiB
constexpr std::int64_t kLargeExtent = 46080;  // 16 GiB
constexpr std::int64_t kChunk = 1024;

// ---- What a program tells. ----

// What a client tells about one computation; those of a program are added up, or the largest is kept.
struct Figure {
  const char* name;
  bool is_peak;
  std::uint64_t (*of)(const bask::ComputeStatistics&);
};

// Over the ranks.
std::uint64_t most(const bask::ComputeStatistics& last, std::uint64_t bask::MemoryUse::*figure) {
  std::uint64_t most = 0;
  for (const bask::MemoryUse& use : last.memory) most = std::max(most, use.*figure);
  return most;
}
std::uint64_t sum(const bask::ComputeStatistics& last, std::uint64_t bask::MemoryUse::*figure) {
  std::uint64_t sum = 0;
  for (const bask::MemoryUse& use : last.memory) sum += use.*figure;
  return sum;
}

constexpr Figure kFigures[] = {
    {"tasks", false, [](const bask::ComputeStatistics& last) { return last.tasks; }},
    {"moved_bytes", false, [](const bask::ComputeStatistics& last) { return last.bytes_moved; }},
    {"peak_bytes", true,
     [](const bask::ComputeStatistics& last) { return most(last, &bask::MemoryUse::peak); }},
    {"resident_peak_bytes", true,
     [](const bask::ComputeStatistics& last) { return most(last, &bask::MemoryUse::resident_peak); }},
    {"spilled_bytes", false,
     [](const bask::ComputeStatistics& last) { return sum(last, &bask::MemoryUse::spilled); }},
    {"read_back_bytes", false,
     [](const bask::ComputeStatistics& last) { return sum(last, &bask::MemoryUse::read_back); }},
    {"made_again_bytes", false,
     [](const bask::ComputeStatistics& last) { return sum(last, &bask::MemoryUse::made_again); }},
    {"lost_ns", false,
     [](const bask::ComputeStatistics& last) { return most(last, &bask::MemoryUse::lost_ns); }},
};

class Report {
 public:
  void add(const bask::ComputeStatistics& last) {
    for (std::size_t k = 0; k < std::size(kFigures); ++k) {
      const std::uint64_t value = kFigures[k].of(last);
      values_[k] = kFigures[k].is_peak ? std::max(values_[k], value) : values_[k] + value;
    }
  }
  // FNV-1a, by elements: a checksum that depends on every bit and on the order.
  void add_result(std::span<const double> elements) {
    for (const double element : elements) {
      bits_ = (bits_ ^ std::bit_cast<std::uint64_t>(element)) * 0x100000001b3;
    }
  }
  /// What the best order of leaving would have written.
  void set_belady(std::uint64_t bytes) { belady_bytes_ = bytes; }
  void print(const std::string& name, double seconds, std::uint64_t limit_bytes) const {
    std::ostringstream text;
    text << "{\"name\": \"" << name << "\", \"seconds\": " << seconds << ", \"limit_bytes\": " << limit_bytes;
    for (std::size_t k = 0; k < std::size(kFigures); ++k)
      text << ", \"" << kFigures[k].name << "\": " << values_[k];
    if (belady_bytes_) text << ", \"belady_bytes\": " << *belady_bytes_;
    text << ", \"bits\": \"" << std::hex << bits_ << "\"}";
    std::cout << text.str() << std::endl;
  }

 private:
  std::uint64_t values_[std::size(kFigures)] = {};
  std::uint64_t bits_ = 0xcbf29ce484222325;
  std::optional<std::uint64_t> belady_bytes_;
};

struct Run {
  bask::Client& client;
  const Settings& settings;
  Report report{};

  std::int64_t extent() const { return kExtent / settings.scale; }
  void take(const Array<double>& array) {
    report.add_result(array.compute().span());
    report.add(client.last_compute());
  }
  Array<double> persist(const Array<double>& array) {
    Array<double> kept = array.persist();
    report.add(client.last_compute());
    return kept;
  }
};

// ---- The programs. ----

Array<double> random(std::int64_t rows, std::int64_t columns, const bask::ChunkSpec& chunks = kChunk) {
  return bask::random::default_rng(42).random({rows, columns}, chunks);
}

Array<double> square(std::int64_t extent) {
  return random(extent, extent);
}

// Blocks of an eighth of the usual height, as wide as the array.
Array<double> in_rows(std::int64_t rows, std::int64_t columns) {
  return random(rows, columns, {kChunk / 8, columns});
}

Array<double> to_columns(const Array<double>& x) {
  return x.rechunk({x.shape()[0], kChunk / 8});
}

Array<double> standardise(const Array<double>& x) {
  return (x - x.mean()) / x.std();
}

void transpose_mean(Run& run, std::int64_t extent) {
  const auto x = square(extent);
  run.take((x + x.T()).mean());
}

void matmul(Run& run, std::int64_t extent) {
  const auto y = square(extent);
  run.take(bask::matmul(y, y).sum());
}

void persist_sum(Run& run) {
  run.take(run.persist(square(run.extent())).sum());
}

void standardise_cumsum(Run& run) {
  run.take(standardise(square(run.extent()).cumsum(0)).sum());
}

void rechunk_cumsum(Run& run) {
  run.take(to_columns(in_rows(run.extent(), run.extent()).cumsum(1)).cumsum(0).max());
}

void rechunk_large(Run& run) {
  run.take(to_columns(in_rows(2 * run.extent(), run.extent()).cumsum(1)).sum(0));
}

// A file of 4 GiB, in chunks of 8 MiB.
void make_hdf5(Run& run) {
  bask::to_hdf5(run.settings.file, "x", random(2 * run.extent(), run.extent()));
}

void standardise_hdf5(Run& run) {
  run.take(standardise(bask::from_hdf5<double>(run.settings.file, "x")).sum(0));
}

// Makes so many bytes, and reads all of them twice.
void working_set(Run& run) {
  const std::int64_t block = kChunk * kChunk * static_cast<std::int64_t>(sizeof(double));
  const std::int64_t blocks = std::max(std::int64_t{1}, (run.settings.mebibytes << 20) / block);
  const auto x = run.persist(random(blocks * kChunk, kChunk));
  run.take(x.sum());
  run.take((x * x).sum());
}

// ---- Many large results of lazy calls, which are made faster than they are used up. ----

std::vector<double> make_vector(int number) {
  return std::vector<double>(std::size_t{1} << 20, number + 0.5);
}

double reduce_slowly(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t k = 0; k < a.size(); ++k) sum += std::sqrt(a[k]) * std::log(b[k]);
  return sum;
}

double add_all(const std::vector<double>& parts) {
  double sum = 0;
  for (const double part : parts) sum += part;
  return sum;
}

void many_sources(Run& run) {
  const int pairs = static_cast<int>(5000 / run.settings.scale);
  std::vector<bask::Delayed<std::vector<double>>> vectors;
  for (int k = 0; k < 2 * pairs; ++k) vectors.push_back(bask::delayed<make_vector>(k));
  std::vector<bask::Delayed<double>> parts;
  for (std::size_t k = 0; k < vectors.size(); k += 2) {
    parts.push_back(bask::delayed<reduce_slowly>(vectors[k], vectors[k + 1]));
  }
  vectors.clear();
  const double sum = bask::delayed<add_all>(parts).compute();
  run.report.add_result({&sum, 1});
  run.report.add(run.client.last_compute());
}

// ---- Results of lazy calls that write down when they are made and read, in one process. ----

using Vector = std::vector<double>;
std::unique_ptr<UseTrace> trace;

struct Use {
  explicit Use(int number) : task(number) { trace->begin(task); }
  ~Use() { trace->end(task); }
  int task;
};

Vector make_traced(int number) {
  const Use use(number);
  return make_vector(number);
}

Vector read_traced(int number, const Vector& a, const Vector& b) {
  const Use use(number);
  return {add_all(a) + add_all(b)};
}

// Results of 8 MiB; `passes` times all are read, in pairs: as they were made, or in an order of chance.
void traced_passes(Run& run, int passes, bool by_chance) {
  const int blocks = static_cast<int>(run.settings.mebibytes / 8);
  std::vector<UseTrace::Task> tasks;
  std::vector<bask::Delayed<Vector>> calls;
  for (int k = 0; k < blocks; ++k) {
    tasks.push_back({{}, 8 << 20});
    calls.push_back(bask::delayed<make_traced>(k));
  }
  std::vector<int> order(static_cast<std::size_t>(blocks));
  std::mt19937 random(7);
  for (int pass = 0; pass < passes; ++pass) {
    std::iota(order.begin(), order.end(), 0);
    if (by_chance) std::ranges::shuffle(order, random);
    for (std::size_t k = 0; k + 1 < order.size(); k += 2) {
      const int a = order[k], b = order[k + 1], number = static_cast<int>(tasks.size());
      tasks.push_back({{a, b}, sizeof(double)});
      calls.push_back(bask::delayed<read_traced>(number, calls[a], calls[b]));
    }
  }
  std::vector<bask::Delayed<double>> sums;
  for (std::size_t k = static_cast<std::size_t>(blocks); k < calls.size(); ++k)
    sums.push_back(bask::delayed<add_all>(calls[k]));
  calls.clear();
  trace = std::make_unique<UseTrace>(std::move(tasks));
  const double sum = bask::delayed<add_all>(sums).compute();
  run.report.add_result({&sum, 1});
  run.report.add(run.client.last_compute());
  run.report.set_belady(trace->belady_bytes(run.client.info().ranks[0].memory_limit));
}

struct Program {
  const char* name;
  std::function<void(Run&)> run;
};

const std::vector<Program>& programs() {
  static const std::vector<Program> all{
      {"transpose_mean", [](Run& run) { transpose_mean(run, run.extent()); }},
      {"matmul", [](Run& run) { matmul(run, run.extent() / 2); }},
      {"persist_sum", persist_sum},
      {"standardise_cumsum", standardise_cumsum},
      {"rechunk_cumsum", rechunk_cumsum},
      {"transpose_mean_large", [](Run& run) { transpose_mean(run, kLargeExtent / run.settings.scale); }},
      {"rechunk_large", rechunk_large},
      {"matmul_large", [](Run& run) { matmul(run, run.extent()); }},
      {"make_hdf5", make_hdf5},
      {"standardise_hdf5", standardise_hdf5},
      {"working_set", working_set},
      {"many_sources", many_sources},
      {"passes_in_order", [](Run& run) { traced_passes(run, 3, false); }},
      {"passes_by_chance", [](Run& run) { traced_passes(run, 3, true); }},
  };
  return all;
}

void run_program(bask::Client& client, const Settings& settings) {
  for (const Program& program : programs()) {
    if (program.name != settings.name) continue;
    Run run{client, settings};
    const auto start = std::chrono::steady_clock::now();
    program.run(run);
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    run.report.print(settings.name, taken.count(), client.info().ranks[0].memory_limit);
  }
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  std::vector<std::string> names;
  for (const Program& program : programs()) names.emplace_back(program.name);
  CLI::App app("One program whose data may be larger than the memory limit");
  app.add_option("name", settings.name)->required()->check(CLI::IsMember(names));
  app.add_option("--scale", settings.scale, "divides extents and numbers of tasks")->check(CLI::Range(1, 16));
  app.add_option("--mebibytes", settings.mebibytes, "of working_set, passes_in_order and passes_by_chance")
      ->check(CLI::PositiveNumber);
  app.add_option("--file", settings.file, "of make_hdf5 and standardise_hdf5");
  app.allow_extras();
  CLI11_PARSE(app, argc, argv);
  return bask::run(argc, argv, [&](bask::Client& client) { run_program(client, settings); });
}
