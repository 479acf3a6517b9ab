#include "row_plan.hpp"

#include <algorithm>

namespace taskbench {
namespace {

struct Delivery {
  std::uint32_t peer;
  std::uint32_t point;
  friend auto operator<=>(const Delivery&, const Delivery&) = default;
};

std::vector<Message> joined(std::vector<Delivery> deliveries, std::uint32_t points_per_message) {
  std::ranges::sort(deliveries);
  const auto repeated = std::ranges::unique(deliveries);
  deliveries.erase(repeated.begin(), repeated.end());
  std::vector<Message> messages;
  for (const auto [peer, point] : deliveries) {
    const bool continues_previous = !messages.empty() && messages.back().peer == peer &&
                                    messages.back().points.end == point &&
                                    messages.back().points.size() < points_per_message;
    if (continues_previous) {
      ++messages.back().points.end;
    } else {
      messages.push_back({peer, {point, point + 1}});
    }
  }
  return messages;
}

Points common(const Points& a, const Points& b) {
  const std::uint32_t begin = std::max(a.begin, b.begin);
  return {begin, std::max(begin, std::min(a.end, b.end))};
}

std::uint32_t messages_up_to(const std::vector<Message>& messages, std::uint32_t point) {
  const auto holds = [&](const Message& message) { return message.points.contains(point); };
  return static_cast<std::uint32_t>(std::ranges::find_if(messages, holds) - messages.begin()) + 1;
}

}  // namespace

Points points_of_rank(std::uint32_t width, std::uint32_t rank, std::uint32_t ranks) {
  const auto begin_of = [&](std::uint64_t number) {
    return static_cast<std::uint32_t>(number * width / ranks);
  };
  return {begin_of(rank), begin_of(std::uint64_t{rank} + 1)};
}

std::uint32_t rank_of_point(std::uint32_t width, std::uint32_t point, std::uint32_t ranks) {
  return static_cast<std::uint32_t>(((std::uint64_t{point} + 1) * ranks - 1) / width);
}

RowPlan plan_row(const Pattern& pattern, std::uint32_t step, std::uint32_t rank, std::uint32_t ranks,
                 std::uint32_t points_per_message) {
  RowPlan plan;
  plan.before = row_before(pattern, step);
  plan.here = pattern.row(step);
  const Points mine = points_of_rank(pattern.width, rank, ranks);
  const auto peer_of = [&](std::uint32_t point) { return rank_of_point(pattern.width, point, ranks); };

  std::vector<Delivery> received, sent;
  const Points run = common(mine, plan.here), owned_before = common(mine, plan.before);
  for (std::uint32_t point = run.begin; point < run.end; ++point) {
    const auto first_input = static_cast<std::uint32_t>(plan.inputs.size());
    pattern.for_each_predecessor({step, point}, [&](std::uint32_t read) {
      plan.inputs.push_back(read);
      if (!mine.contains(read)) received.push_back({peer_of(read), read});
    });
    plan.tasks.push_back(
        {point, first_input, static_cast<std::uint32_t>(plan.inputs.size()) - first_input, 0});
  }
  for (std::uint32_t point = owned_before.begin; point < owned_before.end; ++point) {
    pattern.for_each_successor({step - 1, point}, [&](std::uint32_t reader) {
      if (!mine.contains(reader)) sent.push_back({peer_of(reader), point});
    });
  }
  plan.receives = joined(std::move(received), points_per_message);
  plan.sends = joined(std::move(sent), points_per_message);
  for (RowTask& task : plan.tasks) {
    for (std::uint32_t i = task.first_input; i < task.first_input + task.inputs; ++i) {
      if (mine.contains(plan.inputs[i])) continue;
      task.messages = std::max(task.messages, messages_up_to(plan.receives, plan.inputs[i]));
    }
  }
  std::ranges::stable_sort(plan.tasks, {}, &RowTask::messages);
  return plan;
}

}  // namespace taskbench
