#include <bask/core/error.hpp>
#include <bask/graph/generated_layer.hpp>

namespace bask {

void TaskWriter::refuse_own(std::uint32_t index) const {
  const std::string task = std::to_string(graph_.size() - first_of_slot_[0]);
  throw Error("tasks", "task " + task + " reads task " + std::to_string(index) + " of its own layer",
              reads_own_ ? "read tasks with smaller indices only"
                         : "its function does not take Inputs of its own result's type");
}

void TaskWriter::refuse(std::uint32_t layer, std::uint32_t index) const {
  const std::string task = std::to_string(graph_.size() - first_of_slot_[0]);
  const std::string what = "task " + task + " reads task " + std::to_string(index) + " of input " +
                           std::to_string(layer) + ", which ";
  if (layer >= sizes_.size()) {
    throw Error("tasks", what + "is not there", "give the layer that it reads to bask::tasks");
  }
  throw Error("tasks", what + "has " + std::to_string(sizes_[layer]) + " tasks", "read one that it has");
}

void refuse_argument(const LayerKernel& kernel, const std::string& name, std::size_t written_bytes) {
  throw Error("tasks",
              "a task of '" + name + "' was given " + std::to_string(written_bytes) +
                  " bytes of arguments, and its function takes " + std::to_string(kernel.argument_bytes),
              "call argument() once, with a value of exactly the type that the function takes first");
}

}  // namespace bask
