#include <bask/system/replaced_file.hpp>
#include <bask/trace/trace_file.hpp>

#include <memory>
#include <string_view>

namespace bask {

void write_trace_file(const std::string& where, const std::filesystem::path& path,
                      std::span<RankEvents> ranks, TaskLinks* links) {
  constexpr std::size_t kBytesAtOnce = 1 << 20;
  ReplacedFile file(where, path);
  std::string waiting;
  const auto put = [&](std::string_view bytes) {
    waiting += bytes;
    if (waiting.size() < kBytesAtOnce) return;
    file.write(waiting);
    waiting.clear();
  };
  const bool is_json = path.extension() == ".json";
  const std::unique_ptr<TraceFormat> format = is_json ? make_json_trace(put) : make_perfetto_trace(put);
  write_trace(ranks, links, *format);
  file.write(waiting);
  file.put_in_place();
}

}  // namespace bask
