// faults_program.cpp: computations with one fault each, which the advice on the job is to name first.
//
//   mpirun -n 3 build/release/tests/bench/faults_program chain --bask-watch=watch
#include <bask/bask.hpp>

#include <chrono>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace {

using bask::Delayed;
using Block = std::vector<double>;

void spin(double ms) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double, std::milli>(ms);
  while (std::chrono::steady_clock::now() < end) {
  }
}

int rank() {
  const char* const text = std::getenv("OMPI_COMM_WORLD_RANK");
  return text == nullptr ? 0 : std::atoi(text);
}

int tiny(int x) {
  return x + 1;
}
int work(int ms) {
  spin(ms);
  return ms;
}
int step(int x) {
  spin(1);
  return x + 1;
}
int slow_on_the_last_rank(int) {
  spin(rank() == 2 ? 12 : 3);
  return 1;
}
Block make_block(int n) {
  return Block(static_cast<std::size_t>(n), 1.0);
}
double first_of_each(const std::vector<Block>& blocks) {
  double sum = 0;
  for (const Block& block : blocks) sum += block[0];
  return sum;
}
int one_at_a_time(int ms) {
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  spin(ms);
  return ms;
}
int with_threads_of_its_own(int ms) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back([ms] { spin(ms); });
  for (std::thread& thread : threads) thread.join();
  return ms;
}

template <auto F>
void compute_each(int tasks, const std::function<int(int)>& argument) {
  std::vector<Delayed<int>> all;
  for (int i = 0; i < tasks; ++i) all.push_back(bask::delayed<F>(argument(i)));
  bask::compute(all);
}

void chain() {
  Delayed<int> last = bask::delayed<step>(0);
  for (int i = 1; i < 600; ++i) last = bask::delayed<step>(last);
  last.compute();
}

void moved() {
  for (int round = 0; round < 6; ++round) {
    std::vector<Delayed<Block>> blocks;
    for (int i = 0; i < 16; ++i) blocks.push_back(bask::delayed<make_block>((1 << 20) + i + 100 * round));
    std::vector<Delayed<double>> sums;
    for (int i = 0; i < 4; ++i) sums.push_back(bask::delayed<first_of_each>(blocks));
    bask::compute(sums);
  }
}

void spilled() {
  const auto x = bask::random::Generator(1).uniform(0, 1, {6144, 6144}, {1024, 1024}).persist();
  for (int i = 0; i < 4; ++i) x.sum().compute();
}

const std::map<std::string, std::function<void()>> kFaults{
    {"tiny", [] { compute_each<tiny>(400'000, [](int i) { return i; }); }},
    {"slow_rank", [] { compute_each<slow_on_the_last_rank>(200, [](int i) { return i; }); }},
    {"moved", moved},
    {"spilled", spilled},
    {"chain", chain},
    {"unequal", [] { compute_each<work>(16, [](int i) { return i == 15 ? 1500 : 50; }); }},
    {"lock", [] { compute_each<one_at_a_time>(300, [](int) { return 3; }); }},
    {"threads", [] { compute_each<with_threads_of_its_own>(100, [](int) { return 8; }); }},
};

}  // namespace

int main(int argc, char** argv) {
  return bask::run(argc, argv, [&](bask::Client&) {
    const auto fault = kFaults.find(argc > 1 ? argv[1] : "");
    if (fault == kFaults.end()) {
      std::cerr << "name a fault:";
      for (const auto& [name, run] : kFaults) std::cerr << ' ' << name;
      std::cerr << '\n';
      return 2;
    }
    fault->second();
    return 0;
  });
}
