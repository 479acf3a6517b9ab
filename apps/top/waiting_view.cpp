#include "waiting_view.hpp"

namespace top {
namespace {

bask::ExplainedTask waiting_task_of(const CheckedJson& task) {
  bask::ExplainedTask view{.task = task.member("task").text(),
                           .layer = task.member("layer").text(),
                           .until = task.member("until").text_or_null(),
                           .cause = task.member("cause").text(),
                           .missing = task.member("missing").count(),
                           .bytes = task.member("bytes").count()};
  task.member("inputs").for_each([&](const CheckedJson& input) {
    const auto rank = input.member("rank").count_or_null();
    view.inputs.push_back({.task = input.member("task").text(), .state = input.member("state").text()});
    if (rank && *rank <= UINT32_MAX) view.inputs.back().rank = static_cast<std::uint32_t>(*rank);
  });
  task.member("resources").for_each([&](const CheckedJson& resource) {
    view.resources.push_back({.name = resource.member("name").text(),
                              .wanted = resource.member("wanted").positive(),
                              .free = resource.member("free").number(),
                              .offered = resource.member("offered").positive()});
  });
  return view;
}

}  // namespace

bask::ExplainedRank waiting_of(const CheckedJson& waiting) {
  bask::ExplainedRank view{.left = waiting.member("left").count(),
                           .ready = waiting.member("ready").count(),
                           .too_long = waiting.member("too_long").count(),
                           .held = waiting.member("held").count(),
                           .limit = waiting.member("limit").count_or_null().value_or(0)};
  waiting.member("kinds").for_each([&](const CheckedJson& kind) {
    view.kinds.push_back({.kind = kind.member("kind").text(), .bytes = kind.member("bytes").count()});
  });
  waiting.member("tasks").for_each(
      [&](const CheckedJson& task) { view.tasks.push_back(waiting_task_of(task)); });
  return view;
}

}  // namespace top
