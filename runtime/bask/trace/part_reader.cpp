#include <fcntl.h>
#include <fmt/format.h>
#include <bask/core/utf8_text.hpp>
#include <bask/trace/part_reader.hpp>

namespace bask {
namespace {

void learn(std::vector<std::string>& names, std::uint32_t number, std::span<const std::byte> letters) {
  if (names.size() <= number) names.resize(number + 1);
  names[number] = printable({reinterpret_cast<const char*>(letters.data()), letters.size()});
}

// Whether a header may stand in a part: what a killed rank leaves may be anything.
bool is_sound(const PartBlock& block) {
  constexpr std::uint32_t kMostNumber = 1u << 16, kMostNameBytes = 1u << 20;
  if (block.kind == PartBlock::Kind::kEvents) {
    return block.number < EventPart::kMostLanes && block.bytes % sizeof(EventRecord) == 0 &&
           block.bytes <= EventPart::kEventsInBlock * sizeof(EventRecord);
  }
  const bool is_name = block.kind >= PartBlock::Kind::kLane && block.kind <= PartBlock::Kind::kHost;
  return is_name && block.number < kMostNumber && block.bytes <= kMostNameBytes;
}

}  // namespace

std::string RankEvents::name_of(Activity activity) const {
  if (!is_layer(activity)) {
    const std::string_view name = bask::name_of(activity);
    return is_wait(activity) ? fmt::format("wait: {}", name) : std::string(name);
  }
  const std::size_t layer = layer_of(activity);
  return layer < layers.size() && !layers[layer].empty() ? layers[layer] : fmt::format("layer {}", layer);
}

std::string RankEvents::name_of_lane(std::uint32_t lane) const {
  return lane < lanes.size() && !lanes[lane].empty() ? lanes[lane] : fmt::format("lane {}", lane);
}

std::optional<std::string> host_of_part(const std::filesystem::path& part) {
  const FileDescriptor file = open_file(part, O_RDONLY);
  PartBlock block;
  if (!file.is_open() || read_at(file, 0, std::as_writable_bytes(std::span(&block, 1))).bytes < sizeof(block))
    return std::nullopt;
  if (block.kind != PartBlock::Kind::kHost || !is_sound(block)) return std::nullopt;
  std::string name(block.bytes, ' ');
  if (read_at(file, sizeof(block), std::as_writable_bytes(std::span(name))).bytes < name.size())
    return std::nullopt;
  return printable(name);
}

void read_part(RankEvents& of,
               const std::function<void(std::uint32_t lane, std::span<const EventRecord>)>& on_events) {
  const FileDescriptor file = open_file(of.part, O_RDONLY);
  if (!file.is_open()) return;
  std::uint64_t at = 0;
  std::vector<EventRecord> records;
  std::vector<std::byte> letters;
  for (PartBlock block;;) {
    if (read_at(file, at, std::as_writable_bytes(std::span(&block, 1))).bytes < sizeof(block)) return;
    if (!is_sound(block)) return;
    at += sizeof(block);
    std::span<std::byte> content;
    if (block.kind == PartBlock::Kind::kEvents) {
      records.resize(block.bytes / sizeof(EventRecord));
      content = std::as_writable_bytes(std::span(records));
    } else {
      letters.resize(block.bytes);
      content = letters;
    }
    if (read_at(file, at, content).bytes < content.size()) return;
    at += block.bytes;
    if (block.kind == PartBlock::Kind::kEvents) on_events(block.number, records);
    if (block.kind == PartBlock::Kind::kLane) learn(of.lanes, block.number, content);
    if (block.kind == PartBlock::Kind::kLayer) learn(of.layers, block.number, content);
  }
}

}  // namespace bask
