// ranks_machine.hpp: ranks that follow the parts of a plan, in one thread, with messages in any order: the
// meaning of a split plan, written plainly. A task's value is a hash of its arguments and inputs.
#pragma once

#include <gtest/gtest.h>
#include <bask/plan/split.hpp>

#include <algorithm>
#include <cstring>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace bask {

/// A value that tells which task made it, from which arguments and inputs.
inline std::uint64_t value_of(const TaskGraph& graph, TaskId task, const std::byte* arguments,
                              const std::vector<std::uint64_t>& inputs) {
  std::uint64_t hash = task.index + 1;
  const auto mix = [&](std::uint64_t more) {
    hash = (hash ^ more) * 0x9e3779b97f4a7c15u;
    hash ^= hash >> 29;
  };
  mix(graph.group[task.index]);
  const std::uint64_t bytes = graph.argument_begin[task.index + 1] - graph.argument_begin[task.index];
  for (std::uint64_t i = 0; i < bytes; ++i) mix(static_cast<std::uint64_t>(arguments[i]));
  for (const std::uint64_t input : inputs) mix(input);
  return hash;
}

inline std::uint64_t value_of_constant(std::uint32_t constant) {
  return 0xc0ffee00u + constant;
}

/// The value of every task of the graph, computed one after the other.
inline std::vector<std::uint64_t> serial_values(const TaskGraph& graph) {
  std::vector<std::uint64_t> values(graph.size());
  for (std::uint32_t task = 0; task < graph.size(); ++task) {
    std::vector<std::uint64_t> inputs;
    for (const TaskId input : graph.inputs_of({task})) inputs.push_back(values[input.index]);
    values[task] = graph.is_constant({task}) ? value_of_constant(graph.constant_index({task}))
                                             : value_of(graph, {task}, graph.arguments_of({task}), inputs);
  }
  return values;
}

/// One rank's plan, put together from its parts.
struct RankPlan {
  Plan plan;
  std::vector<std::uint32_t> import_uses;
  std::vector<std::byte> arguments;
};

inline RankPlan plan_of_size(const PartSize& size) {
  RankPlan made;
  Plan& plan = made.plan;
  plan.task.resize(size.tasks);
  plan.group.resize(size.tasks);
  plan.argument_begin.resize(size.tasks);
  plan.input_begin.resize(size.tasks + 1);
  plan.inputs.resize(size.inputs);
  plan.uses.resize(size.tasks + size.imports);
  plan.unit_begin.resize(size.units + 1);
  plan.waits_for.resize(size.units);
  plan.successor_begin.resize(size.units + 1);
  plan.successors.resize(size.successors);
  if (size.exports > 0) plan.export_begin.resize(size.units + 1);
  plan.exports.resize(size.exports);
  plan.import_successor_begin.resize(size.imports + 1);
  plan.import_successors.resize(size.import_successors);
  made.arguments.resize(size.argument_bytes);
  plan.arguments = made.arguments.data();
  return made;
}

template <class T>
void put(std::vector<T>& whole, std::uint64_t first, const std::vector<T>& part) {
  if (part.empty()) return;
  ASSERT_LE(first + part.size(), whole.size());
  std::copy(part.begin(), part.end(), whole.begin() + static_cast<std::ptrdiff_t>(first));
}

inline void put_in_place(RankPlan& whole, const PlanPart& part) {
  Plan& plan = whole.plan;
  put(plan.task, part.first_task, part.task);
  put(plan.group, part.first_task, part.group);
  put(plan.argument_begin, part.first_task, part.argument_begin);
  put(plan.input_begin, part.first_task, part.input_begin);
  put(plan.uses, part.first_task, part.uses);
  if (!part.annotation.empty()) {
    plan.annotation.resize(plan.task.size());
    put(plan.annotation, part.first_task, part.annotation);
  }
  put(plan.inputs, part.first_input, part.inputs);
  put(whole.arguments, part.first_argument, part.arguments);
  put(plan.unit_begin, part.first_unit, part.unit_begin);
  put(plan.waits_for, part.first_unit, part.waits_for);
  put(plan.successor_begin, part.first_unit, part.successor_begin);
  put(plan.export_begin, part.first_unit, part.export_begin);
  put(plan.successors, part.first_successor, part.successors);
  put(plan.exports, part.first_export, part.exports);
  put(plan.uses, plan.task.size() + part.first_import, part.import_uses);
  put(plan.import_successor_begin, part.first_import, part.import_successor_begin);
  put(plan.import_successors, part.first_import_successor, part.import_successors);
}

/// A rank that runs what it has been sent. Of a unit whose part has not come it knows only how many of the
/// unit's inputs are there.
class RankMachine {
 public:
  struct Message {
    std::uint32_t rank;
    std::optional<PlanPart> part;
    std::uint32_t position = 0;
    std::uint64_t value = 0;
  };

  RankMachine(const TaskGraph& graph, std::uint32_t rank, const PartSize& size)
      : graph_(graph),
        rank_(rank),
        size_(size),
        whole_(plan_of_size(size)),
        uses_(size.tasks + size.imports),
        values_(size.tasks + size.imports),
        knows_import_(size.imports),
        waits_(size.units),
        knows_unit_(size.units) {}

  void receive(const Message& message) {
    if (message.part) return add(*message.part);
    ASSERT_GE(message.position, size_.tasks);
    ASSERT_LT(message.position, size_.tasks + size_.imports);
    ASSERT_FALSE(values_[message.position]) << "sent twice";
    values_[message.position] = message.value;
    if (knows_import_[message.position - size_.tasks]) release_readers(message.position - size_.tasks);
  }

  bool any_ready() const { return !ready_.empty(); }
  std::uint32_t units_run() const { return units_run_; }
  std::int64_t uses_left(std::uint32_t position) const { return uses_[position]; }
  std::optional<std::uint64_t> value(std::uint32_t position) const { return values_[position]; }
  std::uint32_t positions() const { return size_.tasks + size_.imports; }

  /// Runs one of the units that are ready and sends its result.
  void run_one(std::mt19937& random, std::vector<Message>& sent) {
    std::swap(ready_[random() % ready_.size()], ready_.back());
    const std::uint32_t unit = ready_.back();
    ready_.pop_back();
    ++units_run_;
    const Plan& plan = whole_.plan;
    for (std::uint32_t p = plan.unit_begin[unit]; p < plan.unit_begin[unit + 1]; ++p) run_task(p);
    const std::uint32_t last = plan.unit_begin[unit + 1] - 1;
    for (const std::uint32_t successor : plan.successors_of(unit)) release(successor);
    for (const Export& to : plan.exports_of(unit)) {
      sent.push_back({.rank = to.rank, .part = {}, .position = to.position, .value = read(last)});
    }
  }

 private:
  void add(const PlanPart& part) {
    put_in_place(whole_, part);
    for (std::uint32_t i = 0; i < part.tasks(); ++i) uses_[part.first_task + i] += part.uses[i];
    for (std::uint32_t i = 0; i < part.imports(); ++i) {
      const std::uint32_t import = part.first_import + i;
      uses_[size_.tasks + import] += part.import_uses[i];
      knows_import_[import] = true;
      if (values_[size_.tasks + import]) release_readers(import);
    }
    for (std::uint32_t i = 0; i < part.units(); ++i) {
      const std::uint32_t unit = part.first_unit + i;
      knows_unit_[unit] = true;
      waits_[unit] += part.waits_for[i];
      if (waits_[unit] == 0) ready_.push_back(unit);
    }
  }

  void release_readers(std::uint32_t import) {
    for (const std::uint32_t unit : whole_.plan.import_successors_of(import)) release(unit);
  }
  void release(std::uint32_t unit) {
    if (--waits_[unit] == 0 && knows_unit_[unit]) ready_.push_back(unit);
  }

  std::uint64_t read(std::uint32_t position) {
    EXPECT_TRUE(values_[position]) << "not there at position " << position << " of rank " << rank_;
    const std::uint64_t value = values_[position].value_or(0);
    if (--uses_[position] == 0) values_[position].reset();
    return value;
  }

  void run_task(std::uint32_t position) {
    std::vector<std::uint64_t> inputs;
    for (const Source input : whole_.plan.inputs_of(position)) {
      if (input.is_constant()) {
        EXPECT_EQ(graph_.constants[input.index()].rank, rank_);
        inputs.push_back(value_of_constant(input.index()));
      } else {
        inputs.push_back(read(input.index()));
      }
    }
    EXPECT_FALSE(values_[position]) << "run twice";
    const std::byte* arguments = whole_.arguments.data() + whole_.plan.argument_begin[position];
    values_[position] = value_of(graph_, whole_.plan.task[position], arguments, inputs);
  }

  const TaskGraph& graph_;
  std::uint32_t rank_;
  PartSize size_;
  RankPlan whole_;
  std::vector<std::int64_t> uses_;  // per position
  std::vector<std::optional<std::uint64_t>> values_;
  std::vector<bool> knows_import_;
  std::vector<std::int64_t> waits_;  // per unit, below 0 while its part is on its way
  std::vector<bool> knows_unit_;
  std::vector<std::uint32_t> ready_;
  std::uint32_t units_run_ = 0;
};

/// Runs all ranks until nothing is left to do; parts are cut while ranks run.
inline std::vector<RankMachine> run_split(const TaskGraph& graph, Splitter& splitter, std::uint32_t ranks,
                                          std::uint32_t stretch, std::mt19937& random) {
  std::vector<RankMachine> machines;
  std::vector<RankMachine::Message> messages;
  for (std::uint32_t rank = 0; rank < ranks; ++rank) {
    machines.emplace_back(graph, rank, splitter.size(rank));
    for (const ConstantExport& to : splitter.constant_exports(rank)) {
      EXPECT_EQ(graph.constants[to.constant].rank, rank);
      messages.push_back({to.rank, {}, to.position, value_of_constant(to.constant)});
    }
  }
  std::vector<PlanPart> parts(ranks);
  const std::uint32_t haste = 1 + random() % 4;  // how often messages move, compared to cutting and running
  for (;;) {
    std::vector<RankMachine*> can_run;
    for (RankMachine& machine : machines) {
      if (machine.any_ready()) can_run.push_back(&machine);
    }
    const std::uint32_t choice = random() % (haste + 2);
    if (choice == 0 && !splitter.done()) {
      splitter.next(stretch, parts);
      for (std::uint32_t rank = 0; rank < ranks; ++rank) {
        if (!parts[rank].empty()) messages.push_back({rank, parts[rank]});
      }
    } else if (choice == 1 && !can_run.empty()) {
      can_run[random() % can_run.size()]->run_one(random, messages);
    } else if (choice > 1 && !messages.empty()) {
      std::swap(messages[random() % messages.size()], messages.back());
      const RankMachine::Message message = std::move(messages.back());
      messages.pop_back();
      machines[message.rank].receive(message);
    } else if (splitter.done() && can_run.empty() && messages.empty()) {
      return machines;
    }
  }
}

}  // namespace bask
