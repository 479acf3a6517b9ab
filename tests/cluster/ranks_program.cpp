// ranks_program.cpp: a program for tests to run under mpirun and srun:
// it computes, or fails in the way that is named.
//
//   mpirun -n 4 ranks_program random          50 random programs, each against its serial result
//   mpirun -n 4 ranks_program throw           one task throws while the others are busy for a minute
//   mpirun -n 4 ranks_program crash segv      one task crashes: segv, fpe or abort
//   mpirun -n 4 ranks_program busy 60         tasks of 20 ms for 60 seconds
//   mpirun -n 4 ranks_program catch           a failure is caught, and the ranks are used again
//   mpirun -n 4 ranks_program hang            a task does not end; catch_timeout: nor when that is caught
//   mpirun -n 4 ranks_program wait FILE       tasks with a licence each wait until there is such a file
//   mpirun -n 4 ranks_program exit 3          std::exit in the middle
//   mpirun -n 4 ranks_program loops           rank 1 lacks larger instruction sets; prints what each rank
//   uses mpirun -n 4 ranks_program exit_in_task 3  std::exit in a task; with a name after it quick_exit or
//   _exit mpirun -n 4 ranks_program stop 2          rank 2 stops in a function that all ranks call mpirun -n
//   4 ranks_program mpi             such a function sums over the ranks by MPI itself
#include <mpi.h>
#include <unistd.h>

#include "../collections/random_program.hpp"

#include <bask/bask.hpp>
#include <bask/collections/array/kernels/strips.hpp>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <thread>

namespace {

int nap(int number, int ms) {
  std::this_thread::sleep_for(std::chrono::milliseconds(ms));
  return number;
}

int inverse(int x) {
  if (x == 0) throw std::domain_error("x is 0");
  return 100 / x;
}

int crash(int x, const std::string& how) {
  if (how == "segv") std::raise(SIGSEGV);
  if (how == "fpe") std::raise(SIGFPE);
  if (how == "abort") std::abort();
  return x;
}

int leave(int code, const std::string& how) {
  if (how == "exit") std::exit(code);
  if (how == "quick_exit") std::quick_exit(code);
  if (how == "_exit") _exit(code);
  return code;
}

int hang(int x) {
  while (true) std::this_thread::sleep_for(std::chrono::hours(1));
  return x;
}

int wait_for_file(int number, const std::string& file) {
  while (access(file.c_str(), F_OK) != 0) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  return number;
}

int total(const std::vector<int>& numbers) {
  return std::accumulate(numbers.begin(), numbers.end(), 0);
}

std::vector<bask::Delayed<int>> naps(int count, int ms) {
  std::vector<bask::Delayed<int>> all;
  for (int i = 0; i < count; ++i) all.push_back(bask::delayed<nap>(i, ms));
  return all;
}

bool stop_on_rank(int rank) {
  const char* const own = std::getenv("OMPI_COMM_WORLD_RANK");
  if (own != nullptr && std::to_string(rank) == own) std::raise(SIGSTOP);
  return true;
}

// Takes many MpiTurns, with Bask's own messages in between.
int sum_by_mpi(int rounds) {
  static MPI_Comm ranks = MPI_COMM_NULL;
  int sum = 0;
  for (int round = 0; round < rounds; ++round) {
    const bask::MpiTurn turn;
    if (ranks == MPI_COMM_NULL) MPI_Comm_dup(MPI_COMM_WORLD, &ranks);
    int own = round;
    MPI_Comm_rank(ranks, &own);
    own += round;
    MPI_Allreduce(MPI_IN_PLACE, &own, 1, MPI_INT, MPI_SUM, ranks);
    sum += own;
  }
  return sum;
}

void sum_everywhere(bask::Client& client) {
  constexpr int kRounds = 100;
  const int ranks = static_cast<int>(client.info().ranks.size());
  const int expected = kRounds * ranks * (ranks - 1) / 2 + ranks * kRounds * (kRounds - 1) / 2;
  const std::vector<int> sums = client.run<sum_by_mpi>(int{kRounds});
  const bool are_right = sums == std::vector<int>(sums.size(), expected);
  std::cout << "by MPI: " << (are_right ? "equal on all ranks" : "wrong") << std::endl;
}

void random_programs() {
  for (unsigned seed = 0; seed < 50; ++seed) {
    const bask::RandomProgram program(seed);
    if (program.computed() != program.expected()) {
      throw bask::Error("random program", "seed " + std::to_string(seed) + " gives another result", "");
    }
  }
  std::cout << "50 random programs have their serial results" << std::endl;
}

std::string loops_here() {
  return bask::strips::instruction_set();
}

// To be called before the ranks meet.
void take_loops_from_rank_1() {
  for (const char* variable : {"OMPI_COMM_WORLD_RANK", "PMI_RANK"}) {
    const char* rank = std::getenv(variable);
    if (rank != nullptr && std::string(rank) == "1")
      bask::strips::use_instruction_set(bask::strips::InstructionSet::kBaseline);
  }
}

void catch_failure() {
  try {
    bask::delayed<inverse>(bask::delayed<nap>(0, 1)).compute();
  } catch (const bask::TaskError& error) {
    std::cout << "caught: " << error.what() << std::endl;
  }
  std::cout << "afterwards: " << bask::delayed<total>(naps(10, 1)).compute() << std::endl;
}

// Naps of several ranks, and among them a task that does not end.
bask::Delayed<int> total_with_hanging() {
  auto all = naps(20, 20);
  all.insert(all.begin() + 10, bask::delayed<hang>(bask::delayed<nap>(1, 20)));
  return bask::delayed<total>(all);
}

void catch_timeout() {
  try {
    total_with_hanging().compute();
  } catch (const bask::TaskError& error) {
    std::cout << "caught: " << error.what() << std::endl;
  }
  std::cout << "afterwards: " << bask::delayed<total>(naps(10, 1)).compute() << std::endl;
}

// On each rank one of them runs, and another waits for the licence; the total waits for all.
int total_with_licence(const std::string& file, int tasks) {
  std::vector<bask::Delayed<int>> all;
  const bask::annotate scope({.resources = {{"licence", 1}}});
  for (int i = 0; i < tasks; ++i) all.push_back(bask::delayed<wait_for_file>(i, file));
  return bask::delayed<total>({.resources = {}})(all).compute();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1 && std::string(argv[1]) == "loops") take_loops_from_rank_1();
  return bask::run(argc, argv, [&](bask::Client& client) {
    const std::string what = argc > 1 ? argv[1] : "";
    const std::string how = argc > 2 ? argv[2] : "";
    if (what == "random") {
      std::cout << client << std::endl;
      random_programs();
    } else if (what == "throw") {
      auto all = naps(20, 60000);
      all.insert(all.begin(), bask::delayed<inverse>(bask::delayed<nap>(0, 100)));
      bask::delayed<total>(all).compute();
    } else if (what == "crash") {
      auto all = naps(10, 100);
      all.push_back(bask::delayed<crash>(bask::delayed<nap>(1, 300), how));
      bask::delayed<total>(all).compute();
    } else if (what == "busy") {
      const int count = std::stoi(how) * 50 * static_cast<int>(client.info().threads);
      std::cout << "sum " << bask::delayed<total>(naps(count, 20)).compute() << std::endl;
    } else if (what == "catch") {
      catch_failure();
    } else if (what == "hang") {
      total_with_hanging().compute();
    } else if (what == "catch_timeout") {
      catch_timeout();
    } else if (what == "loops") {
      std::cout << "loops:";
      for (const std::string& loops : client.run<loops_here>()) std::cout << ' ' << loops;
      std::cout << std::endl;
    } else if (what == "wait") {
      const int sum = total_with_licence(how, 2 * static_cast<int>(client.info().ranks.size()));
      std::cout << "sum " << sum << std::endl;
    } else if (what == "stop") {
      client.run<stop_on_rank>(std::stoi(how));
    } else if (what == "mpi") {
      sum_everywhere(client);
    } else if (what == "exit_in_task") {
      auto all = naps(20, 200);
      all.push_back(bask::delayed<leave>(bask::delayed<nap>(std::stoi(how), 50),
                                         std::string(argc > 3 ? argv[3] : "exit")));
      bask::delayed<total>(all).compute();
    } else if (what == "exit") {
      bask::delayed<nap>(1, 1).compute();
      std::exit(std::stoi(how));
    } else {
      throw bask::Error("ranks_program", "'" + what + "' is unknown", "see the top of its source",
                        bask::ExitCode::kUsage);
    }
  });
}
