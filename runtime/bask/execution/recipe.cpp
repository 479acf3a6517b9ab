#include <bask/core/bytes.hpp>
#include <bask/core/error.hpp>
#include <bask/execution/recipe.hpp>
#include <bask/safety/task_error.hpp>

#include <algorithm>
#include <utility>

namespace bask {

std::shared_ptr<Value> copy_by_bytes(const Value& value) {
  ByteWriter writer;
  value.type()->encode(writer, value.object());
  ByteReader reader(writer.bytes());
  return std::make_shared<Value>(value.type()->decode(reader));
}

Recipe::Recipe(const Kernel& kernel, const std::byte* arguments, std::vector<Value*> inputs)
    : kernel_(kernel), inputs_(std::move(inputs)) {
  std::copy_n(arguments, arguments_.size(), arguments_.begin());
}

Value Recipe::make() const {
  std::vector<Input> inputs;
  for (Value* const value : inputs_) inputs.push_back({value, false});
  Value result;
  KernelCall call{arguments_.data(), inputs, result};
  try {
    kernel_.run(call);
  } catch (...) {
    throw Error("result of " + kernel_.name,
                "it had left memory, and could not be made again: " + describe_current_exception(),
                "raise --bask-memory-limit, and let nothing that it reads change while the program runs");
  }
  return result;
}

std::shared_ptr<const Recipe> Recipe::copy(Copies& copies) const {
  auto own = std::make_shared<Recipe>(*this);
  for (Value*& input : own->inputs_) {
    std::shared_ptr<Value>& known = copies[input];
    if (known == nullptr) known = copy_by_bytes(*input);
    own->own_inputs_.push_back(known);
    input = known.get();
  }
  return own;
}

}  // namespace bask
