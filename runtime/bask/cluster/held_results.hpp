// held_results.hpp: results that this rank holds for later runs, until rank 0 says that nobody needs them.
// Runs on: every rank. Threads: one at a time (in the worker: whichever holds the exchange's lock).
#pragma once

#include <bask/core/error.hpp>
#include <bask/core/value.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace bask {

class HeldResults {
 public:
  /// Runs that read a result share it, as it may be dropped meanwhile.
  using Shared = std::shared_ptr<Value>;

  explicit HeldResults(std::uint32_t rank) : rank_(rank) {}

  void hold(std::uint64_t number, Shared value) { held_.emplace(number, std::move(value)); }
  /// Throws: Error when there is none of this number.
  const Shared& at(std::uint64_t number) const {
    const auto found = held_.find(number);
    if (found != held_.end()) return found->second;
    throw Error("persisted result", "rank " + std::to_string(rank_) + " does not hold it",
                "this is an error in the runtime");
  }
  void drop(const std::vector<std::uint64_t>& numbers) {
    for (const std::uint64_t number : numbers) held_.erase(number);
  }
  std::size_t size() const { return held_.size(); }

 private:
  const std::uint32_t rank_;
  std::unordered_map<std::uint64_t, Shared> held_;
};

}  // namespace bask
