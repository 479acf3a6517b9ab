// transport_bench.cpp: what parcels and bulk transfers cost between two ranks, compared with plain MPI that
// moves the same bytes, in turn in the same run.
//
//   mpirun -n 2 transport_bench [parcels|bulk …]
//
// Prints half the round trip of parcels, the cost of an empty receive(), parcels per second in a window, and
// the rates of bulk transfers: medians, and the ratios to MPI. Bulk bytes arrive in fresh memory: once from
// malloc, not touched before, as for MPI_Recv; and once in a vector that grows piece by piece, while MPI_Recv
// has one of full size.
#include <mpi.h>
#include <bask/transport/mpi_transport.hpp>

#include <algorithm>
#include <boost/mpi/collectives.hpp>
#include <boost/mpi/communicator.hpp>
#include <boost/mpi/environment.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace {

using bask::Buffer;
using bask::Transport;

constexpr int kTag = 5;

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double median(std::vector<double> figures) {
  std::sort(figures.begin(), figures.end());
  return figures[figures.size() / 2];
}

struct Bench {
  const boost::mpi::communicator& world;
  Transport& here;
  int other = 1 - world.rank();
  bool is_first = world.rank() == 0;

  void wait_for_parcel() const {
    while (!here.receive()) here.progress();
  }

  // ---- Parcels. ----

  double half_round_trip(std::size_t bytes) const {
    constexpr int kTrips = 20'000;
    Buffer parcel;
    world.barrier();
    const double start = now();
    for (int i = 0; i < kTrips; ++i) {
      if (!is_first) wait_for_parcel();
      parcel.resize(bytes);
      parcel = here.send(static_cast<std::uint32_t>(other), std::move(parcel));
      if (is_first) wait_for_parcel();
    }
    const double seconds = now() - start;
    while (here.is_sending()) here.progress();
    return seconds / kTrips / 2;
  }

  double half_round_trip_of_mpi(std::size_t bytes) const {
    constexpr int kTrips = 20'000;
    Buffer parcel(bytes);
    const int count = static_cast<int>(bytes);
    const auto send = [&] { MPI_Send(parcel.data(), count, MPI_BYTE, other, kTag, world); };
    const auto receive = [&] {
      MPI_Recv(parcel.data(), count, MPI_BYTE, other, kTag, world, MPI_STATUS_IGNORE);
    };
    world.barrier();
    const double start = now();
    for (int i = 0; i < kTrips; ++i) {
      if (!is_first) receive();
      send();
      if (is_first) receive();
    }
    return (now() - start) / kTrips / 2;
  }

  double empty_receive() const {
    constexpr int kCalls = 200'000;
    const double start = now();
    for (int i = 0; i < kCalls; ++i) here.receive();
    return (now() - start) / kCalls;
  }

  /// Seconds per parcel: rank 0 has at most two windows of parcels on their way.
  double windowed(std::size_t bytes) const {
    constexpr int kWindow = 256;
    constexpr int kWindows = 2'000;
    Buffer parcel;
    world.barrier();
    const double start = now();
    for (int window = 0; window < kWindows; ++window) {
      for (int i = 0; i < kWindow; ++i) {
        if (is_first) {
          parcel.resize(bytes);
          parcel = here.send(1, std::move(parcel));
        } else {
          wait_for_parcel();
        }
      }
      if (!is_first) here.send(0, Buffer(1));
      if (is_first && window > 0) wait_for_parcel();
    }
    if (is_first) wait_for_parcel();
    return (now() - start) / (kWindow * kWindows);
  }

  void show_parcels() const {
    for (const std::size_t bytes : {8, 64, 1'024, 4'000, 16'384}) {
      std::vector<double> ours, mpi;
      for (int round = 0; round < 7; ++round) {
        ours.push_back(half_round_trip(bytes));
        mpi.push_back(half_round_trip_of_mpi(bytes));
      }
      if (is_first)
        std::printf("half round trip, %5zu B  %8.3f us  (MPI_Send and MPI_Recv %8.3f us, ratio %.2f)\n",
                    bytes, median(ours) * 1e6, median(mpi) * 1e6, median(ours) / median(mpi));
    }
    std::vector<double> empty, rate;
    for (int round = 0; round < 7; ++round) {
      world.barrier();
      if (is_first) empty.push_back(empty_receive());
      rate.push_back(windowed(64));
    }
    if (!is_first) return;
    std::printf("empty receive()           %8.1f ns\n", median(empty) * 1e9);
    std::printf("64-byte parcels           %8.2f M/s\n", 1e-6 / median(rate));
  }

  // ---- Bulk. ----

  void transfer(const Buffer& source, std::size_t bytes, std::function<std::byte*(std::size_t)> grow) const {
    bool is_done = false;
    if (is_first)
      here.send_bulk(1, 0, source, [&] { is_done = true; });
    else
      here.receive_bulk(0, 0, bytes, {.grow = std::move(grow), .done = [&] { is_done = true; }});
    while (!is_done) here.progress();
    world.barrier();
  }

  double bulk_into_malloc(const Buffer& source, std::size_t bytes) const {
    world.barrier();
    const double start = now();
    auto* target = static_cast<std::byte*>(is_first ? nullptr : std::malloc(bytes));
    transfer(source, bytes,
             [next = target](std::size_t piece) mutable { return std::exchange(next, next + piece); });
    std::free(target);
    return now() - start;
  }

  double bulk_into_vector(const Buffer& source, std::size_t bytes) const {
    world.barrier();
    const double start = now();
    Buffer target;
    target.reserve(is_first ? 0 : bytes);
    transfer(source, bytes, [&target](std::size_t piece) {
      target.resize(target.size() + piece);
      return target.data() + target.size() - piece;
    });
    target = {};
    return now() - start;
  }

  void transfer_by_mpi(const Buffer& source, std::byte* target, std::size_t bytes) const {
    constexpr std::size_t kMostBytes = std::size_t{1} << 30;
    for (std::size_t at = 0; at < bytes; at += kMostBytes) {
      const int count = static_cast<int>(std::min(kMostBytes, bytes - at));
      if (is_first)
        MPI_Send(source.data() + at, count, MPI_BYTE, other, kTag, world);
      else
        MPI_Recv(target + at, count, MPI_BYTE, other, kTag, world, MPI_STATUS_IGNORE);
    }
    world.barrier();
  }

  double bulk_of_mpi_into_malloc(const Buffer& source, std::size_t bytes) const {
    world.barrier();
    const double start = now();
    auto* target = static_cast<std::byte*>(is_first ? nullptr : std::malloc(bytes));
    transfer_by_mpi(source, target, bytes);
    std::free(target);
    return now() - start;
  }

  double bulk_of_mpi_into_vector(const Buffer& source, std::size_t bytes) const {
    world.barrier();
    const double start = now();
    Buffer target(is_first ? 0 : bytes);
    transfer_by_mpi(source, target.data(), bytes);
    target = {};
    return now() - start;
  }

  using Measurement = double (Bench::*)(const Buffer& source, std::size_t bytes) const;

  /// Measures in the order ABBA, as the pages that the system hands out depend on those freed just before.
  void show_bulk(const char* into, Measurement ours, Measurement mpi, std::size_t mebibytes,
                 int rounds) const {
    const std::size_t bytes = mebibytes << 20;
    const Buffer source(is_first ? bytes : 0, std::byte{1});
    std::vector<double> seconds, seconds_of_mpi;
    for (int round = 0; round < rounds; ++round) {
      if (round % 2 == 0) seconds.push_back((this->*ours)(source, bytes));
      seconds_of_mpi.push_back((this->*mpi)(source, bytes));
      if (round % 2 == 1) seconds.push_back((this->*ours)(source, bytes));
    }
    if (!is_first) return;
    const auto rate = [&](double time) { return static_cast<double>(bytes) / time * 1e-9; };
    std::printf("bulk, %4zu MiB into %s  %6.2f GB/s  (MPI %6.2f GB/s, ratio %.2f)\n", mebibytes, into,
                rate(median(seconds)), rate(median(seconds_of_mpi)),
                median(seconds_of_mpi) / median(seconds));
  }

  void show_bulk(std::size_t mebibytes, int rounds) const {
    show_bulk("malloc", &Bench::bulk_into_malloc, &Bench::bulk_of_mpi_into_malloc, mebibytes, rounds);
    show_bulk("vector", &Bench::bulk_into_vector, &Bench::bulk_of_mpi_into_vector, mebibytes, rounds);
  }
};

}  // namespace

int main(int argc, char** argv) {
  const boost::mpi::environment environment(argc, argv, boost::mpi::threading::serialized);
  const boost::mpi::communicator world;
  if (world.size() != 2) {
    std::fprintf(stderr, "transport_bench: run it on two ranks: mpirun -n 2 %s\n", argv[0]);
    return 2;
  }
  const std::vector<std::string> words(argv + 1, argv + argc);
  const auto is_wanted = [&](const char* part) {
    return words.empty() || std::find(words.begin(), words.end(), part) != words.end();
  };
  const auto transport = bask::make_mpi_transport(world);
  const Bench bench{world, *transport};
  if (is_wanted("parcels")) bench.show_parcels();
  if (is_wanted("bulk")) {
    bench.show_bulk(1, 50);
    bench.show_bulk(64, 16);
    bench.show_bulk(3 * 1024, 6);
  }
}
