// spill_store.hpp: where results go that memory has no room for, and how a write or a read there has ended.
// Runs on: every rank. Threads: any.
// Invariants: (1) each `done` is called exactly once, not by the caller of write() or read(), and without
//             any lock of the store.
#pragma once

#include <bask/core/error.hpp>
#include <bask/execution/extent.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>

namespace bask {

/// How a write or a read of a SpillStore has ended.
struct SpillOutcome {
  enum class Kind {
    kDone,
    kFull,     ///< the disk has no room; the same write may succeed later
    kBroken,   ///< it would fail again
    kStopped,  ///< the store was destroyed before; do not try again
  };
  Kind kind = Kind::kDone;
  Extent extent = {};               ///< of what was written or read; of a write only with kDone
  std::optional<Error> error = {};  ///< with all but kDone
};

/// What has gone through a SpillStore. The times are those in which at least one write, or read, ran.
struct SpillCounts {
  std::uint64_t bytes_written = 0, bytes_read = 0;
  std::chrono::nanoseconds write_time{0}, read_time{0};
};

class SpillStore {
 public:
  using Done = std::function<void(SpillOutcome)>;

  virtual ~SpillStore() = default;
  /// The bytes stay as they are until `done` is called, which may use the store, and must not throw.
  virtual void write(std::span<const std::byte> bytes, Done done) = 0;
  /// `into` has the extent's bytes and is not touched until `done` is called. After a read that failed its
  /// content is arbitrary.
  virtual void read(const Extent& extent, std::span<std::byte> into, Done done) = 0;
  /// Later writes may use the extent, which nobody reads any more.
  virtual void free(const Extent& extent) = 0;

  virtual SpillCounts counts() const = 0;
  /// What is in the store or on its way there.
  virtual std::uint64_t bytes_held() const = 0;
  virtual const std::filesystem::path& directory() const = 0;
};

}  // namespace bask
