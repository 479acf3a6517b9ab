// sources.hpp: where bags come from: what the program has, lazy values, integers, other bags.
// Runs on: rank 0. Threads: any.
#pragma once

#include <bask/collections/bag/partition_operations.hpp>
#include <bask/collections/bag/sequence_layer.hpp>

#include <initializer_list>
#include <iterator>

namespace bask {

namespace bags {

/// Where each partition of a list begins, and the end of the last. Partitions differ by one element at most
/// where their number is given; without options there are a hundred at most.
/// Throws: Error, in the name of `function`, for options that contradict each other or ask for none.
std::vector<std::uint64_t> cuts_of(std::uint64_t size, const PartitionOptions& options, const char* function);
PassPtr range_pass(std::uint64_t size, const PartitionOptions& options, const Step& feed);
/// The sources of zip(). Throws: Error when they have different numbers of partitions.
TaskInputs side_by_side(std::vector<Partitions> sources);

}  // namespace bags

namespace bag {

/// The elements of a container that rank 0 has, in so many partitions or in partitions of so many elements.
/// Cost: a copy, and its bytes to the ranks that read them; larger data is better read or made in tasks.
template <class Container>
requires requires(const Container& list) {
  std::begin(list) != std::end(list);
}
auto from_sequence(const Container& elements, const PartitionOptions& options = {}) {
  using T = typename bags::Plain<std::decay_t<decltype(*std::begin(elements))>>::type;
  const auto size = static_cast<std::uint64_t>(std::distance(std::begin(elements), std::end(elements)));
  std::vector<Value> partitions;
  auto element = std::begin(elements);
  const std::vector<std::uint64_t> cuts = bags::cuts_of(size, options, "bag::from_sequence");
  for (std::size_t k = 0; k + 1 < cuts.size(); ++k) {
    auto& partition = partitions.emplace_back().template emplace<std::vector<T>>();
    partition.reserve(cuts[k + 1] - cuts[k]);
    for (std::uint64_t i = cuts[k]; i < cuts[k + 1]; ++i) partition.push_back(*element++);
  }
  return Bag<T>(bags::Partitions(LayerPtr(new bags::SequenceLayer(std::move(partitions)))), "from_sequence");
}
template <class T>
auto from_sequence(std::initializer_list<T> elements, const PartitionOptions& options = {}) {
  return from_sequence<std::initializer_list<T>>(elements, options);
}

/// A bag with a partition for each lazy list.
template <class T>
Bag<T> from_delayed(const std::vector<Delayed<std::vector<T>>>& lists) {
  bags::Partitions partitions;
  for (const auto& list : lists) partitions.append(list.ref());
  return Bag<T>(partitions);
}
template <class T>
Bag<T> from_delayed(const Delayed<std::vector<T>>& list) {
  return from_delayed(std::vector{list});
}

/// The integers from 0 to n - 1, which tasks make.
inline Bag<std::int64_t> range(std::uint64_t n, const PartitionOptions& options = {}) {
  return Bag<std::int64_t>(bags::range_pass(n, options, {bags::FeedKernel<bags::feed_range>::kernel}));
}

/// The partitions of all bags, one bag after the other. Adds no task.
template <class T>
Bag<T> concat(const std::vector<Bag<T>>& list) {
  bags::Partitions all;
  for (const Bag<T>& bag : list) all.append(bag.partitions());
  return Bag<T>(all);
}
template <class T>
Bag<T> concat(std::initializer_list<Bag<T>> list) {
  return concat(std::vector<Bag<T>>(list));
}

/// Tuples of the first elements, the second ones, and so on. The bags' partitions must be of the same
/// lengths. Throws: Error when they have different numbers of partitions.
template <class A, class B, class... Ts>
Bag<std::tuple<A, B, Ts...>> zip(const Bag<A>& a, const Bag<B>& b, const Bag<Ts>&... more) {
  auto inputs = std::make_shared<const bags::TaskInputs>(
      bags::side_by_side({a.partitions(), b.partitions(), more.partitions()...}));
  return Bag<std::tuple<A, B, Ts...>>(std::make_shared<const bags::Pass>(
      bags::Pass{std::move(inputs), {bags::FeedKernel<bags::feed_zip<A, B, Ts...>>::kernel}, {}, {"zip"}}));
}

}  // namespace bag

}  // namespace bask
