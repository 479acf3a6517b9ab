#include <bask/execution/recipe_book.hpp>

#include <utility>
#include <vector>

namespace bask {
namespace {

constexpr std::uint64_t kSmallBeside = 16;  // an input of the sixteenth part of the result, or less

}  // namespace

bool RecipeBook::add(std::uint32_t position, std::uint64_t bytes, std::span<const Input> inputs) {
  const std::span<const Source> sources = plan_->inputs_of(position);
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const std::uint32_t index = sources[i].index();
    const bool stays = sources[i].is_constant()
                           ? results_.place_of_constant(index) == kNoIndex
                           : index >= plan_->tasks() && keep(index, inputs[i], bytes / kSmallBeside);
    if (!stays) return false;
  }
  return true;
}

// What the task may have moved from is not looked at.
bool RecipeBook::keep(std::uint32_t import, const Input& input, std::uint64_t most_bytes) {
  const Held held(mutex_);
  if (imports_.contains(import)) return true;
  if (input.last_use || input.value->heap_bytes() > most_bytes) return false;
  imports_.emplace(import, copy_by_bytes(*input.value));
  return true;
}

Recipe RecipeBook::of(std::uint32_t position) {
  std::vector<Value*> inputs;
  const Held held(mutex_);
  for (const Source source : plan_->inputs_of(position)) {
    inputs.push_back(source.is_constant() ? results_.constant(source.index())
                                          : imports_.at(source.index()).get());
  }
  return {*plan_->groups[plan_->group[position]].kernel, plan_->arguments + plan_->argument_begin[position],
          std::move(inputs)};
}

}  // namespace bask
