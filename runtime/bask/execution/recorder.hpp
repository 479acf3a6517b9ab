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
  /// Keeps a result, which does not change meanwhile. Throws: Error when it cannot, and the user wants the
  /// run to end then.
  virtual void record(const Key& key, const Value& value) = 0;
  /// What it takes to keep a value of so many bytes, in ns.
  virtual std::int64_t cost_ns(std::uint64_t bytes) const = 0;
  /// The clock that keeping is timed by.
  virtual std::int64_t now_ns() const {
    return std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1);
  }
  /// Nothing more comes: what was kept is safe when it returns.
  virtual void finish(int exit_code) = 0;
};

}  // namespace bask
