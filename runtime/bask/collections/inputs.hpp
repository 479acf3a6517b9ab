// inputs.hpp: many results that a task reads, in place.
// Runs on: the rank that runs the task. Threads: valid in the call that it was made for.
#pragma once

#include <bask/graph/kernel.hpp>

#include <cstddef>
#include <iterator>
#include <span>

namespace bask {

/// The results that a task reads, in order, without copying them. A function that is called with a vector of
/// Delayed may take Inputs<T> as its parameter.
template <class T>
class Inputs {
 public:
  explicit Inputs(std::span<const Input> inputs) : inputs_(inputs) {}
  std::size_t size() const { return inputs_.size(); }
  bool empty() const { return inputs_.empty(); }
  const T& operator[](std::size_t index) const { return inputs_[index].value->template get<T>(); }

  class iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = T;
    using difference_type = std::ptrdiff_t;
    using pointer = const T*;
    using reference = const T&;
    iterator() = default;
    explicit iterator(const Input* input) : input_(input) {}
    const T& operator*() const { return input_->value->template get<T>(); }
    const T* operator->() const { return &**this; }
    iterator& operator++() {
      ++input_;
      return *this;
    }
    iterator operator++(int) { return iterator(input_++); }
    friend bool operator==(const iterator&, const iterator&) = default;

   private:
    const Input* input_ = nullptr;
  };
  iterator begin() const { return iterator(inputs_.data()); }
  iterator end() const { return iterator(inputs_.data() + inputs_.size()); }

 private:
  std::span<const Input> inputs_;
};

}  // namespace bask
