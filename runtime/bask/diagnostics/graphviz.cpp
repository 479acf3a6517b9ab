#include <fmt/format.h>
#include <sys/wait.h>
#include <bask/core/error.hpp>
#include <bask/core/utf8_text.hpp>
#include <bask/diagnostics/graphviz.hpp>
#include <bask/system/child_process.hpp>
#include <bask/system/file_descriptor.hpp>

#include <array>
#include <cerrno>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace bask {
namespace {

constexpr const char* kWhere = "visualize";
constexpr const char* kInstead = "write a .dot file, which needs no Graphviz, and draw it elsewhere";

Error system_error(const std::string& what, int error) {
  return Error(kWhere, fmt::format("{}: {}", what, error_text(error)), kInstead);
}

// A file in memory: unlike a pipe, it takes any amount of bytes while nobody reads.
FileDescriptor scratch_file() {
  FileDescriptor file = open_memory_file("bask-picture");
  if (!file.is_open()) throw system_error("cannot make a temporary file", errno);
  return file;
}

int run(const ChildSpec& program) {
  const StartedChild started = start_child(program);
  if (started.error == ENOENT) {
    throw Error(
        kWhere, "there is no program 'dot' in PATH, which draws the picture",
        "install graphviz (Debian: apt install graphviz), or write a .dot file and draw it elsewhere");
  }
  if (started.error != 0) throw system_error("cannot start 'dot'", started.error);
  const std::optional<int> status = wait_for_end(started.pid);
  if (!status) throw system_error("cannot learn how 'dot' ended", ECHILD);
  return *status;
}

std::string beginning_of(const FileDescriptor& file) {
  std::array<char, 400> text;
  const std::size_t read = read_at(file, 0, std::as_writable_bytes(std::span(text))).bytes;
  const std::string said = printable(std::string_view(text.data(), read));
  return said.substr(0, said.find_last_not_of(' ') + 1);
}

}  // namespace

void run_graphviz(std::string_view text, const std::string& format, int output) {
  const FileDescriptor input = scratch_file(), errors = scratch_file();
  const Transferred written = write_at(input, 0, std::as_bytes(std::span(text)));
  if (written.error != 0) throw system_error("cannot write a temporary file", written.error);
  std::vector<std::string> words{"dot", "-T" + format};
  if (format == "png") words.push_back("-Gdpi=144");  // legible on today's screens
  const int status = run({.words = std::move(words),
                          .input = input.number(),
                          .output = output,
                          .errors = errors.number(),
                          .has_own_group = false});
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
  const std::string end = end_text(status), said = beginning_of(errors);
  throw Error(kWhere, said.empty() ? fmt::format("'dot' {}", end) : fmt::format("'dot' {}: {}", end, said),
              kInstead);
}

}  // namespace bask
