// event_part.hpp: the events of one rank, written to a file of the rank's own as they are added up; rank 0
// reads it when the job has ended.
// Runs on: every rank, where a trace or a table of tasks is asked for. Threads: any, as EventReader says.
// Invariants: (1) writing down an event takes no lock, but once in kEventsInBlock events writes to the file;
//             (2) its memory depends on the number of lanes alone; (3) a file that cannot be written is told
//             of once, and the job goes on.
#pragma once

#include <bask/events/event_lane.hpp>
#include <bask/system/file_descriptor.hpp>
#include <bask/trace/part_name.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace bask {

/// An event in a part. Times are nanoseconds since the job's start.
struct EventRecord {
  std::int64_t begin_ns = 0, end_ns = 0;
  std::uint64_t bytes = 0;
  std::uint32_t task = 0, run = 0;
  Activity activity{};
  EventKind kind{};
  std::uint8_t unused[5] = {};

  bool is_task() const { return kind != EventKind::kActivity; }
};
static_assert(sizeof(EventRecord) == 40);

/// What a block of a part has: events of a lane, or a name; first that of the host. Bytes are those of the
/// machine.
struct PartBlock {
  enum class Kind : std::uint32_t { kNone, kEvents, kLane, kLayer, kHost };
  Kind kind = Kind::kNone;
  std::uint32_t number = 0;  ///< of the lane, or of the layer among those of its rank
  std::uint32_t bytes = 0;   ///< that follow: records, or the letters of the name
};

class EventPart : public EventReader {
 public:
  static constexpr std::size_t kEventsInBlock = 1024, kMostLanes = 8192;

  /// `where` begins the messages: the option that asks for the file. An older file of that name is
  /// overwritten. Throws: Error when it cannot be made.
  EventPart(const std::string& where, std::filesystem::path path);

  /// Removes the file, unless keep() was called.
  ~EventPart() override;
  EventPart(const EventPart&) = delete;
  EventPart& operator=(const EventPart&) = delete;
  /// The job begins: the file stays, and rank 0 removes it.
  void keep() { is_kept_ = true; }

  void on_event(std::uint32_t lane, const TimedEvent& timed) override;
  void on_collected(std::uint32_t lane) override;
  void on_lane(std::uint32_t lane, const std::string& name) override;
  void on_layer(std::uint32_t layer, const std::string& name) override;

 private:
  struct Lane {
    std::size_t count = 0;
    std::uint32_t padding = 0;
    PartBlock block = {};  // as it is in the file, together with the events right behind it
    EventRecord events[kEventsInBlock] = {};
  };
  static_assert(offsetof(Lane, events) == offsetof(Lane, block) + sizeof(PartBlock));
  void flush(Lane& lane);
  void write_name(PartBlock::Kind kind, std::uint32_t number, const std::string& name);
  void write(std::span<const std::byte> bytes);

  const std::filesystem::path path_;
  const FileDescriptor file_;
  bool is_kept_ = false;
  std::atomic<std::uint64_t> end_{0};
  std::atomic<bool> has_failed_{false};
  std::vector<std::unique_ptr<Lane>> lanes_;  // of a fixed length: a lane comes while others are in use
};

}  // namespace bask
