// encoded_sizes.hpp: warns where results count against the memory limit as what they are encoded to.
// Runs on: every rank. Threads: any.
#pragma once

#include <bask/core/value.hpp>
#include <bask/graph/task_group.hpp>

#include <atomic>
#include <cstdint>
#include <vector>

namespace bask {

class EncodedSizes {
 public:
  explicit EncodedSizes(std::size_t groups) : has_warned_(groups) {}
  /// A result of the group has so many bytes. If its type cannot tell what it holds, and it is large enough
  /// to matter, warns; once for each group.
  void note(std::uint32_t group, const TaskGroup& of, const ValueType& type, std::uint64_t bytes) {
    if (!type.tells_held_bytes && bytes >= kWorthAWord && !has_warned_[group].exchange(true))
      warn(of, type, bytes);
  }

 private:
  static constexpr std::uint64_t kWorthAWord = 64 << 10;
  static void warn(const TaskGroup& group, const ValueType& type, std::uint64_t bytes);

  std::vector<std::atomic<bool>> has_warned_;
};

}  // namespace bask
