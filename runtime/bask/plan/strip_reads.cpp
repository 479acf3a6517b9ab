#include <bask/core/value.hpp>
#include <bask/graph/kernel.hpp>
#include <bask/plan/strip_reads.hpp>

#include <algorithm>
#include <utility>

namespace bask {
namespace {

// Both are boxes of one block.
void enclose(BlockPart& all, const BlockPart& part) {
  for (std::size_t k = 0; k < all.start.size(); ++k) {
    const std::int64_t end = std::max(all.start[k] + all.extent[k], part.start[k] + part.extent[k]);
    all.start[k] = std::min(all.start[k], part.start[k]);
    all.extent[k] = end - all.start[k];
  }
}

}  // namespace

float constant_bytes(const Constant& constant) {
  return constant.value == nullptr ? constant.bytes : static_cast<float>(constant.value->heap_bytes());
}

StripReads::StripReads(const Plan& plan, const TaskGraph& graph)
    : plan_(plan), graph_(graph), any_(std::ranges::any_of(graph.spans, [](const LayerSpan& span) {
        return span.layer->reads_parts();
      })) {}

double StripReads::bytes_read(std::uint32_t position, std::uint32_t input, double bytes) const {
  if (!any_ || bytes < kSmallest) return bytes;
  const Strip part = part_read(position, input);
  return part && part->bytes() <= kMostOfWhole * bytes ? part->bytes() : bytes;
}

void StripReads::find(std::span<const std::uint32_t> rank_of_unit, bool brings_targets) {
  of_rank_.clear();
  if (!any_) return;
  constant_bytes_.clear();
  for (const Constant& constant : graph_.constants) constant_bytes_.push_back(constant_bytes(constant));
  if (brings_targets) {
    for (const Source target : plan_.targets) of_rank_.emplace(place_of(target, 0), std::nullopt);
  }
  std::vector<std::uint32_t> rank_of_result(plan_.tasks());
  for (std::uint32_t unit = 0; unit < plan_.units(); ++unit) {
    const std::uint32_t end = plan_.unit_begin[unit + 1], rank = rank_of_unit[unit];
    for (std::uint32_t position = plan_.unit_begin[unit]; position < end; ++position) {
      rank_of_result[position] = rank;
      add_readings(position, rank, rank_of_result);
    }
  }
}

void StripReads::add_readings(std::uint32_t position, std::uint32_t rank,
                              std::span<const std::uint32_t> rank_of_result) {
  const std::span<const Source> inputs = plan_.inputs_of(position);
  for (std::uint32_t input = 0; input < inputs.size(); ++input) {
    const Source source = inputs[input];
    const std::uint32_t owner =
        source.is_constant() ? graph_.constants[source.index()].rank : rank_of_result[source.index()];
    if (owner == rank || (bytes_of(source) < kSmallest && !goes_in_parts(source))) continue;
    const auto known = of_rank_.find(place_of(source, rank));
    if (known == of_rank_.end() || known->second) add(source, rank, part_read(position, input));
  }
}

void StripReads::add(Source source, std::uint32_t rank, Strip part) {
  const auto [place, is_new] = of_rank_.try_emplace(place_of(source, rank));
  Strip& all = place->second;
  if (is_new || !part) {
    all = std::move(part);
  } else {
    enclose(*all, *part);
  }
  if (all && all->bytes() > kMostOfWhole * bytes_of(source) && !goes_in_parts(source)) all.reset();
}

double StripReads::bytes_of(Source source) const {
  if (source.is_constant()) return constant_bytes_[source.index()];
  return plan_.bytes.empty() ? 0 : plan_.bytes[source.index()];
}

bool StripReads::goes_in_parts(Source source) const {
  if (source.is_constant()) {
    const Value* const value = graph_.constants[source.index()].value;
    return value != nullptr && value->has_value() && value->type()->part_bytes != nullptr;
  }
  return makes_parts(plan_.groups[plan_.group[source.index()]].kernel);
}

StripReads::Strip StripReads::part_read(std::uint32_t position, std::uint32_t input) const {
  const auto [layer, index] = graph_.place_of(plan_.task[position]);
  return index < layer->size() ? layer->part_read(index, input) : std::nullopt;
}

}  // namespace bask
