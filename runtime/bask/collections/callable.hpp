// callable.hpp: what may be called lazily, with its name and its parameters.
// Runs on: the compiler only.
#pragma once

#include <bask/core/serializable.hpp>

#include <functional>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <typeinfo>

namespace bask {

namespace callable {

struct WithCall {
  void operator()();
};
template <class T>
struct CalledTwice : T, WithCall {};
template <class T>
concept NoCallOperator = requires {
  &CalledTwice<T>::operator();
};

template <class T>
concept HoldsElements = requires {
  typename T::value_type;
}
|| requires(const T& data) {
  data.size();
};

/// The parameters of a callable that has just one signature; `known` is false for generic lambdas and
/// overloads.
template <class F>
struct Signature {
  static constexpr bool known = false;
};
template <class... Ps>
struct Known {
  static constexpr bool known = true;
  using Parameters = std::tuple<std::type_identity<Ps>...>;
};
template <class R, class... Ps>
struct Signature<R (*)(Ps...)> : Known<Ps...> {};
template <class R, class... Ps>
struct Signature<R (*)(Ps...) noexcept> : Known<Ps...> {};
template <class R, class C, class... Ps>
struct Signature<R (C::*)(Ps...)> : Known<Ps...> {};
template <class R, class C, class... Ps>
struct Signature<R (C::*)(Ps...) const> : Known<Ps...> {};
template <class R, class C, class... Ps>
struct Signature<R (C::*)(Ps...) noexcept> : Known<Ps...> {};
template <class R, class C, class... Ps>
struct Signature<R (C::*)(Ps...) const noexcept> : Known<Ps...> {};
template <class F>
requires(std::is_class_v<F>&& requires { &F::operator(); }) struct Signature<F>
    : Signature<decltype(&F::operator())> {
};

/// The same where the object that is called comes first.
template <class C, class F>
struct SignatureWithObject {
  static constexpr bool known = false;
};
template <class C, class F>
requires(Signature<F>::known) struct SignatureWithObject<C, F> {
  static constexpr bool known = true;
  using Parameters = decltype(std::tuple_cat(std::tuple<std::type_identity<const C&>>(),
                                             typename Signature<F>::Parameters()));
};
template <class F>
struct FunctionSignature : Signature<F> {};
template <class M, class C>
struct FunctionSignature<M C::*> : SignatureWithObject<C, M C::*> {};

/// "ns::{anonymous}::increment" or "(int (*)(int))increment" to "increment".
constexpr std::string_view plain_name(std::string_view text) {
  if (text.starts_with('(')) {
    int depth = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      depth += text[i] == '(' ? 1 : text[i] == ')' ? -1 : 0;
      if (depth == 0) {
        text.remove_prefix(i + 1);
        break;
      }
    }
  }
  if (text.starts_with('&')) text.remove_prefix(1);
  for (const std::string_view unnamed : {"{anonymous}::", "(anonymous namespace)::"}) {
    const auto found = text.find(unnamed);
    if (found != std::string_view::npos) text.remove_prefix(found + unnamed.size());
  }
  const auto end = text.find_first_of("<({");  // template arguments may hold colons of their own
  if (end != std::string_view::npos && end != 0) text = text.substr(0, end);
  const auto colons = text.rfind("::");
  return colons == std::string_view::npos ? text : text.substr(colons + 2);
}

/// The text after `before`, up to the end of the template's argument in a compiler's "pretty" function name.
constexpr std::string_view argument_in(std::string_view pretty, std::string_view before) {
  const auto start = pretty.find(before);
  if (start == std::string_view::npos) return "task";
  pretty.remove_prefix(start + before.size());
  return pretty.substr(0, pretty.find_first_of(";]"));
}

template <auto F>
constexpr std::string_view name_of_value() {
  return plain_name(argument_in(__PRETTY_FUNCTION__, "F = "));
}

template <class F>
constexpr std::string_view name_of_type() {
  if constexpr (requires { std::string_view(F::kName); }) {
    return F::kName;
  } else {
    constexpr std::string_view text = argument_in(__PRETTY_FUNCTION__, "F = ");
    return text.find("lambda") != std::string_view::npos ? "lambda" : plain_name(text);
  }
}

}  // namespace callable

/// A class type with a call operator, also a generic one. A type with a value_type or a size() is data:
/// arrays, matrices and views, whose call operator gives an element.
template <class F>
concept FunctionObject =
    std::is_class_v<F> && !std::is_final_v<F> && !callable::NoCallOperator<F> && !callable::HoldsElements<F>;

/// Nothing is lost when such a function object is made anew on another rank.
template <class F>
concept CapturelessFunctionObject =
    FunctionObject<F> && std::is_empty_v<F> && std::is_default_constructible_v<F>;

/// Anything that users pass as a function, whether or not another rank can call it.
template <class F>
concept AnyFunction = FunctionObject<F> || std::is_function_v<std::remove_pointer_t<F>>;

/// Whether F can be called on other ranks over arrays; where it cannot, the compiler says why.
template <AnyFunction F>
constexpr bool goes_to_arrays() {
  static_assert(
      FunctionObject<F>,
      "bask: pass a function as a template argument: map<f>(x), not map(f, x). Only so do all ranks "
      "know which function it is");
  static_assert(!FunctionObject<F> || CapturelessFunctionObject<F>,
                "bask: a lambda that captures cannot go to another rank. Pass what it captures as one more "
                "array: map(f, x, bask::full({}, value))");
  return CapturelessFunctionObject<F>;
}

/// A function known at compile time: `delayed<f>(…)`.
template <auto F>
struct FunctionCallee {
  static std::string_view name() { return callable::name_of_value<F>(); }
  using Signature = callable::FunctionSignature<decltype(F)>;
  static constexpr auto call = [
  ](auto&&... arguments) -> decltype(auto) requires std::is_invocable_v<decltype(F), decltype(arguments)...> {
    return std::invoke(F, std::forward<decltype(arguments)>(arguments)...);
  };
};

/// A captureless lambda or an empty function object: `delayed(lambda)(…)`.
template <CapturelessFunctionObject F>
struct ObjectCallee {
  static std::string_view name() { return callable::name_of_type<F>(); }
  using Signature = callable::Signature<F>;
  static constexpr auto call =
      [](auto&&... arguments) -> decltype(auto) requires std::is_invocable_v<F, decltype(arguments)...> {
    return F{}(std::forward<decltype(arguments)>(arguments)...);
  };
};

/// A function object with state, which is the first argument of the call.
template <FunctionObject F>
struct StatefulCallee {
  static std::string_view name() { return callable::name_of_type<F>(); }
  using Signature = callable::SignatureWithObject<F, F>;
  static constexpr auto call = [](
      const F& object,
      auto&&... arguments) -> decltype(auto) requires std::is_invocable_v<const F&, decltype(arguments)...> {
    return object(std::forward<decltype(arguments)>(arguments)...);
  };
};

}  // namespace bask
