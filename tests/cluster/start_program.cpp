// start_program.cpp: a program for tests of the start: one of its ranks stops, as by SIGSTOP, in the named
// call of MPI, or before all of them.
//
//   mpirun -n 3 start_program 2 before     rank 2 stops before MPI_Init
//   mpirun -n 3 start_program 0 dup:1      rank 0 stops in its first call of MPI_Comm_dup
//                                          (or send, isend, bcast, finalize)
//   mpirun -n 3 start_program 2 none:0     nobody stops: prints "2"
#include <mpi.h>
#include <bask/bask.hpp>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <string>

namespace {

struct Stop {
  std::string rank, call;
  int number = 0;
};

// Read from the arguments before main, as MPI_Init comes before the program.
Stop& stop() {
  static Stop one;
  return one;
}

void stop_in(const char* call) {
  const char* const rank = std::getenv("OMPI_COMM_WORLD_RANK");
  if (rank == nullptr || stop().rank != rank || stop().call != call) return;
  if (--stop().number == 0) std::raise(SIGSTOP);
}

int increment(int x) {
  return x + 1;
}

}  // namespace

// By MPI's own profiling interface: these functions replace those of the library,
// and call them by their PMPI_ names.
extern "C" {
int MPI_Send(const void* bytes, int count, MPI_Datatype type, int to, int tag, MPI_Comm ranks) {
  stop_in("send");
  return PMPI_Send(bytes, count, type, to, tag, ranks);
}
int MPI_Bcast(void* bytes, int count, MPI_Datatype type, int root, MPI_Comm ranks) {
  stop_in("bcast");
  return PMPI_Bcast(bytes, count, type, root, ranks);
}
int MPI_Finalize() {
  stop_in("finalize");
  return PMPI_Finalize();
}
int MPI_Comm_dup(MPI_Comm ranks, MPI_Comm* made) {
  stop_in("dup");
  return PMPI_Comm_dup(ranks, made);
}
int MPI_Isend(const void* bytes, int count, MPI_Datatype type, int to, int tag, MPI_Comm ranks,
              MPI_Request* request) {
  stop_in("isend");
  return PMPI_Isend(bytes, count, type, to, tag, ranks, request);
}
}

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const std::string where = argv[2];
  const std::size_t colon = where.find(':');
  stop() = {argv[1], where.substr(0, colon),
            colon == std::string::npos ? 1 : std::stoi(where.substr(colon + 1))};
  stop_in("before");
  return bask::run(argc, argv,
                   [](bask::Client&) { std::cout << bask::delayed<increment>(1).compute() << std::endl; });
}
