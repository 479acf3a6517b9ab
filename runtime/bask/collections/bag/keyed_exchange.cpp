#include <bask/collections/bag/keyed_exchange.hpp>

#include <cstring>
#include <string>

namespace bask::bags {

Parts parts_of(std::span<const ByteWriter> writers) {
  std::vector<std::uint64_t> sizes;
  for (const ByteWriter& writer : writers) sizes.push_back(writer.size());
  PartsBuilder builder(std::move(sizes));
  for (std::uint32_t part = 0; part < writers.size(); ++part) {
    const std::span<const std::byte> bytes = writers[part].bytes();
    if (!bytes.empty()) std::memcpy(builder.part(part).data(), bytes.data(), bytes.size());
  }
  return std::move(builder).finish();
}

TaskInputs all_parts_of(std::vector<Partitions> sources, std::uint32_t partitions) {
  TaskInputs inputs{.sources = std::move(sources), .tasks = partitions, .reads_parts = true};
  for (std::uint32_t task = 0; task < partitions; ++task) {
    for (std::uint32_t source = 0; source < inputs.sources.size(); ++source)
      for (std::uint32_t partition = 0; partition < inputs.sources[source].size(); ++partition)
        inputs.reads.add(source, partition);
    inputs.reads.end_task();
  }
  return inputs;
}

std::uint32_t partitions_asked(const PartitionOptions& options, std::uint32_t otherwise,
                               const char* function) {
  if (options.partition_size) {
    throw Error(function, "how many elements a partition gets depends on their keys",
                "say how many partitions there are to be: {.partitions = 16}");
  }
  const std::uint32_t partitions = options.partitions.value_or(std::max(otherwise, 1u));
  if (partitions == 0) throw Error(function, "there are to be no partitions", "ask for one or more");
  return partitions;
}

PartReader reader_of(const KernelCall& call, std::span<const Input> inputs) {
  std::uint64_t task;
  std::memcpy(&task, call.arguments, sizeof(task));
  std::vector<const Parts*> parts;
  for (const Input& input : inputs) parts.push_back(&input.value->get<Parts>());
  return PartReader(parts, static_cast<std::uint32_t>(task));
}

}  // namespace bask::bags
