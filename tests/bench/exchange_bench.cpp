// exchange_bench.cpp: what moves all to all, beside one thread of the C++ library on the same data, in turn:
//
//   exchange_bench --bask-threads=2 [--elements 20000000] [--chunks 32] [--rounds 3] [--only sort]
//   mpirun -n 3 exchange_bench --bask-memory-limit=100MiB
//
// Prints for each row the fastest of some rounds in seconds, what was held at most and what has gone to the
// disk, and the ratio to the baseline: std::sort, with std::unique behind it for `unique`, and for `groupby`
// with one heavy key the same with even keys.
#include <bask/bask.hpp>
#include <bask/collections/array.hpp>
#include <bask/collections/array/quantiles.hpp>
#include <bask/collections/array/sorting.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <iostream>
#include <limits>
#include <string>
#include <vector>

namespace {

using bask::Array;

struct Settings {
  std::int64_t elements = 20'000'000, chunks = 32;
  int rounds = 3;
  std::string only;
};

double fastest(int rounds, const std::function<void()>& run) {
  double best = std::numeric_limits<double>::infinity();
  for (int round = 0; round < rounds; ++round) {
    const auto start = std::chrono::steady_clock::now();
    run();
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  return best;
}

class Table {
 public:
  Table(bask::Client& client, Settings settings) : client_(client), settings_(std::move(settings)) {}
  bool wants(const std::string& row) const { return settings_.only.empty() || settings_.only == row; }
  /// Returns the row's seconds. `baseline` 0: there is none.
  double print(const std::string& row, double baseline, const std::function<void()>& run) {
    const double seconds = fastest(settings_.rounds, run);
    double peak = 0, disk = 0;
    for (const bask::MemoryUse& rank : client_.last_compute().memory) {
      peak = std::max(peak, static_cast<double>(rank.peak));
      disk += static_cast<double>(rank.spilled);
    }
    std::printf("%-22s %8.3f s  peak %7.1f MiB  disk %7.1f MiB", row.c_str(), seconds, peak / (1 << 20),
                disk / (1 << 20));
    if (baseline != 0) std::printf("  baseline %.3f s: %.2f times as fast", baseline, baseline / seconds);
    std::printf("\n");
    std::fflush(stdout);
    return seconds;
  }
  const Settings& settings() const { return settings_; }
  /// Whether rank 0 may have the elements of a baseline, which is left out otherwise.
  bool has_baseline() const {
    return client_.info().ranks[0].memory_limit >
           2 * sizeof(double) * static_cast<std::uint64_t>(settings_.elements);
  }

 private:
  bask::Client& client_;
  const Settings settings_;
};

template <class T>
double sorted_alone(const Array<T>& x, int rounds, bool unique) {
  const auto values = x.compute();
  double best = std::numeric_limits<double>::infinity();
  for (int round = 0; round < rounds; ++round) {
    std::vector<T> copy(values.begin(), values.end());
    best = std::min(best, fastest(1, [&] {
                      std::sort(copy.begin(), copy.end());
                      if (unique) copy.erase(std::unique(copy.begin(), copy.end()), copy.end());
                    }));
  }
  return best;
}

void arrays(Table& table) {
  const auto [elements, chunks, rounds, only] = table.settings();
  const std::int64_t chunk = (elements + chunks - 1) / chunks;
  auto random = bask::random::default_rng(7);
  if (table.wants("sort")) {
    const auto x = random.random({elements}, {chunk}).persist();
    table.print("sort", table.has_baseline() ? sorted_alone(x, 1, false) : 0,
                [&] { bask::sort(x).persist(); });
  }
  for (const std::int64_t kinds : {std::int64_t{10}, elements / 10}) {
    if (!table.wants("unique")) continue;
    const auto x = random.integers(0, kinds, {elements}, {chunk}).persist();
    table.print("unique of " + std::to_string(kinds), table.has_baseline() ? sorted_alone(x, 1, true) : 0,
                [&] { bask::unique(x).persist(); });
  }
  if (table.wants("median")) {
    const std::int64_t columns = 1024, rows = elements / columns;
    const auto x = random.random({rows, columns}, {(rows + chunks - 1) / chunks, columns}).persist();
    table.print("median over rows", 0, [&] { bask::median(x, 0).persist(); });
  }
}

void bags(Table& table) {
  if (!table.wants("groupby")) return;
  const std::int64_t elements = table.settings().elements / 2;
  const bask::PartitionOptions cut{.partitions = static_cast<std::uint32_t>(table.settings().chunks)};
  const auto counted = [&](const auto& key) {
    return bask::bag::range(static_cast<std::uint64_t>(elements), cut)
        .groupby(key)
        .map([](const std::pair<std::int64_t, std::vector<std::int64_t>>& group) {
          return group.second.size();
        })
        .sum();
  };
  const double even = table.print("groupby, even keys", 0,
                                  [&] { counted([](std::int64_t x) { return x % 100'000; }).compute(); });
  table.print("groupby, one heavy key", even, [&] {
    counted([](std::int64_t x) { return x % 2 == 0 ? std::int64_t{0} : x % 100'000; }).compute();
  });
}

}  // namespace

int main(int argc, char** argv) {
  return bask::run(argc, argv, [&](bask::Client& client) {
    Settings settings;
    for (int k = 1; k + 1 < argc; k += 2) {
      const std::string option = argv[k];
      if (option == "--elements") settings.elements = std::stoll(argv[k + 1]);
      if (option == "--chunks") settings.chunks = std::stoll(argv[k + 1]);
      if (option == "--rounds") settings.rounds = std::stoi(argv[k + 1]);
      if (option == "--only") settings.only = argv[k + 1];
    }
    Table table(client, settings);
    arrays(table);
    bags(table);
  });
}
