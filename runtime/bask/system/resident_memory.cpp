#include <bask/system/resident_memory.hpp>

#include <fcntl.h>
#include <bask/system/file_descriptor.hpp>

#include <array>
#include <charconv>
#include <span>

namespace bask {
namespace {

// The number in the line "name:    1234 kB", in bytes.
std::uint64_t kibibytes(std::string_view status, std::string_view name) {
  const auto at = status.find(name);
  if (at == std::string_view::npos) return 0;
  const auto digits = status.find_first_not_of(" \t", at + name.size());
  if (digits == std::string_view::npos) return 0;
  std::uint64_t value = 0;
  std::from_chars(status.data() + digits, status.data() + status.size(), value);
  return value << 10;
}

}  // namespace

ResidentMemory resident_memory_in(std::string_view status) {
  return {kibibytes(status, "\nVmRSS:"), kibibytes(status, "\nVmHWM:")};
}

// Not getrusage(): its ru_maxrss is at least that of the program which has started this one.
ResidentMemory resident_memory() {
  const FileDescriptor file = open_file("/proc/self/status", O_RDONLY);
  if (!file.is_open()) return {};
  std::array<char, 4096> text;
  const Transferred read = read_at(file, 0, std::as_writable_bytes(std::span(text)));
  return resident_memory_in({text.data(), read.bytes});
}

}  // namespace bask
