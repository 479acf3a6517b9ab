#include <fmt/format.h>
#include <bask/core/units.hpp>
#include <bask/execution/spill_error.hpp>
#include <bask/system/file_descriptor.hpp>

#include <cerrno>
#include <string>

namespace bask {
namespace {

std::string spilling_to(const std::filesystem::path& directory) {
  return fmt::format("spilling results to {}", directory.string());
}

constexpr const char* kCheckDisk = "check that disk (dmesg), or name another directory with --bask-scratch";

}  // namespace

bool means_full_disk(int error) {
  return error == ENOSPC || error == EDQUOT || error == EFBIG;
}

Error spill_not_written(const std::filesystem::path& directory, std::uint64_t bytes, int error,
                        std::uint64_t held) {
  if (means_full_disk(error)) {
    return {spilling_to(directory),
            fmt::format("there is no room for {} besides the {} that are there: {}", format_size(bytes),
                        format_size(held), error_text(error)),
            std::string(error == EFBIG ? "raise the largest size of a file (ulimit -f)" : "make room there") +
                ", or name a directory that has more with --bask-scratch"};
  }
  return {spilling_to(directory),
          fmt::format("{} cannot be written: {}", format_size(bytes), error_text(error)), kCheckDisk};
}

Error spill_not_read(const std::filesystem::path& directory, std::uint64_t bytes, int error) {
  return {spilling_to(directory),
          fmt::format("{} cannot be read back: {}", format_size(bytes), error_text(error)), kCheckDisk};
}

Error spill_cut_off(const std::filesystem::path& directory, std::uint64_t bytes) {
  return {spilling_to(directory),
          fmt::format("{} cannot be read back: the file ends before them", format_size(bytes)), kCheckDisk};
}

Error spill_changed(const std::filesystem::path& directory, std::uint64_t bytes) {
  return {fmt::format("spilled result of {}", format_size(bytes)),
          fmt::format("its bytes on the disk of {} have changed", directory.string()), kCheckDisk};
}

Error spill_stopped(const std::filesystem::path& directory, std::uint64_t bytes, bool is_write) {
  return {
      spilling_to(directory),
      fmt::format("the run ended before {} were {}", format_size(bytes), is_write ? "written" : "read back"),
      "look for the error that ended it"};
}

}  // namespace bask
