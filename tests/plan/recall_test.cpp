// Recall: a graph some of whose results were kept gives the same results as without,
// and runs no task that is not needed.
#include <gtest/gtest.h>
#include <bask/bask.hpp>
#include <bask/graph/expand.hpp>
#include <bask/plan/make_plan.hpp>
#include <bask/plan/merge_equal.hpp>
#include <bask/plan/recall.hpp>

#include "../collections/random_program.hpp"
#include "random_graph.hpp"

#include <cstring>
#include <map>
#include <set>

namespace bask {
namespace {

Value copy_of(const Value& value) {
  ByteWriter writer;
  value.type()->encode(writer, value.object());
  const std::vector<std::byte> bytes = writer.take();
  ByteReader reader(bytes);
  return value.type()->decode(reader);
}

// The results that an earlier run has kept. The argument of the reading kernel is an index into them.
std::vector<Value>& shelf() {
  static std::vector<Value> values;
  return values;
}
int reads_of_results = 0;

void read_from_shelf(KernelCall& call) {
  std::uint32_t number = 0;
  std::memcpy(&number, call.arguments, sizeof(number));
  call.result = copy_of(shelf()[number]);
  ++reads_of_results;
}
const KernelId kRead = KernelRegistry::instance().add("read", "recall_test", &read_from_shelf);
const Kernel& read_kernel() {
  return KernelRegistry::instance()[kRead];
}

std::vector<std::byte> bytes_of(std::uint32_t number) {
  std::vector<std::byte> bytes(sizeof(number));
  std::memcpy(bytes.data(), &number, sizeof(number));
  return bytes;
}

// The ids of the tasks that would run, constants left out.
std::set<std::uint32_t> needed(const Expansion& expansion) {
  const std::vector<bool> all = needed_tasks(expansion.graph, expansion.targets);
  std::set<std::uint32_t> tasks;
  for (std::uint32_t task = 0; task < all.size(); ++task) {
    if (all[task] && !expansion.graph.is_constant({task})) tasks.insert(task);
  }
  return tasks;
}

/// Calls the kernels one by one, and remembers their results.
class PlainRuntime final : public Runtime {
 public:
  PlainRuntime() { use_runtime(this); }
  ~PlainRuntime() override { drop_runtime(this); }

  Results compute(std::span<const TaskRef* const> targets) override {
    Expansion expansion = merge_equal(expand(targets));
    if (prepare) expansion = prepare(std::move(expansion));
    const TaskGraph& graph = expansion.graph;
    std::vector<Value> values(graph.size());
    const std::vector<Value*> constants = graph.constant_values();
    for (const std::uint32_t task : needed(expansion)) {
      std::vector<Input> inputs;
      for (const TaskId input : graph.inputs_of({task})) {
        const bool is_constant = graph.is_constant(input);
        inputs.push_back(
            {is_constant ? constants[graph.constant_index(input)] : &values[input.index], false});
      }
      KernelCall call{graph.arguments_of({task}), inputs, values[task]};
      graph.groups[graph.group[task]].kernel->run(call);
      made.insert_or_assign(graph.key({task}), copy_of(values[task]));
    }
    Results results;
    results.values.reserve(expansion.targets.size());
    for (const TaskId target : expansion.targets) {
      if (graph.is_constant(target)) {
        results.targets.push_back({constants[graph.constant_index(target)], false});
        continue;
      }
      results.values.push_back(copy_of(values[target.index]));
      results.targets.push_back({&results.values.back(), false});
    }
    return results;
  }
  std::vector<TaskRef> persist(std::span<const TaskRef* const>) override { return {}; }
  std::vector<Value> call_everywhere(KernelId, std::span<const std::byte>) override { return {}; }
  void note_input(const std::string&, const std::string&) override {}
  void visualize(std::span<const TaskRef* const>, const std::string&) override {}

  std::function<Expansion(Expansion)> prepare;
  std::map<Key, Value> made;
};

// Keeps some results of an earlier run: each with this probability, in percent.
std::map<Key, std::uint32_t> keep_some(const std::map<Key, Value>& made, std::mt19937& random,
                                       unsigned percent) {
  shelf().clear();
  std::map<Key, std::uint32_t> kept;
  for (const auto& [key, value] : made) {
    if (random() % 100 >= percent) continue;
    kept.emplace(key, static_cast<std::uint32_t>(shelf().size()));
    shelf().push_back(copy_of(value));
  }
  return kept;
}

TEST(Recall, GivesWhatAPlainEvaluationGives) {
  std::mt19937 random(7);
  for (unsigned seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    PlainRuntime runtime;
    const RandomProgram program(seed);
    ASSERT_EQ(program.computed(), program.expected());
    const auto kept = keep_some(runtime.made, random, 20 + 30 * (seed % 4));
    reads_of_results = 0;
    Recall recalled;
    runtime.prepare = [&](Expansion expansion) {
      const std::set<std::uint32_t> before = needed(expansion);
      std::set<Key> asked;
      recalled = recall(std::move(expansion), read_kernel(), [&](const Key& key, const Kernel&) {
        EXPECT_TRUE(asked.insert(key).second) << "asked for twice";
        const auto found = kept.find(key);
        return found == kept.end() ? std::nullopt : std::optional(bytes_of(found->second));
      });
      const std::set<std::uint32_t> after = needed(recalled.expansion);
      EXPECT_EQ(asked.size(), after.size()) << "nothing is asked for that is not needed";
      EXPECT_EQ(recalled.tasks, before.size());
      EXPECT_EQ(recalled.skipped, before.size() - after.size());
      return std::move(recalled.expansion);
    };
    EXPECT_EQ(program.computed(), program.expected());
    EXPECT_EQ(recalled.read, static_cast<std::uint64_t>(reads_of_results));
  }
}

int increment(int x) {
  return x + 1;
}

Expansion expanded(const Delayed<int>& target) {
  open_layer::close();
  const std::vector<const TaskRef*> refs{&target.ref()};
  return expand(refs);
}

TEST(Recall, LeavesAGraphOfWhichNothingWasKeptAsItWas) {
  const auto chain = delayed<increment>(delayed<increment>(1));
  const Recall recalled = recall(expanded(chain), read_kernel(), [](const Key&, const Kernel&) {
    return std::optional<std::vector<std::byte>>();
  });
  EXPECT_EQ(recalled.tasks, 2u);
  EXPECT_EQ(recalled.read + recalled.skipped, 0u);
  EXPECT_EQ(recalled.expansion.graph.recalled, kNoIndex);
}

TEST(Recall, NeedsNothingButTheResultWhenThatWasKept) {
  const auto chain = delayed<increment>(delayed<increment>(delayed<increment>(1)));
  int asked = 0;
  const Recall recalled = recall(expanded(chain), read_kernel(), [&](const Key& key, const Kernel& kernel) {
    ++asked;
    EXPECT_EQ(kernel.result, &value_type_of<int>);
    EXPECT_EQ(key, chain.key());
    return std::optional(bytes_of(0));
  });
  EXPECT_EQ(asked, 1);
  EXPECT_EQ(recalled.tasks, 3u);
  EXPECT_EQ(recalled.read, 1u);
  EXPECT_EQ(recalled.skipped, 2u);
  const TaskGraph& graph = recalled.expansion.graph;
  const TaskId target = recalled.expansion.targets[0];
  EXPECT_EQ(graph.group[target.index], graph.recalled);
  EXPECT_EQ(graph.key(target), chain.key());
  EXPECT_EQ(graph.name(target), chain.name());
  EXPECT_TRUE(graph.inputs_of(target).empty());
}

TEST(Recall, LeavesUnitsOfWhatWasKeptWithoutAKey) {
  const auto first = delayed<increment>(1);
  const auto second = delayed<increment>(first);
  const Recall recalled = recall(expanded(second), read_kernel(), [&](const Key& key, const Kernel&) {
    return key == first.key() ? std::optional(bytes_of(0)) : std::nullopt;
  });
  const Plan plan =
      make_plan(recalled.expansion.graph, recalled.expansion.targets, {.fuse = false, .keys = true});
  EXPECT_EQ(plan.key, (std::vector<Key>{Key{}, second.key()}));
}

}  // namespace
}  // namespace bask
