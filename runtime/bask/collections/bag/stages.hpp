// stages.hpp: the operations on elements that fuse into one pass: map, filter, flatten, random_sample.
// Runs on: the rank that runs the task. Threads: each object belongs to one.
#pragma once

#include <bask/collections/bag/batch.hpp>
#include <bask/collections/bag/function.hpp>

#include <array>
#include <cmath>
#include <tuple>

namespace bask::bags {

/// Calls the function with each element.
template <class F, class T>
class MapStage final : public Stage {
 public:
  using Made = Returned<F, const T&>;
  MapStage(StepValues& values, Receiver& next, std::uint64_t) : Stage(next), function_(values) {}
  void expect(std::size_t count) override { next_.expect(count); }
  void take(const AnyBatch& batch) override {
    Batch<T>(batch).each([&](T& element, std::uint16_t) {
      made_.add([&]() -> decltype(auto) {
        if constexpr (F::template kTakesOwn<T>) {
          if (batch.owned) return Made(function_(std::move(element)));
          return Made(function_(std::as_const(element)));
        } else {
          return function_(std::as_const(element));
        }
      });
      if constexpr (Buffer<Made>::kCapacity < kBatch) {
        if (made_.is_full()) made_.hand_on(next_);
      }
    });
    made_.hand_on(next_);
  }

 private:
  F function_;
  Buffer<Made> made_;
};

/// The same with the parts of each element as arguments.
template <class F>
struct Spread : F {
  using F::F;
  template <class T>
  static constexpr bool kTakesOwn = false;
  template <class Tuple>
  decltype(auto) operator()(const Tuple& parts) const {
    return std::apply(static_cast<const F&>(*this), parts);
  }
};

/// Lets those elements through for which the predicate says `kWanted`. Nothing is copied.
template <class F, class T, bool kWanted>
class FilterStage final : public Stage {
 public:
  FilterStage(StepValues& values, Receiver& next, std::uint64_t) : Stage(next), predicate_(values) {}
  void take(const AnyBatch& batch) override {
    std::size_t count = 0;
    Batch<T>(batch).each([&](T& element, std::uint16_t index) {
      chosen_[count] = index;
      count += static_cast<bool>(predicate_(std::as_const(element))) == kWanted ? 1 : 0;
    });
    if (count != 0) next_.take({batch.data, chosen_.data(), count, batch.owned});
  }

 private:
  F predicate_;
  std::array<std::uint16_t, kBatch> chosen_;
};

/// The type of the elements of a list, as they may lie in a bag: those of a map with keys that can be moved.
template <class T>
struct Plain : std::type_identity<T> {};
template <class K, class V>
struct Plain<std::pair<const K, V>> : std::type_identity<std::pair<K, V>> {};
template <class List>
using ElementOf = typename Plain<typename List::value_type>::type;

/// Hands on the elements of each element.
template <class T>
class FlattenStage final : public Stage {
 public:
  using Made = ElementOf<T>;
  FlattenStage(StepValues&, Receiver& next, std::uint64_t) : Stage(next) {}
  void take(const AnyBatch& batch) override {
    Batch<T>(batch).each([&](T& list, std::uint16_t) {
      for (auto&& element : list) {
        made_.add([&]() -> Made {
          if (batch.owned) return std::move(element);
          return element;
        });
        if (made_.is_full()) made_.hand_on(next_);
      }
    });
    made_.hand_on(next_);
  }

 private:
  Buffer<Made> made_;
};

/// Lets each element through with a probability. Which ones is a function of the seed, the partition's number
/// and the element's place in it.
template <class T>
class SampleStage final : public Stage {
 public:
  SampleStage(StepValues& values, Receiver& next, std::uint64_t task) : Stage(next) {
    const double probability = values.next<double>();
    // 2^53 equal steps from 0 to 1, of which `below_` say yes.
    below_ = static_cast<std::uint64_t>(std::ceil(std::ldexp(probability, kBits)));
    state_ = mixed(values.next<std::uint64_t>()) ^ mixed(~task);
  }
  void take(const AnyBatch& batch) override {
    std::size_t count = 0;
    Batch<T>(batch).each([&](T&, std::uint16_t index) {
      chosen_[count] = index;
      count += mixed(state_ += 0x9e3779b97f4a7c15u) >> (64 - kBits) < below_ ? 1 : 0;
    });
    if (count != 0) next_.take({batch.data, chosen_.data(), count, batch.owned});
  }

 private:
  static constexpr int kBits = 53;
  // The output function of SplitMix64 (Steele, Lea and Flood 2014).
  static std::uint64_t mixed(std::uint64_t x) {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
  }
  std::uint64_t below_, state_;
  std::array<std::uint16_t, kBatch> chosen_;
};

}  // namespace bask::bags
