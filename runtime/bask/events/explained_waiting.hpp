// explained_waiting.hpp: puts names to what a rank tells of the tasks that wait there.
// Runs on: rank 0. Threads: one at a time.
#pragma once

#include <bask/events/task_names.hpp>
#include <bask/events/waiting_task.hpp>
#include <bask/events/waiting_text.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace bask {

/// What a task of another rank does there, in words; empty: nothing is known.
using StateOnRank = std::function<std::string(std::uint32_t task, std::uint32_t rank)>;

/// The tasks that `waiting` names, and those that make their inputs, for TaskNames::find.
std::vector<std::uint32_t> tasks_of(const RankWaiting& waiting, const TaskNames& names);
ExplainedRank explained(const RankWaiting& waiting, const TaskNames& names, const StateOnRank& state);

}  // namespace bask
