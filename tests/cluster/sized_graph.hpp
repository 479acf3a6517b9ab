// sized_graph.hpp: random graphs of tasks that make vectors of known sizes, as the tasks of arrays do, with
// the values that they should have and the memory that they need; the same at every run.
#pragma once

#include <bask/collections/compute.hpp>
#include <bask/graph/kernel.hpp>
#include <bask/graph/task_graph.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <random>
#include <set>
#include <span>
#include <string>
#include <thread>
#include <vector>

namespace bask {

class SizedGraph {
 public:
  using Numbers = std::vector<double>;

  /// Two layers; the second one reads what the first one makes, too.
  explicit SizedGraph(unsigned seed) : random_(seed) {
    most_elements_ = 1u << (4 + below(10));  // up to 64 KiB
    window_ = 1 + below(25);
    first_size_ = 3 + below(40);
    const std::uint32_t size = first_size_ + 3 + below(40);
    for (std::uint32_t number = 0; number < size; ++number) add_task(number);
    for (std::uint32_t number = 0; number < first_size_; ++number)
      if (below(3) == 0) persisted_.push_back(number);
    is_persisting_ = below(2) == 0;
    for (std::uint32_t number = size - 3; number < size; ++number) last_.push_back(number);
  }

  /// Computes the last results. Some of the first layer's are persisted before, in some of the graphs.
  std::string computed() const {
    std::vector<TaskRef> handles = handles_of(new OfLayer(*this, 0, first_size_, {}));
    if (is_persisting_) {
      std::vector<Delayed<Numbers>> some;
      for (const std::uint32_t number : persisted_) some.push_back(Delayed<Numbers>(handles[number]));
      some = persist(some);
      for (std::size_t i = 0; i < some.size(); ++i) handles[persisted_[i]] = some[i].ref();
    }
    const auto size = static_cast<std::uint32_t>(tasks_.size());
    const std::vector<TaskRef> later = handles_of(new OfLayer(*this, first_size_, size, std::move(handles)));
    std::vector<Delayed<Numbers>> wanted;
    for (const std::uint32_t number : last_) wanted.push_back(Delayed<Numbers>(later[number - first_size_]));
    return shown(compute(wanted));
  }
  std::string expected() const {
    std::vector<Numbers> values;
    for (std::uint32_t number = 0; number < tasks_.size(); ++number) {
      std::vector<const Numbers*> inputs;
      for (const std::uint32_t input : tasks_[number].inputs) inputs.push_back(&values[input]);
      values.push_back(mixed({number, tasks_[number].elements}, inputs));
    }
    return shown({values.end() - static_cast<std::ptrdiff_t>(last_.size()), values.end()});
  }
  /// The bytes of the largest task that is needed, with its inputs; or of all that is asked for together.
  std::uint64_t need() const {
    std::uint64_t most = 0, wanted = 0;
    for (const std::uint32_t number : needed()) {
      std::uint64_t bytes = bytes_of(tasks_[number]);
      const std::vector<std::uint32_t>& inputs = tasks_[number].inputs;
      for (const std::uint32_t input : std::set<std::uint32_t>(inputs.begin(), inputs.end()))
        bytes += bytes_of(tasks_[input]);
      most = std::max(most, bytes);
    }
    for (const std::uint32_t number : last_) wanted += bytes_of(tasks_[number]);
    return std::max(most, wanted);
  }
  std::uint64_t largest() const {
    std::uint64_t most = 0;
    for (const Task& task : tasks_) most = std::max(most, bytes_of(task));
    return most;
  }

  /// Whether it is computed in one go.
  bool is_one_computation() const { return !is_persisting_; }

  static inline std::atomic<std::uint64_t> executions{0};  ///< of tasks, on all ranks
  static inline std::atomic<bool> slow{false};             ///< tasks take long enough to be worth stealing

 private:
  struct Task {
    std::vector<std::uint32_t> inputs;
    std::uint32_t elements;
  };
  struct Call {
    std::uint32_t number, elements;
  };

  // The tasks from `begin` to `end`, which may read those of an earlier layer through `before`.
  class OfLayer final : public Layer {
   public:
    OfLayer(const SizedGraph& graph, std::uint32_t begin, std::uint32_t end, std::vector<TaskRef> before)
        : Layer(next_sequence()),
          begin_(begin),
          tasks_(graph.tasks_.begin() + begin, graph.tasks_.begin() + end),
          before_(std::move(before)) {
      for (const TaskRef& ref : before_) inputs_.push_back(ref.layer);
    }
    std::uint32_t size() const override { return static_cast<std::uint32_t>(tasks_.size()); }
    Key key(std::uint32_t index) const override { return hash_member(content_key(), index); }
    Key content_key() const override { return hash_member(Key{}, static_cast<std::uint32_t>(sequence())); }
    std::string label(std::uint32_t) const override { return "mix"; }
    void expand(TaskGraph& graph, std::span<const std::uint32_t> first_of_slot) const override {
      const std::uint32_t group = graph.group_for("mix", &KernelRegistry::instance()[kernel]);
      std::vector<float> bytes;
      for (std::uint32_t index = 0; index < size(); ++index) {
        for (const std::uint32_t input : tasks_[index].inputs) {
          const bool is_own = input >= begin_;
          graph.add_input(
              {is_own ? first_of_slot[0] + input - begin_ : first_of_slot[input + 1] + before_[input].index});
        }
        const Call call{begin_ + index, tasks_[index].elements};
        graph.add_arguments(&call, sizeof(call));
        graph.end_task(group);
        bytes.push_back(static_cast<float>(bytes_of(tasks_[index])));
      }
      graph.size_from(first_of_slot[0], bytes);
    }

   private:
    const std::uint32_t begin_;
    const std::vector<Task> tasks_;
    const std::vector<TaskRef> before_;
  };

  static std::vector<TaskRef> handles_of(Layer* made) {
    const LayerPtr layer(made);
    std::vector<TaskRef> handles;
    for (std::uint32_t index = 0; index < layer->size(); ++index) handles.push_back({layer, index});
    return handles;
  }

  std::set<std::uint32_t> needed() const {
    std::set<std::uint32_t> needed(last_.begin(), last_.end());
    if (is_persisting_) needed.insert(persisted_.begin(), persisted_.end());
    for (auto number = needed.rbegin(); number != needed.rend(); ++number)
      needed.insert(tasks_[*number].inputs.begin(), tasks_[*number].inputs.end());
    return needed;
  }

  static std::uint64_t bytes_of(const Task& task) { return std::uint64_t{8} * task.elements; }
  static std::uint64_t digest(const Numbers& numbers) {
    return hash_bytes(std::as_bytes(std::span(numbers))).low;
  }
  static Numbers mixed(const Call& call, std::span<const Numbers* const> inputs) {
    std::uint64_t sum = call.number;
    for (const Numbers* input : inputs) sum = 31 * sum + digest(*input);
    Numbers numbers(call.elements);
    std::iota(numbers.begin(), numbers.end(), static_cast<double>(sum % 100'000));
    return numbers;
  }
  static void run(KernelCall& call) {
    ++executions;
    if (slow) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    Call arguments;
    std::memcpy(&arguments, call.arguments, sizeof(arguments));
    std::vector<const Numbers*> inputs;
    for (const Input& input : call.inputs) inputs.push_back(&input.value->get<Numbers>());
    call.result.emplace<Numbers>(mixed(arguments, inputs));
  }
  static inline const KernelId kernel =
      KernelRegistry::instance().add("mix", typeid(Numbers(Call)).name(), &run, &value_type_of<Numbers>);

  std::uint32_t below(std::uint32_t end) { return static_cast<std::uint32_t>(random_() % end); }
  void add_task(std::uint32_t number) {
    constexpr std::uint32_t kLeast = 8;  // 64 bytes: what malloc adds to smaller ones counts
    Task task{{}, kLeast + below(most_elements_)};
    for (std::uint32_t inputs = number == 0 ? 0 : below(5); inputs != 0; --inputs)
      task.inputs.push_back(number - 1 - below(std::min(number, window_)));
    tasks_.push_back(std::move(task));
  }
  static std::string shown(const std::vector<Numbers>& values) {
    std::string text;
    for (const Numbers& numbers : values)
      text += std::to_string(numbers.size()) + ':' + std::to_string(digest(numbers)) + ' ';
    return text;
  }

  std::mt19937 random_;
  std::uint32_t most_elements_, window_, first_size_;
  std::vector<Task> tasks_;
  std::vector<std::uint32_t> persisted_, last_;
  bool is_persisting_;
};

}  // namespace bask
