// transform.hpp: bags made of bags: their elements one by one, and their partitions.
// Runs on: rank 0. Threads: any.
#pragma once

#include <bask/collections/bag/bag_class.hpp>
#include <bask/collections/bag/feeds.hpp>
#include <bask/collections/bag/sinks.hpp>
#include <bask/collections/bag/stages.hpp>

#include <tuple>

namespace bask {

namespace bags {

/// The pass of a bag whose partitions are there.
PassPtr plain_pass(const Partitions& partitions, Step feed, const std::string& name);
/// What the tasks of repartition() read, and each of these parts of its partition, if there are more than
/// before. Throws: Error for options that say nothing or ask for none.
TaskInputs repartitioned(const Partitions& partitions, const PartitionOptions& options);
/// Task a * n + b reads partition a of the first and b of the second, which has n.
TaskInputs crossed(const Partitions& first, const Partitions& second);
/// Each task but the first reads what the one before has made, or that which `before` has made for that one;
/// then its partition. Word 0 tells whether it does.
TaskInputs after_each_other(const Partitions& partitions, const Partitions* before);
void check_probability(double probability);

/// Adds a stage.
template <class S, class U>
Bag<U> with_stage(const Pass& pass, const std::string& name, const std::vector<TaskRef>& values) {
  return Bag<U>(pass.then(name, Step{StageKernel<S>::kernel, values}));
}

template <class List, class Key>
class At {
 public:
  static constexpr const char* kName = "lambda";
  auto operator()(const List& list, const Key& key) const {
    if constexpr (requires { list.find(key)->second; }) {
      if (const auto found = list.find(key); found != list.end()) return found->second;
    } else {
      const auto index = static_cast<std::size_t>(key);
      if (index < list.size()) return typename List::value_type(list[index]);
    }
    throw Error("bag::pluck", "an element has nothing at the key", "give a default: pluck(key, default)");
  }
  auto operator()(const List& list, const Key& key, const auto& otherwise) const {
    using Value = decltype((*this)(list, key));
    if constexpr (requires { list.find(key)->second; }) {
      const auto found = list.find(key);
      return found != list.end() ? found->second : static_cast<Value>(otherwise);
    } else {
      const auto index = static_cast<std::size_t>(key);
      return index < list.size() ? static_cast<Value>(list[index]) : static_cast<Value>(otherwise);
    }
  }
};

}  // namespace bags

template <class T>
Bag<T>::Bag(const bags::Partitions& partitions, const std::string& name)
    : pass_(bags::plain_pass(partitions, {bags::FeedKernel<bags::feed_partitions<T>>::kernel}, name)) {}

template <class T>
bags::Partitions Bag<T>::partitions() const {
  if (pass()->is_plain) return pass()->inputs->sources[0];
  return bags::add_pass(*pass(), "", bags::PassKernel<bags::Collect<T>>::sink());
}

template <class T>
template <class F>
auto Bag<T>::map_by(const F& function, std::string_view operation) const {
  using OnRank = typename F::OnRank;
  static_assert(OnRank::template kFits<const T&>,
                "bask: the function does not fit the elements: bag.map<f>(x) calls f(element, x) with each "
                "element, by const reference or by value");
  if constexpr (OnRank::template kFits<const T&>) {
    using Stage = bags::MapStage<OnRank, T>;
    return bags::with_stage<Stage, typename Stage::Made>(*pass(), bags::step_name(operation, function.name()),
                                                         function.values);
  } else {
    return Bag();
  }
}

template <class T>
template <auto F, class... As>
auto Bag<T>::map(const As&... beside) const {
  return map_by(bags::fixed<FunctionCallee<F>>(beside...));
}
template <class T>
template <AnyFunction F, class... As>
auto Bag<T>::map(const F& function, const As&... beside) const {
  if constexpr (bags::goes_to_bags<F>()) {
    return map_by(bags::object(function, beside...));
  } else {
    return Bag();
  }
}

template <class T>
template <class F>
auto Bag<T>::starmap_by(const F& function) const {
  using Spread = bags::Spread<typename F::OnRank>;
  constexpr bool kFits = requires(const Spread& spread, const T& parts) {
    spread(parts);
  };
  static_assert(
      requires { std::tuple_size<T>::value; },
      "bask: starmap is for bags of tuples, pairs and arrays: use map");
  using Stage = bags::MapStage<Spread, T>;
  if constexpr (kFits) {
    return bags::with_stage<Stage, typename Stage::Made>(*pass(), bags::step_name("starmap", function.name()),
                                                         function.values);
  } else {
    return Bag();
  }
}
template <class T>
template <auto F, class... As>
auto Bag<T>::starmap(const As&... beside) const {
  return starmap_by(bags::fixed<FunctionCallee<F>>(beside...));
}
template <class T>
template <AnyFunction F, class... As>
auto Bag<T>::starmap(const F& function, const As&... beside) const {
  if constexpr (bags::goes_to_bags<F>()) {
    return starmap_by(bags::object(function, beside...));
  } else {
    return Bag();
  }
}

template <class T>
template <bool kWanted, class F>
Bag<T> Bag<T>::filter_by(const F& predicate) const {
  using OnRank = typename F::OnRank;
  static_assert(OnRank::template kFits<const T&>,
                "bask: the predicate does not fit the elements: bag.filter<f>(x) calls f(element, x) with "
                "each element by const reference, and takes what it returns as a bool");
  if constexpr (OnRank::template kFits<const T&>) {
    return bags::with_stage<bags::FilterStage<OnRank, T, kWanted>, T>(
        *pass(), bags::step_name(kWanted ? "filter" : "remove", predicate.name()), predicate.values);
  } else {
    return *this;
  }
}
template <class T>
template <auto F, class... As>
Bag<T> Bag<T>::filter(const As&... beside) const {
  return filter_by<true>(bags::fixed<FunctionCallee<F>>(beside...));
}
template <class T>
template <AnyFunction F, class... As>
Bag<T> Bag<T>::filter(const F& predicate, const As&... beside) const {
  if constexpr (bags::goes_to_bags<F>()) {
    return filter_by<true>(bags::object(predicate, beside...));
  } else {
    return *this;
  }
}
template <class T>
template <auto F, class... As>
Bag<T> Bag<T>::remove(const As&... beside) const {
  return filter_by<false>(bags::fixed<FunctionCallee<F>>(beside...));
}
template <class T>
template <AnyFunction F, class... As>
Bag<T> Bag<T>::remove(const F& predicate, const As&... beside) const {
  if constexpr (bags::goes_to_bags<F>()) {
    return filter_by<false>(bags::object(predicate, beside...));
  } else {
    return *this;
  }
}

template <class T>
template <auto Part>
auto Bag<T>::pluck() const {
  return map_by(bags::fixed<bags::PartCallee<Part>>(), "pluck");
}
template <class T>
template <class Key>
auto Bag<T>::pluck(const Key& key) const {
  using K = typename decltype(delayed(key))::value_type;
  return map_by(bags::object(bags::At<T, K>(), key), "pluck");
}
template <class T>
template <class Key, class Default>
auto Bag<T>::pluck(const Key& key, const Default& otherwise) const {
  using K = typename decltype(delayed(key))::value_type;
  return map_by(bags::object(bags::At<T, K>(), key, otherwise), "pluck");
}

template <class T>
auto Bag<T>::flatten() const {
  static_assert(Container<T>, "bask: flatten is for bags of containers, such as std::vector");
  if constexpr (Container<T>) {
    using Stage = bags::FlattenStage<T>;
    return bags::with_stage<Stage, typename Stage::Made>(*pass(), "flatten", {});
  } else {
    return *this;
  }
}

template <class T>
Bag<T> Bag<T>::random_sample(double probability, std::uint64_t seed) const {
  bags::check_probability(probability);
  return bags::with_stage<bags::SampleStage<T>, T>(*pass(), "random_sample",
                                                   {delayed(probability).ref(), delayed(seed).ref()});
}

template <class T>
auto Bag<T>::unzip() const {
  return [this]<std::size_t... I>(std::index_sequence<I...>) {
    return std::tuple(this->template pluck<I>()...);
  }
  (std::make_index_sequence<std::tuple_size_v<T>>());
}

}  // namespace bask
