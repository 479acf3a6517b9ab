// recipe_book.hpp: which results of a run can be made again, and how.
// Runs on: every rank. Threads: any.
// A recipe reads the program's own constants, or, where these have come from rank 0 as results do, copies
// that the book keeps of them: they are freed with their last reader, and the recipe is used later.
#pragma once

#include <bask/core/mutex.hpp>
#include <bask/execution/plan_store.hpp>
#include <bask/execution/recipe.hpp>
#include <bask/execution/result_store.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <unordered_map>

namespace bask {

class RecipeBook {
 public:
  /// Both must outlive the book.
  RecipeBook(const PlanStore& plan, const ResultStore& results) : plan_(plan), results_(results) {}

  /// The result at `position` has so many bytes, and was just made of these inputs. Returns whether of() may
  /// be called for it: it reads only constants that do not leave, and values of other ranks that are small
  /// beside it.
  bool add(std::uint32_t position, std::uint64_t bytes, std::span<const Input> inputs);
  /// The inputs live as long as the book.
  Recipe of(std::uint32_t position);

 private:
  bool keep(std::uint32_t import, const Input& input, std::uint64_t most_bytes);

  const PlanStore& plan_;
  const ResultStore& results_;
  Mutex mutex_;
  std::unordered_map<std::uint32_t, std::shared_ptr<Value>> imports_ BASK_GUARDED_BY(mutex_);  // by position
};

}  // namespace bask
