#include <fmt/format.h>
#include <bask/core/utf8_text.hpp>
#include <bask/trace/trace_format.hpp>

#include <utility>

namespace bask {
namespace {

// A text between quotation marks.
std::string json_text(std::string_view text) {
  std::string all = "\"";
  for (const char c : printable(text)) {
    if (c == '"' || c == '\\') all += '\\';
    all += c;
  }
  return all + '"';
}

// Nanoseconds as the microseconds of the format, without rounding.
std::string microseconds(std::int64_t ns) {
  return fmt::format("{}.{:03}", ns / 1000, ns % 1000);
}

class JsonTrace : public TraceFormat {
 public:
  explicit JsonTrace(TraceOutput output) : output_(std::move(output)) {
    output_("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[");
  }

  void begin_rank(std::uint32_t rank, const std::string& name) override {
    const std::uint32_t pid = TraceLane{rank, 0}.pid();
    put(fmt::format(R"({{"ph":"M","name":"process_name","pid":{},"args":{{"name":{}}}}})", pid,
                    json_text(name)));
    put(fmt::format(R"({{"ph":"M","name":"process_sort_index","pid":{},"args":{{"sort_index":{}}}}})", pid,
                    rank));
  }
  void begin_lane(const TraceLane& lane, const std::string& name) override {
    put(fmt::format(R"({{"ph":"M","name":"thread_name",{},"args":{{"name":{}}}}})", place_of(lane),
                    json_text(name)));
    put(fmt::format(R"({{"ph":"M","name":"thread_sort_index",{},"args":{{"sort_index":{}}}}})",
                    place_of(lane), lane.lane));
  }
  void begin_slice(const TraceLane& lane, const TraceSlice& slice) override;
  void end_slice(const TraceLane&, std::int64_t) override {}  // slices are told with their durations
  void finish() override { output_("\n]}\n"); }

 private:
  static std::string place_of(const TraceLane& lane) {
    return fmt::format(R"("pid":{},"tid":{})", lane.pid(), lane.tid());
  }
  void put(std::string_view event) {
    output_(std::exchange(is_first_, false) ? "\n" : ",\n");
    output_(event);
  }

  const TraceOutput output_;
  bool is_first_ = true;
};

std::string arguments_of(const EventRecord& event) {
  std::string all;
  if (event.is_task()) all = fmt::format(R"("task":{},"computation":{})", event.task, event.run);
  if (event.bytes != 0) all += fmt::format(R"({}"bytes":{})", all.empty() ? "" : ",", event.bytes);
  if (event.kind == EventKind::kTaskFailed) all += R"(,"outcome":"failed")";
  if (event.kind == EventKind::kTaskRetried) all += R"(,"outcome":"retried")";
  return all;
}

// An arrow begins and ends at events of their own, which belong to the slice around them.
void JsonTrace::begin_slice(const TraceLane& lane, const TraceSlice& slice) {
  const EventRecord& event = slice.event;
  const std::string place = place_of(lane), at = microseconds(event.begin_ns);
  put(fmt::format(R"({{"ph":"X","name":{},"cat":"{}",{},"ts":{},"dur":{},"args":{{{}}}}})",
                  json_text(slice.name), slice.category, place, at,
                  microseconds(event.end_ns - event.begin_ns), arguments_of(event)));
  constexpr const char* kArrow = R"({{"ph":"{}","name":"input","cat":"input","id":"{:#x}",{},"ts":{}{}}})";
  for (const std::uint64_t arrow : slice.arrows.out)
    put(fmt::format(fmt::runtime(kArrow), "s", arrow, place, at, ""));
  for (const std::uint64_t arrow : slice.arrows.in)
    put(fmt::format(fmt::runtime(kArrow), "f", arrow, place, at, R"(,"bp":"e")"));
}

}  // namespace

std::unique_ptr<TraceFormat> make_json_trace(TraceOutput output) {
  return std::make_unique<JsonTrace>(std::move(output));
}

}  // namespace bask
