// placement_bench.cpp: where plans put work whose sizes and times differ: bytes moved, compared with the
// plan's forecast, and wall time. Each program runs several times: from the second run on, times are known.
//
//   mpirun -n 3 placement_bench [join|arrays|times|blocks|slice …] --bask-rank0=off --bask-threads=1
#include <bask/bask.hpp>
#include <bask/collections/array.hpp>
#include <boost/serialization/vector.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <functional>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

namespace {

using Numbers = std::vector<double>;
constexpr int kRounds = 6;

Numbers numbers(std::uint64_t count) {
  return Numbers(count, 1.0);
}
double sum_of_both(const Numbers& a, const Numbers& b) {
  return std::accumulate(a.begin(), a.end(), 0.0) + std::accumulate(b.begin(), b.end(), 0.0);
}
int nap_1_ms(int x) {
  std::this_thread::sleep_for(std::chrono::milliseconds(1));
  return x;
}
int nap_20_ms(int x) {
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  return x;
}

// Runs and prints each round: in the first nothing is known, in the others what was measured before.
void measure(const bask::Client& client, const char* name, const std::function<void()>& run) {
  for (int round = 0; round < kRounds; ++round) {
    const auto start = std::chrono::steady_clock::now();
    run();
    const double ms = 1e3 * std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    const bask::ComputeStatistics& last = client.last_compute();
    std::printf("%s, round %d: %.1f ms, moved %.3f MB, forecast %.3f MB\n", name, round, ms,
                1e-6 * static_cast<double>(last.bytes_moved),
                1e-6 * static_cast<double>(last.bytes_forecast));
  }
}

// Pairs of a large and a small result that lie on different ranks.
void join(const bask::Client& client) {
  constexpr int kPairs = 32;
  std::vector<bask::Delayed<Numbers>> small, large;
  for (int i = 0; i < kPairs; ++i) small.push_back(bask::delayed<numbers>(500u));
  for (int i = 0; i < kPairs; ++i)
    large.push_back(bask::delayed<numbers>(500'000u + static_cast<unsigned>(i)));
  small = bask::persist(small);
  large = bask::persist(large);
  measure(client, "join", [&] {
    std::vector<bask::Delayed<double>> pairs;
    for (std::size_t i = 0; i < kPairs; ++i)
      pairs.push_back(bask::delayed<sum_of_both>(small[i], large[(i + kPairs / 2) % kPairs]));
    bask::compute(pairs);
  });
}

// Adds two arrays of equal chunks, whose blocks were made by tasks of their own.
void arrays(const bask::Client& client) {
  measure(client, "arrays", [] {
    auto random = bask::random::default_rng(1);
    const auto x = random.random({4096, 4096}, {512, 512}).checkpoint();
    const auto y = random.random({4096, 4096}, {512, 512}).checkpoint();
    bask::sum(x * y).compute();
  });
}

// Forty tasks of 1 ms, then twenty of 20 ms, and one that reads all of them.
void times(const bask::Client& client) {
  measure(client, "times", [] {
    std::vector<bask::Delayed<int>> all;
    for (int i = 0; i < 40; ++i) all.push_back(bask::delayed<nap_1_ms>(i));
    for (int i = 0; i < 20; ++i) all.push_back(bask::delayed<nap_20_ms>(i));
    bask::compute(all);
  });
}

// A few blocks of 8 MB before many of 125 KB, with much work on each.
void blocks(const bask::Client& client) {
  bask::AxisChunks chunks(8, 1 << 20);
  chunks.insert(chunks.end(), 64, 1 << 14);
  const bask::Shape shape{std::accumulate(chunks.begin(), chunks.end(), std::int64_t{0})};
  measure(client, "blocks", [&] {
    const auto x = bask::random::default_rng(1).normal(0, 1, shape, bask::Chunks{chunks});
    bask::sum(bask::exp(bask::sin(x))).compute();
  });
}

// Reads only the part of a persisted array that lies on one rank, with hardly any work on it.
void slice(const bask::Client& client) {
  const auto x = bask::random::default_rng(1).random({64 << 20}, 1 << 20).persist();
  measure(client, "slice", [&] { bask::sum(x[":33554432"]).compute(); });
}

}  // namespace

int main(int argc, char** argv) {
  return bask::run(argc, argv, [&](bask::Client& client) {
    const struct {
      const char* name;
      void (*run)(const bask::Client&);
    } programs[] = {
        {"join", join}, {"arrays", arrays}, {"times", times}, {"blocks", blocks}, {"slice", slice}};
    for (const auto& [name, run] : programs) {
      const bool is_asked = std::find(argv + 1, argv + argc, std::string(name)) != argv + argc;
      if (argc == 1 || is_asked) run(client);
    }
  });
}
