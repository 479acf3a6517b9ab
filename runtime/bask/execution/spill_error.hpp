// spill_error.hpp: what is told when spilled results cannot be written or read back.
// Runs on: every rank. Threads: any.
#pragma once

#include <bask/core/error.hpp>

#include <cstdint>
#include <filesystem>

namespace bask {

/// Whether a write that fails with this `errno` may succeed when space is given back: by this process,
/// another, or the user.
bool is_full(int error);

/// `held`: what the file has of other results.
Error cannot_write(const std::filesystem::path& directory, std::uint64_t bytes, int error,
                   std::uint64_t held);
Error cannot_read(const std::filesystem::path& directory, std::uint64_t bytes, int error);
/// The file has fewer bytes than were written.
Error is_cut_off(const std::filesystem::path& directory, std::uint64_t bytes);
Error has_changed(const std::filesystem::path& directory, std::uint64_t bytes);
Error stopped_before(const std::filesystem::path& directory, std::uint64_t bytes, bool is_write);

}  // namespace bask
