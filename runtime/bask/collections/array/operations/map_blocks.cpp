// The tasks that call a function of blocks.
#include <bask/collections/array/operations/block_mapping.hpp>

#include <utility>

namespace bask::lazy {

ArrayPtr map_blocks(PlannedBlocks planned, std::string name, DType dtype, AddTasks add, ReadPart read_part) {
  BlockMapping mapping = std::move(planned.mapping);
  mapping.result = dtype;
  std::vector<ArrayPtr> sources;
  std::vector<CalledOperation> operations;
  std::vector<std::uint32_t> first;  // source of each operand
  for (std::size_t k = 0; k < planned.nodes.size(); ++k) {
    Sourced sourced = expression_of(planned.nodes[k]);
    mapping.operands[k].expression = std::move(sourced.expression);
    first.push_back(static_cast<std::uint32_t>(sources.size()));
    sources.insert(sources.end(), sourced.sources.begin(), sourced.sources.end());
    operations.insert(operations.end(), sourced.operations.begin(), sourced.operations.end());
  }
  operations.push_back({name, UserCall::current()});
  mapping.lay_out();
  Chunks chunks = mapping.out;
  const auto lower = [mapping = std::move(mapping), first, name, list = list_of_calls(operations), add,
                      read_part](const std::vector<BlockRefs>& inputs) {
    BlockReads reads;
    std::vector<BlockReader> readers;
    for (const auto& operand : mapping.operands) readers.emplace_back(operand.expression);
    const std::uint32_t tasks = mapping.cut_grid.size();
    for (std::uint32_t task = 0; task < tasks; ++task) {
      for (std::size_t k = 0; k < mapping.operands.size(); ++k) {
        for (const SourceBlock& block : readers[k].blocks(mapping.region(k, task)))
          reads.read(first[k] + block.source, block.block);
      }
      reads.end_task();
    }
    BlockRefs refs = add(name, mapping, inputs, std::move(reads));
    refs.set_parts(read_part);
    refs.set_operations(list);
    return refs;
  };
  return ArrayNode::operation(name, dtype, std::move(chunks), std::move(sources), lower);
}

}  // namespace bask::lazy
