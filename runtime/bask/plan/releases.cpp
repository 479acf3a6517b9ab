#include <bask/plan/releases.hpp>

namespace bask {

namespace {

// Results of tasks that run early may be so many times larger than what they free.
constexpr float kMostAdded = 1.25F;
// Of the readers of one result, so many are looked at: they are much alike.
constexpr std::size_t kMostAsked = 8;

}  // namespace

Releases::Releases(const TaskGraph& graph, std::span<const std::uint32_t> previous,
                   std::span<const std::uint32_t> uses, const ResultSizes& sizes)
    : graph_(graph), sizes_(sizes) {
  const auto is_shared = [&](std::uint32_t task) {
    return uses[task] > 1 && !graph.is_constant({task}) && is_large({task});
  };
  std::uint32_t task = 0;
  while (task < graph.size() && !is_shared(task)) ++task;
  if (task < graph.size()) find_readers(previous, uses);
}

void Releases::find_readers(std::span<const std::uint32_t> previous, std::span<const std::uint32_t> uses) {
  const std::uint32_t tasks = graph_.size();
  uses_left_.assign(uses.begin(), uses.end());
  is_over_.assign(tasks, false);
  round_of_.assign(tasks, 0);
  tail_of_.resize(tasks);
  waits_for_.assign(tasks, 0);
  waiting_.assign(tasks, 0);
  std::vector<std::uint32_t> head_of(tasks);
  const auto each_reading = [&](const auto& use) {
    for (std::uint32_t head = 0; head < tasks; ++head) {
      if (uses[head] == 0 || previous[head] != kNoIndex) continue;
      for (const TaskId input : graph_.inputs_of({head})) {
        if (!graph_.is_constant(input)) use(head, input.index);
      }
    }
  };
  for (std::uint32_t task = 0; task < tasks; ++task) {
    head_of[task] = previous[task] == kNoIndex ? task : head_of[previous[task]];
    tail_of_[head_of[task]] = task;
  }
  reader_begin_.assign(tasks + 2, 0);
  each_reading([&](std::uint32_t head, std::uint32_t input) {
    ++waits_for_[head];
    ++waiting_[input];
    ++reader_begin_[input + 2];
  });
  for (std::uint32_t task = 0; task < tasks; ++task) reader_begin_[task + 2] += reader_begin_[task + 1];
  readers_.resize(reader_begin_.back());
  each_reading([&](std::uint32_t head, std::uint32_t input) { readers_[reader_begin_[input + 1]++] = head; });
}

std::span<const std::uint32_t> Releases::readers_of(TaskId task) const {
  return std::span(readers_).subspan(reader_begin_[task.index],
                                     reader_begin_[task.index + 1] - reader_begin_[task.index]);
}

std::vector<std::uint32_t> Releases::open_readers(TaskId task) const {
  std::vector<std::uint32_t> heads;
  for (const std::uint32_t head : readers_of(task)) {
    if (!is_over_[head] && (heads.empty() || heads.back() != head)) heads.push_back(head);
  }
  return heads;
}

// The part of an input that each reading by chains of the round frees: nothing when others read it, too.
float Releases::freed_by_a_reading(TaskId input) const {
  std::uint32_t open = 0;
  for (const std::uint32_t head : readers_of(input)) {
    if (is_over_[head]) continue;
    if (round_of_[head] != round_) return 0;
    ++open;
  }
  return open == uses_left_[input.index] ? sizes_.of(graph_, input) / static_cast<float>(open) : 0;
}

// Whether the chains, which can all run, add little more than they free. Of many chains, some tell for all.
bool Releases::frees_its_inputs(const std::vector<std::uint32_t>& heads) {
  ++round_;
  for (const std::uint32_t head : heads) round_of_[head] = round_;
  float added = 0, freed = 0;
  for (std::size_t k = 0; k < heads.size(); k += (heads.size() + kMostAsked - 1) / kMostAsked) {
    added += sizes_.of(graph_, {tail_of_[heads[k]]});
    for (const TaskId input : graph_.inputs_of({heads[k]})) {
      if (!graph_.is_constant(input)) freed += freed_by_a_reading(input);
    }
  }
  return added <= kMostAdded * freed;
}

std::vector<TaskId> Releases::done(TaskId head, TaskId tail) {
  std::vector<TaskId> runnable;
  if (reader_begin_.empty()) return runnable;
  is_over_[head.index] = true;
  for (const TaskId input : graph_.inputs_of(head)) {
    if (!graph_.is_constant(input)) --uses_left_[input.index];
  }
  std::vector<TaskId> candidates;  // whose readers can all run
  for (const std::uint32_t reader : readers_of(tail)) {
    if (--waits_for_[reader] != 0) continue;
    for (const TaskId input : graph_.inputs_of({reader})) {
      if (graph_.is_constant(input) || --waiting_[input.index] != 0) continue;
      if (is_large(input)) candidates.push_back(input);
    }
  }
  std::vector<std::uint32_t> refused;  // several inputs may be read by the same chains
  for (const TaskId input : candidates) {
    std::vector<std::uint32_t> heads = open_readers(input);
    if (heads.empty() || heads == refused) continue;
    if (!frees_its_inputs(heads)) {
      refused = std::move(heads);
      continue;
    }
    for (const std::uint32_t reader : heads) {
      is_over_[reader] = true;
      runnable.push_back({tail_of_[reader]});
    }
  }
  return runnable;
}

}  // namespace bask
