#include <bask/core/error.hpp>
#include <bask/graph/generated_layer.hpp>

#include <boost/core/demangle.hpp>

namespace bask {

void TaskWriter::refuse_own(std::uint32_t index) const {
  const std::string task = std::to_string(graph_.size() - first_of_slot_[0]);
  throw Error("tasks", "task " + task + " reads task " + std::to_string(index) + " of its own layer",
              kernel_.reads_own ? "read tasks with smaller indices only"
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

void TaskWriter::refuse_argument(const std::type_info* written) const {
  const std::string task = std::to_string(graph_.size() - first_of_slot_[0]);
  const auto name = [](const std::type_info* type) { return boost::core::demangle(type->name()); };
  throw Error("tasks",
              "task " + task + " was given " + (written == nullptr ? "no argument" : "a " + name(written)) +
                  ", and its function takes a " + name(kernel_.argument),
              "call argument() once for each task, with a value of exactly that type");
}

}  // namespace bask
