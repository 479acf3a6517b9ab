// arrival.hpp: reads the arguments of a lazy call when its task runs.
// Runs on: the rank that runs the task. Threads: each object belongs to one.
#pragma once

#include <bask/collections/inputs.hpp>
#include <bask/collections/packing.hpp>

#include <limits>
#include <type_traits>
#include <utility>

namespace bask::arguments {

// An argument arrives in one of three forms: Ready, Held or HeldRange. Each has `pass<P>()`, which gives what
// a parameter of type P takes; `pass_untyped()`, for a parameter of unknown type; `take()`, a value for the
// caller to own.

template <class P, class V>
inline constexpr bool wants_own = !std::is_lvalue_reference_v<P> && std::is_same_v<std::remove_cvref_t<P>, V>;

/// What stands for a result that was not computed: a number that is none, where the type has one; else the
/// type's default. Throws: Error when it has none.
template <class V>
V unknown_value() {
  if constexpr (std::is_floating_point_v<V>) {
    return std::numeric_limits<V>::quiet_NaN();
  } else if constexpr (std::is_default_constructible_v<V>) {
    return V{};
  } else {
    throw Error("--bask-plan", "a result is of a type without a default, which nothing can stand for",
                "give the type a default constructor, or compute what the program does not look at");
  }
}

/// A value made for this call.
template <class V>
struct Ready {
  V value;
  template <class P>
  V&& pass() {
    return std::move(value);
  }
  V&& pass_untyped() { return std::move(value); }
  V take() { return std::move(value); }
};

/// A value that other tasks may read as well. take() moves from it at its last use, else copies it.
template <class V>
struct Held {
  Input input;
  const V& pass_untyped() const { return input.value->get<V>(); }
  V take() {
    if (input.last_use) return std::move(input.value->get_mutable<V>());
    if constexpr (std::is_copy_constructible_v<V>) {
      return pass_untyped();
    } else {
      throw Error("compute", "a value that cannot be copied is passed by value more than once",
                  "take it by const reference, or use it once, in a task without retries");
    }
  }
  template <class P>
  decltype(auto) pass() {
    if constexpr (wants_own<P, V> && !std::is_trivially_copyable_v<V>) {
      return take();
    } else {
      return pass_untyped();
    }
  }
};

/// Several values that other tasks may read as well.
template <class V>
struct HeldRange {
  std::span<const Input> inputs;
  std::vector<V> take() {
    std::vector<V> values;
    values.reserve(inputs.size());
    for (const Input& input : inputs) values.push_back(Held<V>{input}.take());
    return values;
  }
  std::vector<V> pass_untyped() { return take(); }
  template <class P>
  auto pass() {
    if constexpr (std::is_same_v<std::remove_cvref_t<P>, Inputs<V>>) {
      return Inputs<V>(inputs);
    } else {
      return take();
    }
  }
};

/// Reads what a CallPacker wrote, in the same order.
class CallUnpacker {
 public:
  CallUnpacker(const std::byte* bytes, std::span<const Input> inputs) : bytes_(bytes), inputs_(inputs) {}

  Input input() { return inputs(1)[0]; }
  std::span<const Input> inputs(std::size_t count) {
    const auto front = inputs_.first(count);
    inputs_ = inputs_.subspan(count);
    return front;
  }
  std::size_t count() { return static_cast<std::size_t>(raw<std::uint64_t>()); }

  template <class V>
  auto constant() {
    if constexpr (CopiedWhole<V> && sizeof(V) <= kMostInsideBytes) {
      return Ready<V>{raw<V>()};
    } else {
      return MaybeInside<V>(*this);
    }
  }

 private:
  /// A constant that lies in the task or outside of it: the size in the task's bytes tells which.
  template <class V>
  struct MaybeInside {
    explicit MaybeInside(CallUnpacker& from) {
      const auto size = from.raw<std::uint16_t>();
      if (size == CallPacker::kOutside) {
        held.input = from.input();
      } else {
        ByteReader reader({from.bytes_, size});
        inside.emplace<V>(decode<V>(reader));
        from.bytes_ += size;
        held.input = {nullptr, true};
      }
    }
    Held<V> in_place() { return held.input.value != nullptr ? held : Held<V>{{&inside, true}}; }
    const V& pass_untyped() { return in_place().pass_untyped(); }
    V take() { return in_place().take(); }
    template <class P>
    decltype(auto) pass() {
      if constexpr (wants_own<P, V>) {
        return take();
      } else {
        return pass_untyped();
      }
    }
    Value inside;
    Held<V> held{};
  };

  template <class T>
  T raw() {
    alignas(T) std::byte storage[sizeof(T)];
    std::memcpy(storage, bytes_, sizeof(T));
    bytes_ += sizeof(T);
    return *std::launder(reinterpret_cast<T*>(storage));
  }

  const std::byte* bytes_;
  std::span<const Input> inputs_;
};

}  // namespace bask::arguments
