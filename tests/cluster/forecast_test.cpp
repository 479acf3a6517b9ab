// The bytes that plans expect to move between ranks, and where plans put work by sizes and times.
#include <gtest/gtest.h>
#include <bask/bask.hpp>

#include "local_cluster.hpp"

#include <bask/collections/array.hpp>
#include <boost/serialization/vector.hpp>

#include <functional>
#include <map>
#include <numeric>

namespace bask::forecast_test {

std::vector<double> numbers(int count) {
  return std::vector<double>(static_cast<std::size_t>(count), 1.0);
}
std::vector<double> joined(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> both(a);
  both.insert(both.end(), b.begin(), b.end());
  return both;
}
double total(Inputs<std::vector<double>> all) {
  double sum = 0;
  for (const std::vector<double>& each : all) sum += std::accumulate(each.begin(), each.end(), 0.0);
  return sum;
}

void expect_exact_forecast(const Client& client, const std::string& program) {
  const ComputeStatistics& last = client.last_compute();
  EXPECT_GT(last.bytes_moved, 0u) << program << " moves nothing, and so says nothing";
  const auto moved = static_cast<double>(last.bytes_moved);
  EXPECT_NEAR(static_cast<double>(last.bytes_forecast), moved, 1e-6 * moved) << program;
}

Array<double> made(std::uint64_t seed) {
  return random::default_rng(seed).random({60, 50}, {7, 50}).checkpoint();  // as tasks of its own
}

TEST(Forecast, IsExactForArrays) {
  LocalCluster cluster({.ranks = 3});
  const Array<double> x = made(1), y = made(2);
  std::vector<std::int64_t> labels;
  for (std::int64_t i = 0; i < 60; ++i) labels.push_back(i * i % 7);
  const std::map<std::string, std::function<void()>> programs{
      {"blocks go to rank 0", [&] { (x + y).compute(); }},
      {"rows become columns",
       [&] {
         rechunk(x, {60, 6}).compute();
       }},
      {"transposed",
       [&] {
         (rechunk(x, {20, 10}) + transpose(rechunk(y, {20, 10})).reshape({60, 50})).compute();
       }},
      {"sums",
       [&] {
         sum(rechunk(x, {9, 8}), {0}).compute();
       }},
      {"variances, in three components",
       [&] {
         var(rechunk(x, {9, 8}), {1}).compute();
       }},
      {"reductions together", [&] { compute(sum(x), max(x), mean(x)); }},
      {"cumulated",
       [&] {
         cumsum(rechunk(x, {9, 8}), 0).compute();
       }},
      {"products",
       [&] {
         matmul(rechunk(x, {15, 10}), rechunk(transpose(y), {10, 15})).compute();
       }},
      {"a long product of few blocks",
       [&] {
         matmul(transpose(rechunk(x, {3, 50})), rechunk(y, {3, 50})).compute();
       }},
      {"counted",
       [&] {
         histogram(rechunk(x, {9, 8}), 20, 0.0, 1.0).counts.compute();
       }},
      {"grouped",
       [&] {
         groupby(rechunk(x, {9, 8}), labels, 0).var().compute();
       }},
      {"taken",
       [&] {
         take(rechunk(x, {9, 8}), {3, 40, 5, 59, 3, 17}, 0).compute();
       }},
      {"picked",
       [&] {
         rechunk(x, {9, 8})(Index::Positions{3, 40, 59}, Index::Positions{7, 8, 49}).compute();
       }},
      {"reshaped",
       [&] {
         x.reshape({30, 100}).compute();
       }},
  };
  for (const auto& [name, run] : programs) {
    run();
    expect_exact_forecast(cluster.client(), name);
  }
}

TEST(Forecast, KnowsThePersistedBlocksOfOtherRanks) {
  LocalCluster cluster({.ranks = 3});
  const Array<double> x = made(1).persist();
  rechunk(x, {60, 6}).compute();
  expect_exact_forecast(cluster.client(), "persisted");
}

TEST(Forecast, IsLearnedFromEarlierComputations) {
  LocalCluster cluster({.ranks = 3});
  const auto run = [] {
    std::vector<Delayed<std::vector<double>>> all;
    for (int i = 0; i < 12; ++i)
      all.push_back(delayed<joined>(delayed<numbers>(1000), delayed<numbers>(3000)));
    EXPECT_EQ(delayed<total>(all).compute(), 48'000);
  };
  run();
  const auto moved = static_cast<double>(cluster.client().last_compute().bytes_moved);
  EXPECT_LT(static_cast<double>(cluster.client().last_compute().bytes_forecast), 0.1 * moved)
      << "nobody could know that a number stands for so many";
  run();
  expect_exact_forecast(cluster.client(), "the same functions again");
}

TEST(Forecast, OfOneProcessIsThatNothingMoves) {
  const Client client({.threads = 2});
  delayed<numbers>(100).compute();
  EXPECT_EQ(client.last_compute().bytes_moved, 0u);
  EXPECT_EQ(client.last_compute().bytes_forecast, 0u);
}

// Small inputs lie on one rank, large ones on another: the small ones move.
TEST(Placement, MovesTheSmallerInputOfAJoin) {
  LocalCluster cluster({.ranks = 3, .rank0_works = false, .client = {.balance = false}});
  std::vector<Delayed<std::vector<double>>> small, large;
  for (int i = 0; i < 8; ++i) small.push_back(delayed<numbers>(10 + i));
  for (int i = 0; i < 8; ++i) large.push_back(delayed<numbers>(20'000 + i));
  small = persist(small);
  large = persist(large);
  std::vector<Delayed<std::vector<double>>> pairs;  // of each input, half lies on rank 1 and half on rank 2
  for (int i = 0; i < 8; ++i) pairs.push_back(delayed<joined>(small[i], large[(i + 4) % 8]));
  persist(pairs);
  constexpr double kSmall = (8 * 10 + 28) * sizeof(double);
  EXPECT_EQ(cluster.client().last_compute().bytes_moved, kSmall);
  EXPECT_NEAR(static_cast<double>(cluster.client().last_compute().bytes_forecast), kSmall, 0.01 * kSmall);
}

}  // namespace bask::forecast_test
