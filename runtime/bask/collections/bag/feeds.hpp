// feeds.hpp: where the elements of a pass come from.
// Runs on: the rank that runs the task. Threads: each call is of one.
#pragma once

#include <bask/collections/bag/batch.hpp>
#include <bask/collections/bag/pass.hpp>
#include <bask/core/error.hpp>

#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

namespace bask::bags {

/// Sends the elements first, …, stop - 1 of a partition. `owned`: they may be moved from.
template <class T>
void send(const std::vector<T>& partition, std::size_t first, std::size_t stop, bool owned, Receiver& to) {
  for (std::size_t i = first; i < stop && !to.full(); i += kBatch) {
    const std::size_t count = std::min(kBatch, stop - i);
    if constexpr (std::is_same_v<T, bool>) {  // whose vectors have no elements in memory
      bool elements[kBatch];
      std::copy_n(partition.begin() + static_cast<std::ptrdiff_t>(i), count, elements);
      to.take({elements, nullptr, count, true});
    } else {
      to.take({partition.data() + i, nullptr, count, owned});
    }
  }
}

/// All elements of the partitions that the task reads.
template <class T>
void feed_partitions(FeedRequest& request) {
  using Partition = std::vector<T>;
  std::size_t all = 0;
  for (const Input& input : request.partitions) all += input.value->get<Partition>().size();
  request.first.expect(all);
  for (const Input& input : request.partitions) {
    const auto& partition = input.value->get<Partition>();
    send(partition, 0, partition.size(), input.last_use, request.first);
  }
}

/// Part word(0) of word(1) equal parts of one partition.
template <class T>
void feed_part(FeedRequest& request) {
  const auto& partition = request.partitions[0].value->get<std::vector<T>>();
  const auto until = [&](std::uint64_t parts) {
    // The size is split so that the product fits.
    const std::uint64_t of = request.word(1), size = partition.size();
    return size / of * parts + size % of * parts / of;
  };
  const std::size_t first = until(request.word(0)), stop = until(request.word(0) + 1);
  request.first.expect(stop - first);
  send(partition, first, stop, request.partitions[0].last_use, request.first);
}

/// The integers from word(0) to word(1) - 1.
inline void feed_range(FeedRequest& request) {
  const std::uint64_t stop = request.word(1);
  request.first.expect(stop - request.word(0));
  std::int64_t numbers[kBatch];
  for (std::uint64_t i = request.word(0); i < stop && !request.first.full();) {
    const std::size_t count = std::min<std::uint64_t>(kBatch, stop - i);
    for (std::size_t k = 0; k < count; ++k) numbers[k] = static_cast<std::int64_t>(i++);
    request.first.take({numbers, nullptr, count, true});
  }
}

/// Collects what a feed makes, and sends it in batches.
template <class U>
class Sender {
 public:
  explicit Sender(Receiver& to) : to_(to) {}
  /// Returns whether more elements are wanted.
  template <class Make>
  bool add(Make make) {
    made_.add(make);
    if (made_.is_full()) made_.hand_on(to_);
    return !to_.full();
  }
  void end() { made_.hand_on(to_); }

 private:
  Receiver& to_;
  Buffer<U> made_;
};

/// A tuple of one element of each of the partitions, which are of different bags.
template <class... Ts>
void feed_zip(FeedRequest& request) {
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    const std::tuple<const std::vector<Ts>&...> lists{
        request.partitions[I].value->template get<std::vector<Ts>>()...};
    const std::size_t count = std::get<0>(lists).size();
    if (!((std::get<I>(lists).size() == count) && ...)) {
      std::string sizes;
      ((sizes += (I == 0 ? "" : ", ") + std::to_string(std::get<I>(lists).size())), ...);
      throw Error("bag::zip", "partitions " + std::to_string(request.task) + " have " + sizes + " elements",
                  "zip bags whose partitions have the same lengths, such as bags that one bag was mapped to");
    }
    request.first.expect(count);
    Sender<std::tuple<Ts...>> sender(request.first);
    for (std::size_t k = 0; k < count; ++k) {
      if (!sender.add([&] { return std::tuple<Ts...>(std::get<I>(lists)[k]...); })) break;
    }
    sender.end();
  }
  (std::index_sequence_for<Ts...>{});
}

/// All pairs of an element of the first partition and one of the second.
template <class A, class B>
void feed_product(FeedRequest& request) {
  const auto& left = request.partitions[0].value->get<std::vector<A>>();
  const auto& right = request.partitions[1].value->get<std::vector<B>>();
  request.first.expect(left.size() * right.size());
  Sender<std::tuple<A, B>> sender(request.first);
  for (std::size_t i = 0; i < left.size() && !request.first.full(); ++i) {
    for (std::size_t k = 0; k < right.size(); ++k) {
      if (!sender.add([&] { return std::tuple<A, B>(left[i], right[k]); })) break;
    }
  }
  sender.end();
}

}  // namespace bask::bags
