// part_name.hpp: what the files are called into which ranks write their events.
// Runs on: every rank, and where bask-top runs. Threads: any; pure functions.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace bask {

/// "trace.pftrace.rank-3.part", beside the file that is asked for.
std::filesystem::path event_part_path(const std::filesystem::path& file, std::uint32_t rank);
/// The rank of a file of such a name beside `file`; none where it has another name.
std::optional<std::uint32_t> rank_of_event_part(const std::filesystem::path& part,
                                                const std::filesystem::path& file);

}  // namespace bask
