// spill_error.hpp: what is told when spilled results cannot be written or read back.
// Runs on: every rank. Threads: any.
#pragma once

#include <bask/core/error.hpp>

#include <cstdint>
#include <filesystem>

namespace bask {

/// Whether a write that fails with this `errno` may succeed when space is given back: by this process,
/// another, or the user.
bool means_full_disk(int error);

/// `held`: what the file has of other results.
Error spill_not_written(const std::filesystem::path& directory, std::uint64_t bytes, int error,
                        std::uint64_t held);
Error spill_not_read(const std::filesystem::path& directory, std::uint64_t bytes, int error);
/// The file has fewer bytes than were written.
Error spill_cut_off(const std::filesystem::path& directory, std::uint64_t bytes);
Error spill_changed(const std::filesystem::path& directory, std::uint64_t bytes);
Error spill_stopped(const std::filesystem::path& directory, std::uint64_t bytes, bool is_write);

}  // namespace bask
