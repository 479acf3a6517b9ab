// reduce_steps.hpp: the first step of a reduction: one block is reduced, alone or together with other
// reductions of the same elements.
// Runs on: made on rank 0; blocks are reduced on the rank of their task. Threads: any; plain data.
#pragma once

#include <bask/collections/array/block/shared_work.hpp>
#include <bask/collections/array/operations/reduce.hpp>
#include <bask/collections/array/operations/reduce_sinks.hpp>
#include <bask/core/archive.hpp>
#include <boost/serialization/string.hpp>
#include <boost/serialization/vector.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace bask {

/// The description that all tasks of a step of a reduction share.
struct Reducing {
  Expression expression{};              // of the first step
  std::vector<std::uint8_t> reduced{};  // per axis: whether it is reduced
  ReduceRules rules{};
  bool keepdims = false;
  bool whole_index = false;  // indices count in the ravelled array, else along the one axis
  bool ends = false;         // the tasks give results, not states
  std::string where{};       // the beginning of messages
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& expression& reduced& rules& keepdims& whole_index& ends& where;
  }
};

/// One reduction of one block: strips of its pieces go in, a state or a result comes out.
class BlockReduction {
 public:
  /// Refers to `how` and `region`. `shape`: of the whole array.
  BlockReduction(const Reducing& how, const Region& region, const Shape& shape);
  /// The places for each_strip: where strips lie among the kept elements and, for places of extrema, which
  /// indices they have.
  const std::vector<Shape>& streams() const { return streams_; }
  void begin(const Region& piece);
  void take(const Strip& strip) { sink_.take(strip, place_, index_); }
  void end() { sink_.close(); }
  Block result();

 private:
  const Reducing& how_;
  const Region& region_;
  Shape ones_;  // of the state: reduced axes have length 1
  std::vector<Shape> streams_;
  ReduceSink sink_;
  std::int64_t place_ = 0, index_ = 0;  // of the piece
};

/// The first step as work to share: one pass does it together with the first steps of other reductions of the
/// same elements, or of elements that light operations make of them (casts, squares, filling in for NaN).
/// Each result has the same bits as alone, because strips go into it in the same order. When the reductions
/// are over different axes, computed elements are held for the length of a piece.
std::shared_ptr<const SharedWork> shared_first_step(const Reducing& how);

}  // namespace bask
