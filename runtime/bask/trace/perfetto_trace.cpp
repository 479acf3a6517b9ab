#include <bask/trace/protobuf_message.hpp>
#include <bask/trace/trace_format.hpp>

#include <array>
#include <map>
#include <utility>
#include <vector>

namespace bask {
namespace {

// Numbers of fields, of protos/perfetto/trace in Perfetto's sources.
namespace perfetto {
constexpr unsigned kTracePacket = 1;
namespace packet {
constexpr unsigned kTimestamp = 8, kSequence = 10, kTrackEvent = 11, kInternedData = 12, kSequenceFlags = 13,
                   kDefaults = 59, kTrackDescriptor = 60;
constexpr std::uint64_t kStateCleared = 1, kNeedsState = 2;  // SequenceFlags
}  // namespace packet
namespace defaults {
constexpr unsigned kTrackEvent = 11, kTrackUuid = 11;  // the second one in the first one
}
namespace track {
constexpr unsigned kUuid = 1, kProcess = 3, kThread = 4;
constexpr unsigned kPid = 1, kProcessName = 6;  // ProcessDescriptor
constexpr unsigned kTid = 2, kThreadName = 5;   // ThreadDescriptor; its pid is field 1, too
}  // namespace track
namespace event {
constexpr unsigned kCategoryIds = 3, kAnnotations = 4, kType = 9, kNameId = 10, kFlows = 47,
                   kFlowsThatEnd = 48;
constexpr std::uint64_t kSliceBegin = 1, kSliceEnd = 2;  // Type
constexpr unsigned kAnnotationNameId = 1, kAnnotationNumber = 3, kAnnotationText = 6;
}  // namespace event
namespace interned {
constexpr unsigned kCategories = 1, kEventNames = 2, kAnnotationNames = 3;
constexpr unsigned kId = 1, kName = 2;  // of each of them
}  // namespace interned
}  // namespace perfetto

constexpr std::array<std::string_view, 4> kAnnotationNames{"task", "computation", "bytes", "outcome"};
enum AnnotationName : unsigned { kTask = 1, kComputation, kBytes, kOutcome };

// Each thread has a sequence of packets of its own: its names, its track.
class PerfettoTrace : public TraceFormat {
 public:
  explicit PerfettoTrace(TraceOutput output) : output_(std::move(output)) {}

  void begin_rank(std::uint32_t rank, const std::string& name) override;
  void begin_lane(const TraceLane& lane, const std::string& name) override;
  void begin_slice(const TraceLane& lane, const TraceSlice& slice) override;
  void end_slice(const TraceLane& lane, std::int64_t at_ns) override;
  void finish() override {}

 private:
  struct Sequence {
    std::vector<bool> named = {};                                       // activities, by number
    std::map<std::string, std::uint64_t, std::less<>> categories = {};  // their ids
  };
  void put(const ProtobufMessage& packet);
  void annotate(const EventRecord& event);
  void annotate(AnnotationName name, std::uint64_t value);

  const TraceOutput output_;
  std::map<std::uint32_t, Sequence> sequences_;                // by number of the thread
  ProtobufMessage packet_, event_, inner_, interned_, outer_;  // kept for their memory
};

void PerfettoTrace::put(const ProtobufMessage& packet) {
  outer_.clear();
  outer_.message(perfetto::kTracePacket, packet);
  output_(outer_.bytes());
}

ProtobufMessage interned_name(std::uint64_t id, std::string_view name) {
  ProtobufMessage entry;
  entry.number(perfetto::interned::kId, id).text(perfetto::interned::kName, name);
  return entry;
}

void PerfettoTrace::begin_rank(std::uint32_t rank, const std::string& name) {
  using namespace perfetto;
  const TraceLane process{rank, 0};
  ProtobufMessage descriptor, track, packet;
  descriptor.number(track::kPid, process.pid()).text(track::kProcessName, name);
  track.number(track::kUuid, process.pid()).message(track::kProcess, descriptor);
  packet.number(packet::kSequence, process.tid()).message(packet::kTrackDescriptor, track);
  put(packet);
}

void PerfettoTrace::begin_lane(const TraceLane& lane, const std::string& name) {
  using namespace perfetto;
  ProtobufMessage descriptor, track, packet, track_default, defaults, names;
  descriptor.number(track::kPid, lane.pid()).number(track::kTid, lane.tid()).text(track::kThreadName, name);
  track.number(track::kUuid, lane.tid()).message(track::kThread, descriptor);
  track_default.number(defaults::kTrackUuid, lane.tid());
  defaults.message(defaults::kTrackEvent, track_default);
  for (std::size_t i = 0; i < kAnnotationNames.size(); ++i)
    names.message(interned::kAnnotationNames, interned_name(i + 1, kAnnotationNames[i]));
  packet.number(packet::kSequence, lane.tid())
      .number(packet::kSequenceFlags, packet::kStateCleared | packet::kNeedsState)
      .message(packet::kDefaults, defaults)
      .message(packet::kInternedData, names)
      .message(packet::kTrackDescriptor, track);
  put(packet);
}

void PerfettoTrace::annotate(AnnotationName name, std::uint64_t value) {
  inner_.clear();
  inner_.number(perfetto::event::kAnnotationNameId, name).number(perfetto::event::kAnnotationNumber, value);
  event_.message(perfetto::event::kAnnotations, inner_);
}

void PerfettoTrace::annotate(const EventRecord& event) {
  if (event.is_task()) {
    annotate(kTask, event.task);
    annotate(kComputation, event.run);
  }
  if (event.bytes != 0) annotate(kBytes, event.bytes);
  if (event.kind != EventKind::kTaskFailed && event.kind != EventKind::kTaskRetried) return;
  inner_.clear();
  inner_.number(perfetto::event::kAnnotationNameId, kOutcome)
      .text(perfetto::event::kAnnotationText, event.kind == EventKind::kTaskFailed ? "failed" : "retried");
  event_.message(perfetto::event::kAnnotations, inner_);
}

void PerfettoTrace::begin_slice(const TraceLane& lane, const TraceSlice& slice) {
  using namespace perfetto;
  Sequence& sequence = sequences_[lane.tid()];
  const auto activity = static_cast<std::size_t>(slice.event.activity);
  interned_.clear();
  if (activity >= sequence.named.size()) sequence.named.resize(activity + 1);
  if (!sequence.named[activity]) {
    sequence.named[activity] = true;
    interned_.message(interned::kEventNames, interned_name(activity + 1, slice.name));
  }
  auto category = sequence.categories.find(slice.category);
  if (category == sequence.categories.end()) {
    category = sequence.categories.emplace(slice.category, sequence.categories.size() + 1).first;
    interned_.message(interned::kCategories, interned_name(category->second, slice.category));
  }
  event_.clear();
  event_.number(event::kType, event::kSliceBegin)
      .number(event::kNameId, activity + 1)
      .number(event::kCategoryIds, category->second);
  annotate(slice.event);
  for (const std::uint64_t arrow : slice.arrows.out) event_.fixed64(event::kFlows, arrow);
  for (const std::uint64_t arrow : slice.arrows.in) event_.fixed64(event::kFlowsThatEnd, arrow);
  packet_.clear();
  packet_.number(packet::kTimestamp, static_cast<std::uint64_t>(slice.event.begin_ns))
      .number(packet::kSequence, lane.tid())
      .number(packet::kSequenceFlags, packet::kNeedsState);
  if (!interned_.bytes().empty()) packet_.message(packet::kInternedData, interned_);
  put(packet_.message(packet::kTrackEvent, event_));
}

void PerfettoTrace::end_slice(const TraceLane& lane, std::int64_t at_ns) {
  using namespace perfetto;
  event_.clear();
  packet_.clear();
  packet_.number(packet::kTimestamp, static_cast<std::uint64_t>(at_ns))
      .number(packet::kSequence, lane.tid())
      .number(packet::kSequenceFlags, packet::kNeedsState)
      .message(packet::kTrackEvent, event_.number(event::kType, event::kSliceEnd));
  put(packet_);
}

}  // namespace

std::unique_ptr<TraceFormat> make_perfetto_trace(TraceOutput output) {
  return std::make_unique<PerfettoTrace>(std::move(output));
}

}  // namespace bask
