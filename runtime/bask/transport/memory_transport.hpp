// memory_transport.hpp: ranks in one process, for tests: a network that delays and reorders what is sent as
// much as the transport's invariants allow, cuts ranks off, and counts.
// Runs on: tests. Threads: an endpoint belongs to one thread at a time; the network to any.
// Invariants: (1) from one rank to another, parcels keep their order; all else comes in an order drawn from
//             the seed; (2) nothing is delayed for more than `most_delay` calls of its receiver; (3) after
//             abort() every call of every endpoint throws MemoryAbort.
#pragma once

#include <bask/transport/transport.hpp>

#include <exception>
#include <memory>
#include <optional>

namespace bask {

struct MemoryNetworkOptions {
  std::uint32_t ranks = 2;
  std::uint64_t seed = 0;
  /// Each parcel and bulk transfer is delayed for 0 to this many calls that its receiver makes of receive()
  /// and progress().
  std::uint32_t most_delay = 0;
  std::size_t piece_bytes = Transport::kPieceBytes;
};

/// What one rank has sent to another, delivered or not; not what it sent after either rank was cut off.
struct Traffic {
  std::uint64_t parcels = 0;
  std::uint64_t parcel_bytes = 0;
  std::uint64_t bulk_transfers = 0;
  std::uint64_t bulk_bytes = 0;
};

/// Thrown by Transport::abort() of an endpoint, and then by the calls of all endpoints.
class MemoryAbort : public std::exception {
 public:
  explicit MemoryAbort(int exit_code) : exit_code_(exit_code) {}
  const char* what() const noexcept override { return "a rank of a MemoryNetwork has aborted"; }
  int exit_code() const { return exit_code_; }

 private:
  int exit_code_;
};

/// Owns what is on its way between its endpoints, and must outlive them.
///
///     MemoryNetwork network({.ranks = 2, .seed = 1, .most_delay = 10});
///     auto zero = network.endpoint(0), one = network.endpoint(1);
///     zero->send(1, Buffer(8));
///     while (!one->receive()) {}
class MemoryNetwork {
 public:
  explicit MemoryNetwork(const MemoryNetworkOptions& options);
  ~MemoryNetwork();

  /// The transport of a rank, which may have one at a time. Calls that break Transport's rules throw Error.
  std::unique_ptr<Transport> endpoint(std::uint32_t rank);

  /// From now on nothing is delivered from or to `rank`, and nobody is told.
  void disconnect(std::uint32_t rank);
  /// The code of the first abort(), if there was one.
  std::optional<int> aborted() const;
  Traffic traffic(std::uint32_t from, std::uint32_t to) const;

  struct State;

 private:
  std::unique_ptr<State> state_;
};

}  // namespace bask
