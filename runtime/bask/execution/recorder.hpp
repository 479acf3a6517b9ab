// recorder.hpp: where results are kept beyond the run that made them, as a runner sees it.
// Runs on: every rank. Threads: any of the runner's.
#pragma once

#include <bask/core/key.hpp>
#include <bask/core/value.hpp>

#include <chrono>
#include <cstdint>

namespace bask {

class Recorder {
 public:
  virtual ~Recorder() = default;
  /// Keeps a result, which must not change during the call. Throws: Error when that fails, and the user wants
  /// the run to end then.
  virtual void record(const Key& key, const Value& value) = 0;
  /// The estimated time to keep a value of `bytes`, in ns.
  virtual std::int64_t cost_ns(std::uint64_t bytes) const = 0;
  /// The memory that it holds of what is not written yet.
  virtual std::uint64_t held_bytes() const { return 0; }
  /// The clock by which keeping is timed, in ns.
  virtual std::int64_t now_ns() const {
    return std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1);
  }
  /// To be called when nothing more comes. When it returns, what was kept is on the disk.
  virtual void finish(int exit_code) = 0;
};

}  // namespace bask
