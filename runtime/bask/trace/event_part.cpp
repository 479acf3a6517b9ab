#include <fcntl.h>
#include <fmt/format.h>
#include <bask/core/error.hpp>
#include <bask/core/log.hpp>
#include <bask/system/host_name.hpp>
#include <bask/trace/event_part.hpp>

#include <cerrno>
#include <span>
#include <system_error>
#include <utility>

namespace bask {
namespace {

FileDescriptor made_part(const std::string& where, const std::filesystem::path& path) {
  FileDescriptor file = open_file(path, O_RDWR | O_CREAT | O_TRUNC);
  if (file.is_open()) return file;
  throw Error(where, fmt::format("cannot write '{}': {}", path.string(), error_text(errno)),
              "name a file in a directory that is there and that all ranks may write to", ExitCode::kUsage);
}

}  // namespace

EventPart::EventPart(const std::string& where, std::filesystem::path path)
    : path_(std::move(path)), file_(made_part(where, path_)), lanes_(kMostLanes) {
  write_name(PartBlock::Kind::kHost, 0, host_name());
}

EventPart::~EventPart() {
  std::error_code ignored;
  if (!is_kept_) std::filesystem::remove(path_, ignored);
}

void EventPart::on_event(std::uint32_t lane, const TimedEvent& timed) {
  if (lane >= kMostLanes || lanes_[lane] == nullptr) return;
  Lane& here = *lanes_[lane];
  const Event& event = timed.event;
  here.events[here.count] = {.begin_ns = timed.begin_ns,
                             .end_ns = timed.end_ns,
                             .bytes = event.bytes,
                             .task = event.task,
                             .run = event.run,
                             .activity = event.activity,
                             .kind = event.kind};
  if (++here.count == kEventsInBlock) flush(here);
}

void EventPart::on_collected(std::uint32_t lane) {
  if (lane < kMostLanes && lanes_[lane] != nullptr) flush(*lanes_[lane]);
}

void EventPart::on_lane(std::uint32_t lane, const std::string& name) {
  if (lane >= kMostLanes) return;
  lanes_[lane] = std::make_unique<Lane>();
  lanes_[lane]->block = {.kind = PartBlock::Kind::kEvents, .number = lane};
  write_name(PartBlock::Kind::kLane, lane, name);
}

void EventPart::on_layer(std::uint32_t layer, const std::string& name) {
  write_name(PartBlock::Kind::kLayer, layer, name);
}

void EventPart::flush(Lane& lane) {
  if (lane.count == 0) return;
  lane.block.bytes = static_cast<std::uint32_t>(std::exchange(lane.count, 0) * sizeof(EventRecord));
  write({reinterpret_cast<const std::byte*>(&lane.block), sizeof(PartBlock) + lane.block.bytes});
}

void EventPart::write_name(PartBlock::Kind kind, std::uint32_t number, const std::string& name) {
  const PartBlock header{kind, number, static_cast<std::uint32_t>(name.size())};
  const auto bytes = std::as_bytes(std::span(&header, 1)), letters = std::as_bytes(std::span(name));
  std::vector<std::byte> block(bytes.begin(), bytes.end());
  block.insert(block.end(), letters.begin(), letters.end());
  write(block);
}

// Blocks of several threads lie one behind the other, each whole, in whatever order.
void EventPart::write(std::span<const std::byte> bytes) {
  if (has_failed_.load(std::memory_order_relaxed)) return;
  const std::uint64_t at = end_.fetch_add(bytes.size(), std::memory_order_relaxed);
  const int error = write_at(file_, at, bytes).error;
  if (error == 0 || has_failed_.exchange(true)) return;
  log_line(LogLevel::kWarning, fmt::format("'{}' cannot be written: {}; what threads do from now on is "
                                           "missing in the trace and the table of tasks; the job goes on",
                                           path_.string(), error_text(error)));
}

}  // namespace bask
