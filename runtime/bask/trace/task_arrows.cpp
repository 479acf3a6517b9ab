#include <bask/trace/task_links.hpp>

#include <algorithm>

namespace bask {
namespace {

constexpr std::uint8_t kSeen = 1, kShown = 2;

std::span<const std::uint32_t> list_of(std::span<const std::uint32_t> begin,
                                       std::span<const std::uint32_t> all, std::uint32_t task) {
  const std::size_t length = std::min<std::size_t>(begin[task + 1] - begin[task], TaskLinks::kMostArrows);
  return all.subspan(begin[task], length);
}

bool has(std::span<const std::uint32_t> list, std::uint32_t task) {
  return std::ranges::find(list, task) != list.end();
}

// Spreads three numbers over 64 bits; 0 is no number of an arrow. After MurmurHash3's finalizer.
std::uint64_t arrow_number(std::uint32_t run, std::uint32_t input, std::uint32_t reader) {
  std::uint64_t mixed = (std::uint64_t{input} << 32 | reader) + std::uint64_t{run} * 0x9e3779b97f4a7c15u;
  mixed = (mixed ^ mixed >> 33) * 0xff51afd7ed558ccdu;
  mixed = (mixed ^ mixed >> 33) * 0xc4ceb9fe1a85ec53u;
  mixed ^= mixed >> 33;
  return mixed == 0 ? 1 : mixed;
}

void add_once(std::vector<std::uint64_t>& numbers, std::uint64_t number) {
  if (std::ranges::find(numbers, number) == numbers.end()) numbers.push_back(number);
}

}  // namespace

TaskLinks::View TaskLinks::view_of(const Run& run, std::span<std::byte> bytes) {
  const std::size_t begins = std::size_t{run.tasks} + 2;
  auto* at = reinterpret_cast<std::uint32_t*>(bytes.data());
  const auto next = [&](std::size_t count) {
    const std::span<std::uint32_t> numbers(at, count);
    at += count;
    return numbers;
  };
  View view;
  view.input_begin = next(begins);
  view.inputs = next(run.links);
  view.reader_begin = next(begins);
  view.readers = next(run.links);
  view.marks = {reinterpret_cast<std::uint8_t*>(at), run.tasks};
  return view;
}

bool TaskLinks::open() {
  if (runs_.empty()) return false;
  all_ = MappedBytes(file_, 0, end_);
  return all_.is_mapped();
}

const TaskLinks::View* TaskLinks::find(std::uint32_t run, std::uint32_t task) {
  if (run != found_run_ || found_.marks.empty()) {
    const auto found = runs_.find(run);
    if (found == runs_.end() || !all_.is_mapped()) return nullptr;
    found_run_ = run;
    found_ = view_of(found->second, all_.bytes().subspan(found->second.offset, found->second.bytes()));
  }
  return task < found_.marks.size() ? &found_ : nullptr;
}

void TaskLinks::seen(std::uint32_t run, std::uint32_t task) {
  if (const View* const view = find(run, task)) view->marks[task] |= kSeen;
}

void TaskLinks::arrows(std::uint32_t run, std::uint32_t task, Arrows& into) {
  into.in.clear();
  into.out.clear();
  const View* const view = find(run, task);
  if (view == nullptr || view->marks[task] != kSeen) return;
  view->marks[task] |= kShown;
  const auto inputs_of = [&](std::uint32_t of) { return list_of(view->input_begin, view->inputs, of); };
  const auto readers_of = [&](std::uint32_t of) { return list_of(view->reader_begin, view->readers, of); };
  for (const std::uint32_t input : inputs_of(task)) {
    if ((view->marks[input] & kSeen) != 0 && has(readers_of(input), task))
      add_once(into.in, arrow_number(run, input, task));
  }
  for (const std::uint32_t reader : readers_of(task)) {
    if ((view->marks[reader] & kSeen) != 0 && has(inputs_of(reader), task))
      add_once(into.out, arrow_number(run, task, reader));
  }
}

}  // namespace bask
