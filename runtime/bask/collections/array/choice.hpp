// choice.hpp: elements chosen by several conditions.
// Runs on: rank 0; nothing is computed before it is asked for. Threads: any.
// Cost: no tasks; whatever reads the result computes it, and every choice of each element.
#pragma once

#include <bask/collections/array/assignment.hpp>
#include <bask/collections/array/creation.hpp>

#include <functional>
#include <initializer_list>
#include <vector>

namespace bask {

namespace arrays {

[[noreturn]] inline void refuse_choices(const char* where, std::size_t conditions, std::size_t choices,
                                        const char* how) {
  throw Error(
      where, std::to_string(conditions) + " conditions and " + std::to_string(choices) + " choices are given",
      how);
}

}  // namespace arrays

/// The element of choices[k] where conditions[k] is the first one that holds, else `otherwise`. All are
/// broadcast. Throws: Error when there are not as many conditions as choices, or none.
template <class E>
Array<E> select(const std::vector<Array<bool>>& conditions, const std::vector<Array<E>>& choices,
                const Number& otherwise = 0) {
  const UserCall call("select");
  if (conditions.size() != choices.size() || conditions.empty())
    arrays::refuse_choices("array::select", conditions.size(), choices.size(),
                           "give one condition at least, and a choice for each");
  constexpr DType kType = dtype_of<E>();
  ArrayPtr result = lazy::Operand(otherwise).as(kType, "array::select");
  for (std::size_t k = conditions.size(); k-- > 0;)
    result = lazy::apply_as(Opcode::kWhere, kType, {conditions[k].node(), choices[k].node(), result},
                            "array::select");
  return Array<E>(result);
}
template <class E>
Array<E> select(std::initializer_list<Array<bool>> conditions, std::initializer_list<Array<E>> choices,
                const Number& otherwise = 0) {
  return select(std::vector<Array<bool>>(conditions), std::vector<Array<E>>(choices), otherwise);
}

/// What piecewise puts where a condition holds: a number, or a function of the array.
template <class E>
class Piece {
 public:
  template <Element S>
  Piece(const S& number) : number_(number) {}
  template <class F>
  requires std::is_invocable_v < const F&, const Array<E>
  & > Piece(F function)
      : number_(0),
  function_(
      [function](const Array<E>& x) { return Array<E>(lazy::cast(function(x).node(), dtype_of<E>())); }) {}
  Array<E> put(const Array<E>& into, const Array<bool>& condition, const Array<E>& x) const {
    return function_
               ? Array<E>(lazy::where(condition.node(), dtype_of<E>(), function_(x).node(), into.node()))
               : Array<E>(lazy::set_masked(into.node(), condition.node(), number_));
  }

 private:
  Number number_;
  std::function<Array<E>(const Array<E>&)> function_;
};

/// 0, and pieces[k] of x where conditions[k] holds, the last one that does; one piece more is for where none
/// holds. The type is that of x: piecewise(x, {x < 0.0, x >= 0.0}, {-1.0, [](const auto& v) { return v * 2.0;
/// }}). Throws: Error when there are as many pieces as conditions, or one more, neither.
template <class E>
Array<E> piecewise(const Array<E>& x, const std::vector<Array<bool>>& conditions,
                   const std::vector<Piece<E>>& pieces) {
  const UserCall call("piecewise");
  if (conditions.empty() || (pieces.size() != conditions.size() && pieces.size() != conditions.size() + 1))
    arrays::refuse_choices("array::piecewise", conditions.size(), pieces.size(),
                           "give a choice for each condition, and one more for all other elements");
  Array<E> result = zeros_like(x);
  if (pieces.size() > conditions.size()) {
    Array<bool> any = conditions[0];
    for (std::size_t k = 1; k < conditions.size(); ++k) any = any | conditions[k];
    result = pieces.back().put(result, !any, x);
  }
  for (std::size_t k = 0; k < conditions.size(); ++k) result = pieces[k].put(result, conditions[k], x);
  return result;
}

}  // namespace bask
