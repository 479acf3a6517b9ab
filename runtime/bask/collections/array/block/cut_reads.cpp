#include <bask/collections/array/block/cut_reads.hpp>
#include <bask/graph/value_layer.hpp>

#include <algorithm>
#include <cmath>

namespace bask {

namespace {

// Chunks that lie one in the other where all arrays are cut anew: those of the axis end where the new ones
// do.
bool stay_aligned(const AxisChunks& axis, std::int64_t longest) {
  const auto is_aligned = [&](std::int64_t length) { return length <= longest || length % longest == 0; };
  return std::all_of(axis.begin(), axis.end() - 1, is_aligned);
}

// For each axis, whether some of the places differ along it alone: several blocks of one line are read.
std::vector<char> read_along(std::vector<std::vector<std::int64_t>> places, std::size_t axes) {
  std::vector<char> along(axes);
  for (std::size_t k = 0; k < axes; ++k) {
    std::vector<std::vector<std::int64_t>> lines = places;
    for (std::vector<std::int64_t>& line : lines) line[k] = 0;
    std::sort(lines.begin(), lines.end());
    along[k] = std::adjacent_find(lines.begin(), lines.end()) != lines.end();
  }
  return along;
}

}  // namespace

std::optional<TaskBytes> CutReads::of_task(std::uint32_t task) const {
  if (!layer_.reads_by_chunks_ || layer_.bytes_.empty() || layer_.bytes_[task] == 0) return std::nullopt;
  TaskBytes bytes;
  bytes.result = layer_.tasks_each_ == 0 ? layer_.bytes_[task] : of_block(layer_, layer_.block_of(task), {});
  const BlockReads& reads = layer_.reads_;
  std::vector<SourceBlock> read(reads.blocks.begin() + reads.begin[task],
                                reads.blocks.begin() + reads.begin[task + 1]);
  std::sort(read.begin(), read.end());
  read.erase(std::unique(read.begin(), read.end()), read.end());
  for (std::size_t first = 0, end = 0; first < read.size(); first = end) {
    while (end < read.size() && read[end].source == read[first].source) ++end;
    const std::optional<double> source = of_source(std::span(read).subspan(first, end - first));
    if (!source) return std::nullopt;
    bytes.inputs += *source;
  }
  const TaskScratch& scratch = layer_.scratch_;
  bytes.scratch = scratch.bytes;
  if (scratch.bytes_each != 0) {
    const double most = std::pow(static_cast<double>(longest_), static_cast<double>(scratch.axes));
    bytes.scratch = std::min(scratch.bytes, scratch.bytes_each * most);
  }
  return bytes;
}

std::optional<double> CutReads::of_source(std::span<const SourceBlock> read) const {
  const std::uint32_t source = read.front().source;
  if (const std::uint32_t slot = layer_.slots_[source]; slot != 0) {
    const auto* const from = dynamic_cast<const BlockLayer*>(layer_.inputs()[slot - 1].get());
    if (from != nullptr && from->tasks_each_ == 1) return of_array(*from, read);
  }
  double bytes = 0;
  for (const SourceBlock& block : read) {
    const BlockLayer::Place place = layer_.place_of(block);
    const Layer* const layer = layer_.inputs()[place.slot - 1].get();
    if (dynamic_cast<const ValueLayer*>(layer) != nullptr) continue;
    const auto* const from = dynamic_cast<const BlockLayer*>(layer);
    if (from == nullptr || from->bytes_.empty() || from->bytes_[place.index] == 0) return std::nullopt;
    bytes += from->bytes_[place.index];
  }
  return bytes;
}

std::optional<double> CutReads::of_array(const BlockLayer& from, std::span<const SourceBlock> read) const {
  const ReadsByChunks& how = *layer_.reads_by_chunks_;
  std::vector<ArrayBlock> blocks;
  std::vector<std::vector<std::int64_t>> places;
  for (const SourceBlock& block : read) {
    if (from.bytes_[block.block] == 0) return std::nullopt;
    blocks.push_back(from.block_of(block.block));
    places.push_back(blocks.back().place);
  }
  std::vector<std::int64_t> along(from.chunks_.size(), 1);
  const std::vector<char> several = read_along(std::move(places), along.size());
  for (std::size_t k = 0; k < along.size(); ++k) {
    const bool is_aligned = !how.is_shifted && stay_aligned(from.chunks_[k], longest_);
    if (how.in_boxes) along[k] = how.step + (is_aligned ? 0 : 1);
    if (!how.in_boxes && several[k] != 0) along[k] = kWhole;
  }
  for (const ReadsByChunks::SourceAxis& whole : how.whole) {
    if (whole.source == read.front().source) along[whole.axis] = kWhole;
  }
  double bytes = 0;
  for (const ArrayBlock& block : blocks) bytes += of_block(from, block, along);
  return bytes;
}

double CutReads::of_block(const BlockLayer& layer, const ArrayBlock& block,
                          std::span<const std::int64_t> along) const {
  double elements = 1;
  for (std::size_t k = 0; k < block.extent.size(); ++k) {
    const auto length = static_cast<double>(block.extent[k]);
    const double most = static_cast<double>(along.empty() ? 1 : along[k]) * static_cast<double>(longest_);
    elements *= !along.empty() && along[k] == kWhole ? length : std::min(length, most);
  }
  return static_cast<double>(Block::bytes_of(layer.dtype_, block.extent.size(), 0)) +
         elements * static_cast<double>(size_of(layer.dtype_));
}

std::optional<ArrayBlock> BlockLayer::block(std::uint32_t index) const {
  if (tasks_each_ == 0 || are_steps_ || bytes_[index] == 0) return std::nullopt;
  return block_of(index);
}

ArrayBlock BlockLayer::block_of(std::uint32_t index) const {
  ArrayBlock block{Shape(chunks_.size()), Shape(chunks_.size())};
  std::size_t rest = index / tasks_each_;
  for (std::size_t k = chunks_.size(); k-- > 0; rest /= chunks_[k].size()) {
    const std::size_t place = rest % chunks_[k].size();
    block.place[k] = static_cast<std::int64_t>(place);
    block.extent[k] = chunks_[k][place];
  }
  return block;
}

std::optional<TaskBytes> BlockLayer::bytes_if_cut(std::uint32_t index, std::int64_t longest) const {
  return CutReads(*this, longest).of_task(index);
}

}  // namespace bask
