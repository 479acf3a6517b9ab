// batch.hpp: elements on their way through a pass over a partition, in batches that stay in the first level
// of cache. Stages know the types of their own elements only, so that a chain costs the compiler one small
// class for each of its operations, and the processor one indirect call for each batch and operation. Runs
// on: the rank that runs the task. Threads: each object belongs to one.
#pragma once

#include <bask/core/value.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <utility>
#include <vector>

namespace bask::bags {

/// No batch has more elements.
inline constexpr std::size_t kBatch = 256;

/// Some elements of an array: data[chosen[i]], or data[i] where `chosen` is null, in order.
struct AnyBatch {
  const void* data;
  const std::uint16_t* chosen;
  std::size_t count;
  bool owned;  ///< whoever takes the batch may move from the elements
};

template <class T>
struct Batch : AnyBatch {
  explicit Batch(const AnyBatch& batch) : AnyBatch(batch) {}
  /// Calls visit(element, its index in the array) for each. Elements may be moved from where `owned`.
  template <class Visit>
  void each(Visit visit) const {
    T* const elements = const_cast<T*>(static_cast<const T*>(data));
    if (chosen != nullptr) {
      for (std::size_t i = 0; i < count; ++i) visit(elements[chosen[i]], chosen[i]);
    } else {
      for (std::size_t i = 0; i < count; ++i) visit(elements[i], static_cast<std::uint16_t>(i));
    }
  }
};

/// A stage of a pass, or what ends it.
class Receiver {
 public:
  Receiver() = default;
  virtual ~Receiver() = default;
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;

  /// The elements are gone when it returns.
  virtual void take(const AnyBatch& batch) = 0;
  /// How many elements will come, where that is known; before the first batch.
  virtual void expect(std::size_t) {}
  /// Whether no more elements are wanted.
  virtual bool full() const { return false; }
};

/// A stage that hands elements on.
class Stage : public Receiver {
 public:
  explicit Stage(Receiver& next) : next_(next) {}
  bool full() const override { return next_.full(); }

 protected:
  Receiver& next_;
};

/// What makes a result of the elements.
class Sink : public Receiver {
 public:
  virtual void finish_into(Value& result) = 0;
};

/// Hands the same elements to several receivers.
class Fork final : public Receiver {
 public:
  explicit Fork(std::vector<Receiver*> branches) : branches_(std::move(branches)) {}
  void expect(std::size_t count) override {
    for (Receiver* branch : branches_) branch->expect(count);
  }
  void take(const AnyBatch& batch) override {
    for (Receiver* branch : branches_) {
      AnyBatch own = batch;
      own.owned = batch.owned && branch == branches_.back();
      if (!branch->full()) branch->take(own);
    }
  }
  bool full() const override {
    return std::all_of(branches_.begin(), branches_.end(), [](const Receiver* to) { return to->full(); });
  }

 private:
  std::vector<Receiver*> branches_;
};

/// The elements that a stage makes.
template <class U>
class Buffer {
 public:
  static constexpr std::size_t kMostBytes = 1u << 16;
  static constexpr std::size_t kCapacity = std::clamp<std::size_t>(kMostBytes / sizeof(U), 1, kBatch);

  Buffer() = default;
  ~Buffer() { clear(); }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;

  bool is_full() const { return count_ == kCapacity; }
  /// Adds what `make()` returns, in place.
  template <class Make>
  void add(Make make) {
    ::new (static_cast<void*>(elements() + count_)) U(make());
    ++count_;
  }
  void hand_on(Receiver& next) {
    if (count_ != 0) next.take({elements(), nullptr, count_, true});
    clear();
  }

 private:
  struct Free {
    void operator()(std::byte* bytes) const { ::operator delete(bytes, std::align_val_t(alignof(U))); }
  };
  U* elements() { return reinterpret_cast<U*>(bytes_.get()); }
  void clear() {
    std::destroy_n(elements(), count_);
    count_ = 0;
  }
  std::unique_ptr<std::byte, Free> bytes_{
      static_cast<std::byte*>(::operator new(kCapacity * sizeof(U), std::align_val_t(alignof(U))))};
  std::size_t count_ = 0;
};

}  // namespace bask::bags
