#include <bask/collections/bag/transform.hpp>

namespace bask::bags {

PassPtr plain_pass(const Partitions& partitions, Step feed, const std::string& name) {
  auto inputs = std::make_shared<TaskInputs>();
  inputs->sources = {partitions};
  inputs->tasks = partitions.size();
  Pass pass{std::move(inputs), std::move(feed)};
  if (!name.empty()) pass.names.push_back(name);
  pass.is_plain = true;
  pass.annotations = Annotations();  // the tasks that make the partitions have theirs
  return std::make_shared<const Pass>(std::move(pass));
}

TaskInputs repartitioned(const Partitions& partitions, const PartitionOptions& options) {
  if (!options.partitions || options.partition_size) {
    throw Error("bag::repartition", "it takes a number of partitions",
                "say repartition({.partitions = n}); sizes are not known before the bag is computed");
  }
  const std::uint64_t before = partitions.size(), after = *options.partitions;
  if (after == 0) {
    throw Error("bag::repartition", "a bag cannot be put into 0 partitions", "ask for one at least");
  }
  TaskInputs inputs{.sources = {partitions}, .tasks = *options.partitions};
  const auto cut = [](std::uint64_t k, std::uint64_t of, std::uint64_t into) { return k * of / into; };
  if (after <= before || before == 0) {
    for (std::uint64_t task = 0; task < after; ++task) {
      for (std::uint64_t k = cut(task, before, after); k < cut(task + 1, before, after); ++k)
        inputs.reads.add(0, static_cast<std::uint32_t>(k));
      inputs.reads.end_task();
    }
    return inputs;
  }
  for (std::uint64_t k = 0; k < before; ++k) {
    const std::uint64_t parts = cut(k + 1, after, before) - cut(k, after, before);
    for (std::uint64_t part = 0; part < parts; ++part) {
      inputs.reads.add(0, static_cast<std::uint32_t>(k));
      inputs.reads.end_task();
      inputs.words.insert(inputs.words.end(), {part, parts});
    }
  }
  return inputs;
}

TaskInputs crossed(const Partitions& first, const Partitions& second) {
  TaskInputs inputs{.sources = {first, second}};
  if (std::uint64_t{first.size()} * second.size() >= ~std::uint32_t{0}) {
    throw Error(
        "bag::product",
        std::to_string(first.size()) + " times " + std::to_string(second.size()) + " partitions are too many",
        "repartition the bags before");
  }
  for (std::uint32_t a = 0; a < first.size(); ++a) {
    for (std::uint32_t b = 0; b < second.size(); ++b) {
      inputs.reads.add(0, a);
      inputs.reads.add(1, b);
      inputs.reads.end_task();
    }
  }
  inputs.tasks = inputs.reads.tasks();
  return inputs;
}

TaskInputs after_each_other(const Partitions& partitions, const Partitions* before) {
  TaskInputs inputs{.sources = {partitions}, .tasks = partitions.size()};
  if (before != nullptr) inputs.sources.push_back(*before);
  for (std::uint32_t task = 0; task < partitions.size(); ++task) {
    if (task != 0) inputs.reads.add(before != nullptr ? 1 : Reads::kOwn, task - 1);
    inputs.reads.add(0, task);
    inputs.reads.end_task();
    inputs.words.push_back(task != 0 ? 1 : 0);
  }
  return inputs;
}

void check_probability(double probability) {
  if (!(probability >= 0 && probability <= 1)) {
    throw Error("bag::random_sample", "the probability is " + std::to_string(probability),
                "use one from 0 to 1");
  }
}

}  // namespace bask::bags
