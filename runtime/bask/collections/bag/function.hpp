// function.hpp: a user's function of elements, with the values that it takes beside them.
// Runs on: named on rank 0, called on every rank. Threads: any.
#pragma once

#include <bask/collections/bag/pass.hpp>
#include <bask/collections/callable.hpp>
#include <bask/collections/delayed.hpp>

#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace bask::bags {

/// The function as a task has it: Callee, its object if it has state, and values of types Vs that follow the
/// elements in each call.
template <class Callee, class Object, class... Vs>
class Bound {
  static constexpr bool kStateful = !std::is_void_v<Object>;
  using Signature = typename Callee::Signature;

  template <std::size_t I, class T>
  static constexpr bool takes_own() {
    if constexpr (Signature::known) {
      using Parameters = typename Signature::Parameters;
      constexpr std::size_t kPlace = I + (kStateful ? 1 : 0);
      if constexpr (kPlace < std::tuple_size_v<Parameters>) {
        return arguments::wants_own<typename std::tuple_element_t<kPlace, Parameters>::type, T> &&
               !std::is_trivially_copyable_v<T>;
      }
    }
    return false;
  }

 public:
  static constexpr std::size_t kValues = sizeof...(Vs) + (kStateful ? 1 : 0);
  /// Whether the first element is taken by value, so that moving it in saves a copy.
  template <class T>
  static constexpr bool kTakesOwn = takes_own<0, T>();
  template <class... Ts>
  static constexpr bool kFits = [] {
    if constexpr (kStateful) {
      return requires(const Object& object, Ts&&... elements, const Vs&... values) {
        Callee::call(object, std::forward<Ts>(elements)..., values...);
      };
    } else {
      return requires(Ts && ... elements, const Vs&... values) {
        Callee::call(std::forward<Ts>(elements)..., values...);
      };
    }
  }();

  explicit Bound(StepValues& from) {
    if constexpr (kStateful) object_ = &from.next<Object>();
    values_ = {&from.next<Vs>()...};
  }
  template <class... Ts>
  decltype(auto) operator()(Ts&&... elements) const {
    return std::apply(
        [&](const auto*... values) -> decltype(auto) {
          if constexpr (kStateful) {
            return Callee::call(*object_, std::forward<Ts>(elements)..., *values...);
          } else {
            return Callee::call(std::forward<Ts>(elements)..., *values...);
          }
        },
        values_);
  }

 private:
  std::conditional_t<kStateful, const Object*, std::nullptr_t> object_ = nullptr;
  std::tuple<const Vs*...> values_{};
};

/// What a Bound returns for elements of these types, by value.
template <class Function, class... Ts>
using Returned = std::decay_t<decltype(std::declval<const Function&>()(std::declval<Ts>()...))>;

/// The function as rank 0 has it.
template <class Callee, class Object, class... Vs>
struct Function {
  using OnRank = Bound<Callee, Object, Vs...>;
  static std::string_view name() { return Callee::name(); }
  std::vector<TaskRef> values;  ///< what a Bound is made of
};

template <class Callee, class... As>
auto fixed(const As&... beside) {
  return Function<Callee, void, typename decltype(delayed(beside))::value_type...>{
      {delayed(beside).ref()...}};
}

/// Whether F can be called on other ranks; where it cannot, the compiler says why.
template <AnyFunction F>
constexpr bool goes_to_bags() {
  static_assert(FunctionObject<F>,
                "bask: pass a function as a template argument: bag.map<f>(), not bag.map(f). Only so do all "
                "ranks know which function it is");
  constexpr bool kTravels = !FunctionObject<F> || (std::is_default_constructible_v<F> &&
                                                   (CapturelessFunctionObject<F> || Serializable<F>));
  static_assert(kTravels,
                "bask: a lambda that captures cannot go to another rank. Pass what it captures after the "
                "function: bag.map([](int x, int y) { ... }, y). A function object needs a default "
                "constructor, and to be trivially copyable or to have a Boost.Serialization `serialize` "
                "member");
  return FunctionObject<F> && kTravels;
}

template <class F, class... As>
auto object(const F& function, const As&... beside) {
  if constexpr (CapturelessFunctionObject<F>) {
    return fixed<ObjectCallee<F>>(beside...);
  } else {
    return Function<StatefulCallee<F>, F, typename decltype(delayed(beside))::value_type...>{
        {arguments::CallPacker::stored_constant(function), delayed(beside).ref()...}};
  }
}

/// A part of an element: a member, or a field of a tuple, pair or array.
template <auto Part>
struct PartCallee {
  static std::string_view name() { return "lambda"; }
  using Signature = callable::Signature<void>;
  static constexpr auto call = [](const auto& whole) -> decltype(auto) {
    if constexpr (std::is_member_pointer_v<decltype(Part)>) {
      return std::invoke(Part, whole);
    } else {
      return std::get<static_cast<std::size_t>(Part)>(whole);
    }
  };
};

/// The function that a template argument of a bag's member names: a function, a member, or a field's number.
template <auto F>
using CalleeOf = std::conditional_t<std::is_integral_v<decltype(F)>, PartCallee<F>, FunctionCallee<F>>;

}  // namespace bask::bags
