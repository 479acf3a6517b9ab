// delayed.hpp: lazy calls of ordinary functions, as `dask.delayed` has them.
// Runs on: rank 0.
// Threads: any may make, copy and drop Delayeds. A thread may use the Delayeds of another one as soon as that
// one has computed something, which closes its open layer.
//
//   auto x = bask::delayed<increment>(1);
//   auto y = bask::delayed([](int a, int b) { return a * b; })(x, 10);
//   auto z = x + y;                       // still nothing runs
//   int result = z.compute();             // now it does
#pragma once

#include <bask/collections/call.hpp>
#include <bask/graph/runtime.hpp>

#include <ostream>
#include <string>

namespace bask {

/// The result of a task that has not run yet. T must be Serializable, or void. Size: 16 bytes. Copies share
/// the task.
template <class T>
class Delayed {
 public:
  /// The type that arrives in a task: std::monostate for a Delayed<void>.
  using value_type = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

  /// An empty Delayed, as containers need it, to be assigned to. Using it before that throws Error.
  Delayed() = default;
  explicit Delayed(TaskRef ref) : ref_(std::move(ref)) {}
  Delayed(const Delayed&) = default;
  Delayed(Delayed&&) noexcept = default;
  Delayed& operator=(const Delayed&) & = default;
  Delayed& operator=(Delayed&&) & noexcept = default;
  /// Refused: d[0] = x would change a temporary.
  template <class U>
  void operator=(const U&) && {
    static_assert(
        sizeof(U) == 0,
        "bask: a part of a Delayed cannot be assigned to: results never change. Make a new value in "
        "a task that takes this one");
  }

  /// Runs all that is needed and returns the value. Throws: TaskError when a task throws.
  T compute() const;
  /// Runs all that is needed now. The result is kept while the returned Delayed lives.
  Delayed persist() const;
  /// The same value, which goes to the journal of --bask-checkpoint once it is computed, whatever its size.
  Delayed checkpoint() const requires(!std::is_void_v<T>);
  /// Draws the graph into a file: .svg, .png, .pdf or .dot.
  void visualize(const std::string& path = "graph.svg") const;

  /// A part of the value: `get<1>()` of a tuple, pair or array, `get<&Point::x>()` of a structure.
  template <auto Part>
  auto get() const;
  /// The result of a const member function: `call<&Point::norm>(2.0)`.
  template <auto Method, class... As>
  auto call(const As&... arguments) const;

  Key key() const { return ref().layer->key(ref_.index); }
  /// As messages and pictures show the task: "increment-7f3a09c1".
  std::string name() const { return short_name(ref().layer->label(ref_.index), key()); }
  const TaskRef& ref() const {
    if (ref_.layer == nullptr) refuse_empty();
    return ref_;
  }

  /// An element of a delayed container, by an index, a key or a Delayed of one.
  template <class Index>
  auto operator[](const Index& index) const;

  template <class U = T>
  explicit operator bool() const {
    static_assert(sizeof(Delayed<U>) == 0,
                  "bask: whether a Delayed is true is not known before compute(): decide inside a task, or "
                  "compute it first");
    return false;
  }

 private:
  [[noreturn]] static void refuse_empty() {
    throw Error("delayed", "an empty Delayed is used", "assign one that bask::delayed has made");
  }
  TaskRef ref_;
};

template <class T>
std::ostream& operator<<(std::ostream& out, const Delayed<T>& delayed) {
  return out << "Delayed('" << delayed.name() << "')";
}

namespace arguments {

template <class V>
struct Gather {
  static constexpr const char* kName = "gather";
  V operator()(V gathered) const { return gathered; }
};

}  // namespace arguments

/// Adds a task that calls F with the arguments: values, Delayeds, and containers or tuples of them.
template <auto F, class... As>
requires(!(std::is_same_v<std::remove_cvref_t<As>, DelayedOptions> ||
           ...)) auto delayed(const As&... arguments) {
  static const DelayedOptions plain;
  return arguments::add_call<FunctionCallee<F>, std::decay_t<const As&>...>(plain, arguments...);
}

/// F made lazy: `delayed<load>({.name = "load-7", .retries = 2})("file.h5")`.
template <auto F>
DelayedFunction<FunctionCallee<F>> delayed(DelayedOptions options) {
  return DelayedFunction<FunctionCallee<F>>(std::move(options));
}

/// A captureless lambda or a function object made lazy: `delayed(lambda)(x, y)`.
template <FunctionObject F>
auto delayed(const F& function, DelayedOptions options = {}) {
  static_assert(std::is_default_constructible_v<F> && (CapturelessFunctionObject<F> || Serializable<F>),
                "bask::delayed: a lambda that captures cannot go to another rank. Pass what it captures as "
                "an argument: "
                "bask::delayed([](int x, int y) { ... })(x, y). A function object needs a default "
                "constructor, and to be "
                "trivially copyable or to have a Boost.Serialization `serialize` member");
  if constexpr (CapturelessFunctionObject<F>) {
    return DelayedFunction<ObjectCallee<F>>(std::move(options));
  } else {
    return DelayedObject<F>(function, std::move(options));
  }
}

template <class T>
Delayed<T> Delayed<T>::checkpoint() const requires(!std::is_void_v<T>) {
  // Gather takes its argument by value, so the value is moved when no other task reads it.
  const DelayedOptions kept{.name = "checkpoint", .pure = true, .checkpoint = true};
  return arguments::add_call<ObjectCallee<arguments::Gather<value_type>>>(kept, *this);
}

/// A value made lazy, stored once however many tasks use it. A container or tuple that holds Delayeds becomes
/// one Delayed of the same with values in their place.
template <class A>
requires(!FunctionObject<A>) auto delayed(const A& value) {
  using namespace arguments;
  using Plain = std::decay_t<const A&>;
  static_assert(!std::is_function_v<A> && !std::is_function_v<std::remove_pointer_t<Plain>>,
                "bask::delayed: pass a function as a template argument: bask::delayed<f>(x), not "
                "bask::delayed(f)(x). Only so "
                "do all ranks know which function it is");
  if constexpr (is_delayed<Plain>) {
    return value;
  } else if constexpr (ContainsDelayed<Plain>) {
    return add_call<ObjectCallee<Gather<ValueOf<Plain>>>, Plain>(DelayedOptions{.pure = true}, value);
  } else {
    using V = ValueOf<Plain>;
    if constexpr (std::is_same_v<V, A>) {
      return Delayed<V>(CallPacker::stored_constant(value));
    } else {
      return Delayed<V>(CallPacker::stored_constant(V(value)));
    }
  }
}

namespace arguments {

struct GetItem {
  static constexpr const char* kName = "getitem";
  auto operator()(const auto& whole, const auto& index) const { return whole.at(index); }
};

template <auto Part>
struct GetPart {
  static constexpr const char* kName = "get";
  auto operator()(const auto& whole) const {
    if constexpr (std::is_member_pointer_v<decltype(Part)>) {
      return std::invoke(Part, whole);
    } else {
      return std::get<static_cast<std::size_t>(Part)>(whole);
    }
  }
};

}  // namespace arguments

template <class T>
template <auto Part>
auto Delayed<T>::get() const {
  return arguments::add_call<ObjectCallee<arguments::GetPart<Part>>, Delayed>(DelayedOptions{.pure = true},
                                                                              *this);
}

template <class T>
template <class Index>
auto Delayed<T>::operator[](const Index& index) const {
  return arguments::add_call<ObjectCallee<arguments::GetItem>, Delayed, std::decay_t<const Index&>>(
      DelayedOptions{.pure = true}, *this, index);
}

template <class T>
template <auto Method, class... As>
auto Delayed<T>::call(const As&... arguments) const {
  return arguments::add_call<FunctionCallee<Method>, Delayed, std::decay_t<const As&>...>(
      DelayedOptions{}, *this, arguments...);
}

}  // namespace bask

#include <bask/collections/compute.hpp>
#include <bask/collections/operators.hpp>
