// to_array.hpp: bags of numbers as lazy arrays.
// Runs on: rank 0; blocks are made on the rank of their task. Threads: any.
#pragma once

#include <bask/collections/array/array.hpp>
#include <bask/collections/bag/transform.hpp>

#include <algorithm>

namespace bask {

namespace bags {

/// Makes a block of one axis of the elements.
template <class T>
class CollectBlock : public Sink {
 public:
  explicit CollectBlock(StepValues&) {}
  void expect(std::size_t count) override { elements_.reserve(count); }
  void take(const AnyBatch& batch) override { append(elements_, batch); }
  Block finish() {
    auto block = NdArray<T>::uninitialized({static_cast<std::int64_t>(elements_.size())});
    std::copy(elements_.begin(), elements_.end(), block.begin());
    return std::move(block).release();
  }

 private:
  std::vector<T> elements_;
};

/// An array of one axis, whose blocks are of unknown lengths.
ArrayPtr array_of_blocks(DType dtype, const Partitions& blocks);

}  // namespace bags

template <class T>
Array<T> Bag<T>::to_array() const {
  static_assert(Element<T>,
                "bask: arrays hold bool, integers, float, double and complex numbers of them: map the "
                "elements to numbers first");
  return Array<T>(bags::array_of_blocks(
      dtype_of<T>(), bags::add_pass(*pass(), "to_array", bags::PassKernel<bags::CollectBlock<T>>::sink())));
}

}  // namespace bask
