// part_reader.hpp: reads what ranks have written down of their events.
// Runs on: rank 0, and where bask-top runs. Threads: one.
// Limits: memory for names and for one block.
#pragma once

#include <bask/trace/event_part.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace bask {

/// One rank's part and the names in it.
struct RankEvents {
  std::uint32_t rank = 0;
  std::string host;
  std::filesystem::path part;
  std::vector<std::string> lanes = {}, layers = {};  ///< by number

  /// A name for each activity: "load", "wait: data", "spill".
  std::string name_of(Activity activity) const;
  std::string name_of_lane(std::uint32_t lane) const;
};

/// The host whose rank has written the part; nothing where the file is no part, or is not there.
std::optional<std::string> host_of_part(const std::filesystem::path& part);

/// Calls `on_events` for each block of a part, those of a lane in their order, and learns names on the way.
/// A part that ends in the middle, as of a rank that was killed, is read up to there; one that is not there
/// has no events.
void read_part(RankEvents& of,
               const std::function<void(std::uint32_t lane, std::span<const EventRecord>)>& on_events);

}  // namespace bask
