// activity_names.hpp: the activities of all ranks under one numbering: the fixed ones, then layers by name.
// Runs on: rank 0. Threads: any, one at a time.
#pragma once

#include <bask/events/event.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace bask {

class ActivityNames {
 public:
  ActivityNames() {
    for (std::size_t fixed = 0; fixed < kFixedActivities; ++fixed)
      names_.emplace_back(name_of(static_cast<Activity>(fixed)));
  }
  /// The number of a layer, new if it has none. Of more than kMostNames, the others are "other layers".
  std::uint32_t number(const std::string& layer) {
    const auto found = layers_.find(layer);
    if (found != layers_.end()) return found->second;
    if (names_.size() >= kMostNames && layer != kOther) return number(kOther);
    names_.push_back(layer);
    return layers_[layer] = static_cast<std::uint32_t>(names_.size() - 1);
  }
  static bool is_layer(std::uint32_t number) { return number >= kFixedActivities; }
  const std::string& operator[](std::uint32_t number) const { return names_[number]; }
  std::size_t size() const { return names_.size(); }

 private:
  static constexpr std::size_t kMostNames = 1000;
  static constexpr const char* kOther = "other layers";
  std::vector<std::string> names_;
  std::unordered_map<std::string, std::uint32_t> layers_;
};

}  // namespace bask
