// restart_program.cpp: a program for tests that is stopped, killed and started again:
// it tells which tasks it runs.
//
//   restart_program --tasks 100 --ms 20 --block 1000 --ran FILE --bask-checkpoint=DIR
//
// Leaves that take --ms make blocks of --block numbers; a second layer mixes each block with its neighbours,
// and a tree sums all of them up. With --twice the sums are computed by themselves before. Every task appends
// a line to FILE when it begins and when it ends: "begin leaf 7 <pid>" and "end leaf 7 <pid>". Prints "result
// <digits>", the same however often it was stopped.
#include <bask/bask.hpp>
#include <bask/core/archive.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

namespace {

using Block = std::vector<std::uint64_t>;

struct Work {
  std::string ran;  // FILE
  int ms = 0;
  int block = 1;
  int crash = -1;  // the leaf that crashes the process

  template <class Archive>
  void serialize(Archive& archive, unsigned /*version*/) {
    archive& ran& ms& block& crash;
  }
};

void tell(const Work& work, const std::string& what) {
  if (work.ran.empty()) return;
  const int file = open(work.ran.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
  const std::string line = what + " " + std::to_string(getpid()) + "\n";
  if (file < 0 || write(file, line.data(), line.size()) != static_cast<ssize_t>(line.size())) std::abort();
  close(file);
}

std::uint64_t mixed(std::uint64_t x) {  // the finaliser of SplitMix64
  x ^= x >> 30;
  x *= 0xbf58476d1ce4e5b9;
  x ^= x >> 27;
  x *= 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

Block leaf(const Work& work, int number) {
  tell(work, "begin leaf " + std::to_string(number));
  if (number == work.crash) std::raise(SIGSEGV);
  std::this_thread::sleep_for(std::chrono::milliseconds(work.ms));
  Block block;
  for (int i = 0; i < work.block; ++i)
    block.push_back(mixed(static_cast<std::uint64_t>(number) << 32 | static_cast<std::uint64_t>(i)));
  tell(work, "end leaf " + std::to_string(number));
  return block;
}

Block mix(const Work& work, int number, const Block& left, const Block& right) {
  tell(work, "begin mix " + std::to_string(number));
  std::this_thread::sleep_for(std::chrono::milliseconds(work.ms / 4));
  Block block;
  for (std::size_t i = 0; i < left.size(); ++i) block.push_back(mixed(left[i] + 3 * right[i]));
  tell(work, "end mix " + std::to_string(number));
  return block;
}

std::uint64_t sum(const std::vector<Block>& blocks) {
  std::uint64_t total = 0;
  for (const Block& block : blocks) {
    for (const std::uint64_t x : block) total = mixed(total + x);
  }
  return total;
}

std::uint64_t fold(const std::vector<std::uint64_t>& sums) {
  std::uint64_t total = 0;
  for (const std::uint64_t x : sums) total = mixed(total ^ x);
  return total;
}

}  // namespace

int main(int argc, char** argv) {
  return bask::run(argc, argv, [&](bask::Client&) {
    CLI::App app("a program that is stopped and started again");
    Work work;
    int tasks = 100;
    app.add_option("--tasks", tasks);
    app.add_option("--ms", work.ms);
    app.add_option("--block", work.block);
    app.add_option("--ran", work.ran);
    app.add_option("--crash", work.crash);
    bool twice = false;
    app.add_flag("--twice", twice);
    try {
      app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
      return app.exit(error) == 0 ? 0 : 2;
    }
    tell(work, "attempt");
    std::vector<bask::Delayed<Block>> leaves, mixes;
    for (int i = 0; i < tasks; ++i) leaves.push_back(bask::delayed<leaf>(work, i));
    for (int i = 0; i < tasks; ++i) {
      mixes.push_back(bask::delayed<mix>(work, i, leaves[static_cast<std::size_t>(i)],
                                         leaves[static_cast<std::size_t>((i + 1) % tasks)]));
    }
    constexpr int kWidth = 8;
    std::vector<bask::Delayed<std::uint64_t>> sums;
    for (int first = 0; first < tasks; first += kWidth) {
      const std::vector<bask::Delayed<Block>> some(mixes.begin() + first,
                                                   mixes.begin() + std::min(first + kWidth, tasks));
      sums.push_back(bask::delayed<sum>(some));
    }
    if (twice) bask::compute(sums);
    const std::uint64_t result = bask::delayed<fold>(sums).compute();
    std::cout << "result " << result << std::endl;
    return 0;
  });
}
