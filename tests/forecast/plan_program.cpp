// plan_program.cpp: computes several things, and prints what it found and what was moved and held; with
// --bask-plan, what would be.
// Usage: plan_program <arrays|values|file|loop|lengths> [--bask-…]
#include <bask/bask.hpp>
#include <bask/collections/array.hpp>
#include <bask/io/hdf5.hpp>

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace {

int leave_trace(int x) {
  std::fclose(std::fopen(("trace-" + std::to_string(x)).c_str(), "w"));
  return x;
}
double half(int x) {
  return x / 2.0;
}

bask::Array<double> numbers() {
  return bask::random::default_rng(3).normal(0, 1, {2048, 2048}, {256, 256});
}

void print_use(const bask::Client& client) {
  const bask::ComputeStatistics& last = client.last_compute();
  std::uint64_t peak = 0, spilled = 0;
  for (const bask::MemoryUse& use : last.memory) {
    peak = std::max(peak, use.peak);
    spilled += use.spilled;
  }
  std::cout << "tasks " << last.tasks << "\nforecast " << last.bytes_forecast << "\nmoved "
            << last.bytes_moved << "\npeak " << peak << "\nspilled " << spilled << "\n";
}

void arrays(bask::Client& client) {
  const auto x = numbers().persist();
  const auto y = (x - x.mean(0)) / x.std(0);
  const bask::NdArray<double> sums = bask::matmul(y, transpose(y)).sum(0).compute();
  std::cout << "shape " << sums.shape()[0] << (sums[0] != sums[0] ? " unknown" : " known") << "\n";
  print_use(client);
}

void values(bask::Client& client) {
  const auto one = bask::delayed<leave_trace>(1);
  const std::vector<bask::Delayed<int>> list{one, bask::delayed<leave_trace>(2)};
  const std::map<std::string, bask::Delayed<double>> named{{"half", bask::delayed<half>(one)}};
  const std::optional<bask::Delayed<double>> maybe = bask::delayed<half>(one);
  const auto [ints, doubles, perhaps, plain] = bask::compute(list, named, maybe, std::string("plain"));
  std::cout << "values " << ints.size() << " " << ints.at(0) << " " << doubles.at("half") << " " << *perhaps
            << " " << plain << "\n";
  print_use(client);
}

}  // namespace

int main(int argc, char** argv) {
  return bask::run(argc, argv, [&](bask::Client& client) {
    const std::string what = argv[1];
    if (what == "arrays") arrays(client);
    if (what == "values") values(client);
    if (what == "lengths") {  // what the library itself computes on the way
      const auto x = numbers();
      const auto positive = x.reshape({-1})[x.reshape({-1}) > 0.0].compute_chunk_sizes();
      const auto [counts, edges] = bask::compute(histogram(x, 4).counts, histogram(positive, 4).edges);
      std::cout << "counts " << counts.size() << " edges " << edges.size() << "\n";
    }
    if (what == "file") bask::to_hdf5("made.h5", {{"x", numbers()}});
    if (what == "loop") {
      auto x = numbers().persist();
      for (int step = 0; step < 3; ++step) x = (x + 1.0).persist();
      std::cout << "sum " << x.sum().compute().item() << "\n";
    }
  });
}
