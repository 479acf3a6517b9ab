// aggregates.hpp: what bags are reduced to, each as a class that takes elements and partial results in the
// order of the bag.
// Runs on: the rank that runs the task. Threads: each object belongs to one.
#pragma once

#include <bask/collections/bag/pass.hpp>
#include <bask/core/error.hpp>

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace bask::bags {

[[noreturn]] void refuse_empty(const char* function, const char* fix);

template <class T>
class Count {
 public:
  using Element = T;
  explicit Count(StepValues&) {}
  void add(const T&) { ++count_; }
  void merge(std::int64_t partial) { count_ += partial; }
  std::int64_t partial() const { return count_; }
  std::int64_t result() const { return count_; }

 private:
  std::int64_t count_ = 0;
};

/// The type of sums: 64 bits for bool and integers, double for floats, else the same type.
template <class T>
struct SumType : std::type_identity<T> {};
template <std::floating_point T>
requires(sizeof(T) < sizeof(double)) struct SumType<T> : std::type_identity<double> {
};
template <std::integral T>
struct SumType<T> : std::type_identity<std::conditional_t<std::is_unsigned_v<T> && !std::is_same_v<T, bool>,
                                                          std::uint64_t, std::int64_t>> {};
template <class T>
using SumOf = typename SumType<T>::type;

template <class T>
class Sum {
 public:
  using Element = T;
  using S = SumOf<T>;
  explicit Sum(StepValues&) {}
  void add(const T& element) { merge(static_cast<S>(element)); }
  void merge(S partial) { sum_ = static_cast<S>(std::move(sum_) + std::move(partial)); }
  S partial() { return std::move(sum_); }
  S result() { return std::move(sum_); }

 private:
  S sum_{};
};

/// Number, mean and sum of squared deviations, of the whole from those of parts (Chan, Golub and LeVeque
/// 1983).
struct Moments {
  double count = 0, mean = 0, squares = 0;
};

template <class T>
class MomentsOf {
 public:
  using Element = T;
  explicit MomentsOf(StepValues&) {}
  void add(const T& element) {
    const auto x = static_cast<double>(element);
    const double from_mean = x - moments_.mean;
    moments_.count += 1;
    moments_.mean += from_mean / moments_.count;
    moments_.squares += from_mean * (x - moments_.mean);
  }
  void merge(const Moments& more) {
    if (more.count == 0) return;
    const double count = moments_.count + more.count, between = more.mean - moments_.mean;
    moments_.squares += more.squares + between * between * (moments_.count * more.count / count);
    moments_.mean += between * (more.count / count);
    moments_.count = count;
  }
  Moments partial() const { return moments_; }
  Moments result() const { return moments_; }

 private:
  Moments moments_;
};

/// Variance with `ddof` degrees of freedom less than elements; its root where wanted.
double variance(const Moments& moments, std::int64_t ddof, bool root);

/// A sum and how many elements it has.
struct SumAndCount {
  double sum = 0, count = 0;
};
template <class T>
class Mean {
 public:
  using Element = T;
  explicit Mean(StepValues&) {}
  void add(const T& element) {
    total_.sum += static_cast<double>(element);
    total_.count += 1;
  }
  void merge(const SumAndCount& more) {
    total_.sum += more.sum;
    total_.count += more.count;
  }
  SumAndCount partial() const { return total_; }
  double result() const {
    if (total_.count == 0) refuse_empty("mean", "ask for the count first");
    return total_.sum / total_.count;
  }

 private:
  SumAndCount total_;
};

/// The least element, or the greatest; of equal ones the first.
template <class T, bool kGreatest>
class Extreme {
 public:
  using Element = T;
  explicit Extreme(StepValues&) {}
  void add(const T& element) {
    if (!best_ || is_better(element)) best_ = element;
  }
  void merge(std::optional<T> partial) {
    if (partial && (!best_ || is_better(*partial))) best_ = std::move(partial);
  }
  std::optional<T> partial() { return std::move(best_); }
  T result() {
    if (!best_) refuse_empty(kGreatest ? "max" : "min", "use fold with an initial value");
    return std::move(*best_);
  }

 private:
  bool is_better(const T& element) const { return kGreatest ? *best_ < element : element < *best_; }
  std::optional<T> best_;
};

/// Whether any element is true, or all are.
template <class T, bool kAny>
class Truth {
 public:
  using Element = T;
  explicit Truth(StepValues&) {}
  void add(const T& element) { merge(static_cast<bool>(element)); }
  void merge(bool more) { truth_ = kAny ? truth_ || more : truth_ && more; }
  bool partial() const { return truth_; }
  bool result() const { return truth_; }

 private:
  bool truth_ = !kAny;
};

/// Where a fold begins, if the user says so, and how it goes on.
template <class T, class R, class Binop, class Combine, bool kInitial>
class Fold {
 public:
  using Element = T;
  explicit Fold(StepValues& values) : binop_(values), combine_(values) {
    if constexpr (kInitial) initial_ = &values.next<R>();
  }
  void add(const T& element) {
    if (value_) {
      value_ = static_cast<R>(binop_(std::move(*value_), element));
    } else if constexpr (kInitial) {
      value_ = static_cast<R>(binop_(R(*initial_), element));
    } else {
      value_ = static_cast<R>(element);
    }
  }
  void merge(std::optional<R> more) {
    if (!more) return;
    if (value_) {
      value_ = static_cast<R>(combine_(std::move(*value_), std::move(*more)));
    } else {
      value_ = std::move(more);
    }
  }
  std::optional<R> partial() { return std::move(value_); }
  R result() {
    if constexpr (kInitial) {
      if (!value_) return *initial_;
    } else if (!value_) {
      refuse_empty("fold", "give an initial value");
    }
    return std::move(*value_);
  }

 private:
  Binop binop_;
  Combine combine_;
  const R* initial_ = nullptr;
  std::optional<R> value_;
};

}  // namespace bask::bags
