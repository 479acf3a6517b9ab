// transport.hpp: moves bytes between ranks: small parcels, many a second, and bulk bytes straight from
// memory into memory. It knows no messages.
// Runs on: every rank. Threads: one at a time; the caller holds the lock of the Exchange that uses it.
// Invariants: (1) parcels from one rank to another arrive once and in order; (2) bulk transfers arrive once,
//             in any order among themselves and with parcels; (3) no call waits for another rank.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace bask {

using Buffer = std::vector<std::byte>;

/// A parcel that has arrived.
struct Parcel {
  std::uint32_t from;
  std::span<const std::byte> bytes;  ///< valid until the next call of receive()
};

/// Where the bytes of one bulk transfer go.
struct BulkTarget {
  /// Returns room for the next `bytes` of the transfer, which must stay until `done`; the calls come in
  /// order. So memory is touched for the first time just before it is written.
  std::function<std::byte*(std::size_t bytes)> grow;
  std::function<void()> done;
};

class Transport {
 public:
  /// The most bytes in a parcel.
  static constexpr std::size_t kMostParcelBytes = 16 * 1024;
  /// Bulk transfers are cut into pieces of this many bytes: no count passes 2 GiB, and a receiver makes the
  /// next piece ready while one is on its way. With this size, the memory that grow() has touched still lies
  /// in the cache when the piece is written, and one call of progress(), which moves a few pieces, is short.
  /// With 64 KiB, a transfer into warm memory took a third longer; with 4 MiB, a transfer into fresh memory
  /// was no faster, and each call took eight times as long.
  static constexpr std::size_t kPieceBytes = std::size_t{512} << 10;

  virtual ~Transport() = default;
  Transport() = default;
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;

  virtual std::uint32_t rank() const = 0;
  virtual std::uint32_t size() const = 0;

  /// Sends a parcel of 1 to kMostParcelBytes bytes to another rank. Returns an empty buffer to fill next, one
  /// that has memory already where there is such a buffer.
  virtual Buffer send(std::uint32_t to, Buffer parcel) = 0;
  /// The next parcel that has arrived, if any.
  virtual std::optional<Parcel> receive() = 0;

  /// Sends bytes that stay as they are until `sent` is called. The receiver calls receive_bulk with the same
  /// `stream` and size; `stream` is less than kStreams and is not in use between these two ranks in this
  /// direction. At least one byte.
  static constexpr std::uint32_t kStreams = 1u << 20;
  virtual void send_bulk(std::uint32_t to, std::uint32_t stream, std::span<const std::byte> bytes,
                         std::function<void()> sent) = 0;
  virtual void receive_bulk(std::uint32_t from, std::uint32_t stream, std::size_t size,
                            BulkTarget target) = 0;

  /// Drives what is on its way, and calls `sent` and `done` of the transfers that have finished. These may
  /// send and start transfers, but not call receive() or progress(). Returns whether anything moved: one call
  /// moves a few pieces, so a caller that has nothing else to do calls again. Cost when nothing is on its
  /// way: none.
  virtual bool progress() = 0;
  /// Whether parcels or bulk bytes that were sent still occupy memory here.
  virtual bool is_sending() const = 0;

  /// Ends all ranks, now.
  [[noreturn]] virtual void abort(int exit_code) = 0;
};

}  // namespace bask
