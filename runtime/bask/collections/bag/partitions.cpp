#include <bask/collections/bag/partitions.hpp>
#include <bask/core/error.hpp>

#include <limits>
#include <string>

namespace bask::bags {

Partitions::Partitions(LayerPtr layer) {
  const std::uint32_t count = layer->size();
  append(Run{std::move(layer), 0, count});
}

void Partitions::append(const TaskRef& partition) {
  append(Run{partition.layer, partition.index, 1});
}

void Partitions::append(const Partitions& more) {
  const std::vector<Run> runs(more.runs_);  // it may be this list itself
  for (const Run& run : runs) append(run);
}

void Partitions::append(Run run) {
  if (run.count == 0) return;
  if (run.count > std::numeric_limits<std::uint32_t>::max() - size_) {
    throw Error("bag", "there would be more than 4294967295 partitions", "make larger partitions");
  }
  size_ += run.count;
  if (!runs_.empty()) {
    Run& last = runs_.back();
    if (last.layer == run.layer && last.first + last.count == run.first) {
      last.count += run.count;
      return;
    }
  }
  runs_.push_back(std::move(run));
}

TaskRef Partitions::operator[](std::uint32_t partition) const {
  for (const Run& run : runs_) {
    if (partition < run.count) return {run.layer, run.first + partition};
    partition -= run.count;
  }
  return {};
}

std::vector<TaskRef> Partitions::refs() const {
  std::vector<TaskRef> refs;
  refs.reserve(size_);
  for (const Run& run : runs_) {
    for (std::uint32_t k = 0; k < run.count; ++k) refs.push_back({run.layer, run.first + k});
  }
  return refs;
}

}  // namespace bask::bags
