// What users do with arrays: compute, persist, write to a file, give to lazy calls and take from them.
#include "cases.hpp"

#include <bask/bask.hpp>
#include <bask/collections/array/creation.hpp>
#include <bask/collections/array/manipulation.hpp>
#include <bask/collections/array/universal_functions.hpp>

namespace bask::numpy_cases {

namespace {

template <class E>
NdArray<E> doubled(const NdArray<E>& block) {
  NdArray<E> result = block;
  for (E& x : result) x = static_cast<E>(2.0 * static_cast<double>(x));
  return result;
}

template <class E>
void keeping(Round& round) {
  const auto x = round.array<E>("x", round.shape(), Values::kSpecial);
  const auto kept = (x + x).persist();
  round.expect("x + x", kept);
  round.expect("(x + x).T * (x + x).T", kept.T() * kept.T());
  const auto [a, b] = persist(x.T(), x * x);
  round.expect("x.T", a);
  round.expect("(x * x) + x", b + x);
  const auto [one, two, both] = compute(x, x.T(), std::vector{x, x + x});
  round.expect_block("x", NdArray<E>(one).release());
  round.expect_block("x.T", NdArray<E>(two).release());
  round.expect_block("x + x", NdArray<E>(both[1]).release());
}

template <class E>
void storing(Round& round) {
  const Shape shape = round.shape();
  const auto x = round.array<E>("x", shape, Values::kSpecial);
  NdArray<E> memory(x.T().shape());
  (x + x).T().store(memory.span());
  round.expect_block("(x + x).T", std::move(memory).release());
}

template <class E>
void through_lazy_calls(Round& round) {
  const Shape shape = round.shape();
  const auto x = round.array<E>("x", shape, Values::kSmall);
  round.expect("x", from_delayed(x.to_delayed(), x.chunks()));
  const auto sum = x + x;
  std::vector<Delayed<NdArray<E>>> blocks;
  for (const Delayed<NdArray<E>>& block : sum.to_delayed()) blocks.push_back(delayed<doubled<E>>(block));
  round.expect("((x + x) + (x + x)).T", from_delayed(blocks, x.chunks()).T());
  const Delayed<NdArray<E>> whole = delayed<doubled<E>>(x.T());
  round.expect("(x.T + x.T)[::-1]", from_delayed(whole, x.T().shape())["::-1"]);
  round.expect_block("x.T + x.T", whole.compute().release());
}

template <class E>
void add_use_of(Theme& theme) {
  const std::string of = " of " + std::string(name_of(dtype_of<E>()));
  theme.add("kept results" + of, keeping<E>);
  theme.add("stored results" + of, storing<E>);
  theme.add("blocks through lazy calls" + of, through_lazy_calls<E>);
}

}  // namespace

void add_use(Theme& theme) {
  add_use_of<double>(theme);
  add_use_of<std::int32_t>(theme);
  add_use_of<std::uint8_t>(theme);
}

}  // namespace bask::numpy_cases
