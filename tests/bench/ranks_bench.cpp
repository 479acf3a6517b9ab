// ranks_bench.cpp: what runs over ranks cost, compared with physical limits or plain MPI in the same command.
//
//   balance: the makespan of 1,000 naps of random length
//     mpirun -n 4 ranks_bench balance --bask-rank0=off --bask-threads=1
//   idle: the CPU time of ranks that wait, in % of a core
//     mpirun -n 3 ranks_bench idle --bask-rank0=off --bask-threads=1
//   move: a result of 67108864 bytes from rank to rank
//     mpirun -n 2 ranks_bench move 67108864
//   many: a stencil and a tree on very many ranks
//     mpirun -n 64 ranks_bench many
//   empty: empty tasks per second, and what each costs rank 0
//     mpirun -n 3 ranks_bench empty --bask-rank0=off --bask-threads=1
#include "stencil_tasks.hpp"

#include <mpi.h>
#include <sys/resource.h>
#include <bask/bask.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <numeric>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// ---- balance: tasks whose durations nobody knows. ----

double nap(double seconds) {
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  return seconds;
}

double total(bask::Inputs<double> all) {
  return std::accumulate(all.begin(), all.end(), 0.0);
}

void balance(bask::Client& client) {
  std::mt19937_64 random(1);
  double sum = 0, longest = 0;
  std::vector<double> lengths;
  for (int i = 0; i < 1000; ++i) {
    const double uniform = (static_cast<double>(random() >> 11) + 0.5) * 0x1p-53;
    lengths.push_back(-0.020 * std::log(uniform));  // exponential, mean 20 ms
    sum += lengths.back();
    longest = std::max(longest, lengths.back());
  }
  std::vector<bask::Delayed<double>> naps;
  for (const double length : lengths) naps.push_back(bask::delayed<nap>(length));
  const auto start = Clock::now();
  bask::delayed<total>(naps).compute();
  const double taken = seconds_since(start);
  const double ideal = std::max(sum / client.info().threads, longest);
  std::printf("balance %s: %.3f s, ideal %.3f s on %u threads, ratio %.3f\n",
              client.options().balance ? "on" : "off", taken, ideal, client.info().threads, taken / ideal);
}

// ---- idle: what waiting costs. ----

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) { return double(time.tv_sec) + 1e-6 * double(time.tv_usec); };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

void print_cpu(bask::Client& client, const char* what, double wall, const std::vector<double>& before) {
  const std::vector<double> after = client.run<cpu_seconds>();
  std::printf("%s, CPU of each rank in %% of a core:", what);
  for (std::size_t rank = 0; rank < after.size(); ++rank) {
    std::printf(" %.2f", 100 * (after[rank] - before[rank]) / wall);
  }
  std::printf("\n");
}

void idle(bask::Client& client) {
  constexpr double kSeconds = 5;
  std::vector<double> before = client.run<cpu_seconds>();
  auto start = Clock::now();
  nap(kSeconds);  // in the user's own code
  print_cpu(client, "between computations", seconds_since(start), before);
  before = client.run<cpu_seconds>();
  start = Clock::now();
  bask::delayed<nap>(kSeconds).compute();  // one rank naps inside a task, the others have none
  print_cpu(client, "while one task naps", seconds_since(start), before);
}

// ---- move: one large result from rank to rank, beside MPI. ----

std::vector<double> make(std::uint64_t count) {
  return std::vector<double>(count, 1.0);
}
double first_and_last(const std::vector<double>& numbers) {
  return numbers.front() + numbers.back();
}

// Seconds from the last rank to rank 0, into memory that was not touched before, in pieces below 2 GiB.
double transfer_by_mpi(std::uint64_t bytes) {
  const bask::MpiTurn turn;
  static MPI_Comm ranks = [] {
    MPI_Comm dup;
    MPI_Comm_dup(MPI_COMM_WORLD, &dup);
    return dup;
  }();
  constexpr std::uint64_t kPiece = std::uint64_t{1} << 30;
  int rank = 0, size = 0;
  MPI_Comm_rank(ranks, &rank);
  MPI_Comm_size(ranks, &size);
  std::vector<double> source;
  if (rank == size - 1) source = make(bytes / sizeof(double));
  const std::unique_ptr<std::byte[]> target(rank == 0 ? new std::byte[bytes] : nullptr);
  MPI_Barrier(ranks);
  const auto start = Clock::now();
  for (std::uint64_t done = 0; done < bytes; done += kPiece) {
    const int count = static_cast<int>(std::min(kPiece, bytes - done));
    if (rank == 0) MPI_Recv(target.get() + done, count, MPI_BYTE, size - 1, 0, ranks, MPI_STATUS_IGNORE);
    if (rank == size - 1) {
      MPI_Send(reinterpret_cast<std::byte*>(source.data()) + done, count, MPI_BYTE, 0, 0, ranks);
    }
  }
  return rank == 0 ? seconds_since(start) : 0.0;
}

void move(bask::Client& client, std::uint64_t bytes) {
  std::vector<double> by_bask, by_mpi;
  for (int round = 0; round < 5; ++round) {
    by_mpi.push_back(client.run<transfer_by_mpi>(bytes)[0]);
    // Rank 0 runs no tasks: the result is on another rank.
    const auto held = bask::delayed<make>(bytes / sizeof(double)).persist();
    const auto start = Clock::now();
    const std::vector<double> result = held.compute();
    by_bask.push_back(seconds_since(start));
    if (first_and_last(result) != 2.0) throw bask::Error("move", "the bytes are wrong", "report it");
  }
  std::ranges::sort(by_bask);
  std::ranges::sort(by_mpi);
  const double gib = static_cast<double>(bytes) / (1 << 30);
  std::printf("move %.3f GiB: %.2f GiB/s, plain MPI %.2f GiB/s, ratio of medians %.2f\n", gib,
              gib / by_bask[2], gib / by_mpi[2], by_mpi[2] / by_bask[2]);
}

// ---- empty and many: what a task costs. ----

struct Pairs {
  std::uint32_t leaves;
  void operator()(std::uint32_t index, bask::TaskWriter& task) const {
    task.argument(index);
    if (index < leaves) return;
    task.own_input(2 * (index - leaves));
    task.own_input(2 * (index - leaves) + 1);
  }
};

void print_run(bask::Client& client, const char* what, std::uint32_t tasks, double taken) {
  const bask::ComputeStatistics& last = client.last_compute();
  std::printf(
      "%s: %u tasks in %.3f s, %.0f tasks/s; results moved %llu, forecast %llu; bytes moved "
      "%llu, forecast %llu\n",
      what, tasks, taken, tasks / taken, static_cast<unsigned long long>(last.results_moved),
      static_cast<unsigned long long>(last.results_forecast),
      static_cast<unsigned long long>(last.bytes_moved),
      static_cast<unsigned long long>(last.bytes_forecast));
}

void stencil(bask::Client& client, std::uint32_t width, std::uint32_t steps) {
  const auto start = Clock::now();
  const auto rows = bask::tasks<stencil_tasks::add_up>(width * steps, stencil_tasks::Neighbours{width});
  std::vector<bask::Delayed<std::uint32_t>> last;
  for (std::uint32_t x = 0; x < width; ++x) last.push_back(rows[width * (steps - 1) + x]);
  bask::compute(last);
  print_run(client, "stencil", width * steps, seconds_since(start));
}

void tree(bask::Client& client, std::uint32_t leaves) {
  const auto start = Clock::now();
  const auto nodes = bask::tasks<stencil_tasks::add_up>(2 * leaves - 1, Pairs{leaves});
  nodes[2 * leaves - 2].compute();
  print_run(client, "tree", 2 * leaves - 1, seconds_since(start));
}

}  // namespace

int main(int argc, char** argv) {
  return bask::run(argc, argv, [&](bask::Client& client) {
    const std::string what = argc > 1 ? argv[1] : "";
    std::cout << client << std::endl;
    if (what == "balance") {
      balance(client);
    } else if (what == "idle") {
      idle(client);
    } else if (what == "move") {
      move(client, argc > 2 ? std::stoull(argv[2]) : 1 << 26);
    } else if (what == "many") {
      for (int again = 0; again < 3; ++again) stencil(client, 256, 200);
      for (int again = 0; again < 3; ++again) tree(client, 1 << 14);
    } else if (what == "empty") {
      for (int again = 0; again < 5; ++again) stencil(client, 8, 100'000);
      for (int again = 0; again < 5; ++again) tree(client, 1 << 19);
    } else {
      throw bask::Error("ranks_bench", "'" + what + "' is unknown", "see the top of its source",
                        bask::ExitCode::kUsage);
    }
  });
}
