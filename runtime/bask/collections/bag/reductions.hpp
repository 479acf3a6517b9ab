// reductions.hpp: what bags are reduced to: numbers, folds, and small bags of one partition.
// Runs on: rank 0. Threads: any.
#pragma once

#include <bask/collections/bag/aggregates.hpp>
#include <bask/collections/bag/keyed_aggregates.hpp>
#include <bask/collections/bag/partition_operations.hpp>

namespace bask {

namespace bags {

struct Identity {
  static constexpr const char* kName = "lambda";
  const auto& operator()(const auto& element) const { return element; }
};
template <class Key, class T>
constexpr bool has_hash_keys() {
  static_assert(Key::template kFits<const T&>, "bask: the key's function does not fit the elements");
  constexpr bool kHashed = HashKey<Returned<Key, const T&>>;
  static_assert(
      kHashed,
      "bask: keys need operator== and std::hash: specialise std::hash for the class, or give a key: "
      "a member or a function that returns a number, a string, or a pair, tuple or vector of these");
  return kHashed;
}
template <class Initial>
constexpr bool kIsInitial = !AnyFunction<Initial>;

}  // namespace bags

template <class T>
template <class A>
auto Bag<T>::aggregate(const std::string& name, const std::vector<TaskRef>& values) const {
  using Result = typename bags::AggregateKernels<A>::Result;
  return Delayed<Result>(bags::add_aggregate<A>(*pass(), name, values));
}

template <class T>
Delayed<std::int64_t> Bag<T>::count() const {
  return aggregate<bags::Count<T>>("count");
}
template <class T>
auto Bag<T>::sum() const {
  return aggregate<bags::Sum<T>>("sum");
}
template <class T>
Delayed<double> Bag<T>::mean() const {
  return aggregate<bags::Mean<T>>("mean");
}
template <class T>
Delayed<double> Bag<T>::var(const BagVarianceOptions& options) const {
  return delayed<bags::variance>({.name = "var", .pure = true})(aggregate<bags::MomentsOf<T>>("moments"),
                                                                options.ddof, false);
}
template <class T>
Delayed<double> Bag<T>::std(const BagVarianceOptions& options) const {
  return delayed<bags::variance>({.name = "std", .pure = true})(aggregate<bags::MomentsOf<T>>("moments"),
                                                                options.ddof, true);
}
template <class T>
Delayed<T> Bag<T>::min() const {
  return aggregate<bags::Extreme<T, false>>("min");
}
template <class T>
Delayed<T> Bag<T>::max() const {
  return aggregate<bags::Extreme<T, true>>("max");
}
template <class T>
Delayed<bool> Bag<T>::any() const {
  return aggregate<bags::Truth<T, true>>("any");
}
template <class T>
Delayed<bool> Bag<T>::all() const {
  return aggregate<bags::Truth<T, false>>("all");
}

template <class T>
template <class Binop, class Combine, class... Initial>
auto Bag<T>::fold_by(const Binop& binop, const Combine& combine, const Initial&... initial) const {
  using On = typename Binop::OnRank;
  using CombineOn = typename Combine::OnRank;
  using R = typename bags::FoldTypes<On, T, bags::InitialType<Initial>...>::Result;
  static_assert(CombineOn::template kFits<R, R>,
                "bask: results of partitions are combined by combine(a, b): give one where binop does not "
                "take two results, as fold(binop, initial, combine)");
  std::vector<TaskRef> values = binop.values;
  values.insert(values.end(), combine.values.begin(), combine.values.end());
  (values.push_back(bags::initial_of<R>(initial)), ...);
  return aggregate<bags::Fold<T, R, On, CombineOn, sizeof...(Initial) != 0>>(
      bags::step_name("fold", binop.name()), values);
}
template <class T>
template <auto Binop, class... Initial>
auto Bag<T>::fold(const Initial&... initial) const {
  const auto binop = bags::fixed<FunctionCallee<Binop>>();
  return fold_by(binop, binop, initial...);
}
template <class T>
template <auto Binop, auto Combine, class Initial>
auto Bag<T>::fold(const Initial& initial) const {
  return fold_by(bags::fixed<FunctionCallee<Binop>>(), bags::fixed<FunctionCallee<Combine>>(), initial);
}
template <class T>
template <AnyFunction Binop, class... Rest>
auto Bag<T>::fold(const Binop& binop, const Rest&... rest) const {
  static_assert(sizeof...(Rest) <= 2, "bask: fold(binop, initial, combine)");
  if constexpr (bags::goes_to_bags<Binop>()) {
    const auto function = bags::object(binop);
    if constexpr (sizeof...(Rest) == 2) {
      const auto& [initial, combine] = std::tie(rest...);
      return fold_by(function, bags::object(combine), initial);
    } else {
      return fold_by(function, function, rest...);
    }
  } else {
    return Delayed<T>();
  }
}

template <class T>
template <class Key, class Binop, class Combine, class... Initial>
auto Bag<T>::foldby_by(const Key& key, const Binop& binop, const Combine& combine,
                       const Initial&... initial) const {
  using KeyOn = typename Key::OnRank;
  using On = typename Binop::OnRank;
  using CombineOn = typename Combine::OnRank;
  using R = typename bags::FoldTypes<On, T, bags::InitialType<Initial>...>::Result;
  static_assert(CombineOn::template kFits<R, R>,
                "bask: results of partitions are combined by combine(a, b): give one where binop does not "
                "take two results, as foldby(key, binop, initial, combine)");
  if constexpr (bags::has_hash_keys<KeyOn, T>()) {
    using FoldBy = bags::FoldBy<T, R, KeyOn, On, CombineOn, sizeof...(Initial) != 0>;
    std::vector<TaskRef> values = key.values;
    values.insert(values.end(), binop.values.begin(), binop.values.end());
    values.insert(values.end(), combine.values.begin(), combine.values.end());
    (values.push_back(bags::initial_of<R>(initial)), ...);
    bags::Partitions result;
    result.append(aggregate<FoldBy>(bags::step_name("foldby", key.name()), values).ref());
    return Bag<std::pair<typename FoldBy::K, R>>(result);
  } else {
    return Bag();
  }
}
template <class T>
template <auto Key, class... Rest>
auto Bag<T>::foldby(const Rest&... rest) const {
  const auto key = bags::fixed<bags::CalleeOf<Key>>();
  const auto parts = std::tie(rest...);
  const auto binop = bags::object(std::get<0>(parts));
  if constexpr (sizeof...(Rest) == 1) {
    return foldby_by(key, binop, binop);
  } else if constexpr (sizeof...(Rest) == 2) {
    return foldby_by(key, binop, binop, std::get<1>(parts));
  } else {
    return foldby_by(key, binop, bags::object(std::get<2>(parts)), std::get<1>(parts));
  }
}
template <class T>
template <auto Key, auto Binop, class... Initial>
auto Bag<T>::foldby(const Initial&... initial) const {
  const auto binop = bags::fixed<FunctionCallee<Binop>>();
  return foldby_by(bags::fixed<bags::CalleeOf<Key>>(), binop, binop, initial...);
}
template <class T>
template <auto Key, auto Binop, auto Combine, class Initial>
auto Bag<T>::foldby(const Initial& initial) const {
  return foldby_by(bags::fixed<bags::CalleeOf<Key>>(), bags::fixed<FunctionCallee<Binop>>(),
                   bags::fixed<FunctionCallee<Combine>>(), initial);
}
template <class T>
template <AnyFunction Key, AnyFunction Binop, class... Rest>
auto Bag<T>::foldby(const Key& key, const Binop& binop, const Rest&... rest) const {
  if constexpr (bags::goes_to_bags<Key>() && bags::goes_to_bags<Binop>()) {
    const auto function = bags::object(binop);
    if constexpr (sizeof...(Rest) == 2) {
      const auto& [initial, combine] = std::tie(rest...);
      return foldby_by(bags::object(key), function, bags::object(combine), initial);
    } else {
      return foldby_by(bags::object(key), function, function, rest...);
    }
  } else {
    return Bag();
  }
}

template <class T>
Bag<std::pair<T, std::int64_t>> Bag<T>::frequencies(const FrequenciesOptions& options) const {
  bags::Partitions result;
  if constexpr (bags::has_hash_keys<bags::Bound<ObjectCallee<bags::Identity>, void>, T>())
    result.append(aggregate<bags::Frequencies<T>>("frequencies", {delayed(options.sort).ref()}).ref());
  return Bag<std::pair<T, std::int64_t>>(result);
}

template <class T>
template <class Key>
Bag<T> Bag<T>::distinct_by(const Key& key) const {
  bags::Partitions result;
  if constexpr (bags::has_hash_keys<typename Key::OnRank, T>())
    result.append(aggregate<bags::Distinct<T, typename Key::OnRank>>("distinct", key.values).ref());
  return Bag(result);
}
template <class T>
Bag<T> Bag<T>::distinct() const {
  return distinct(bags::Identity());
}
template <class T>
template <auto Key>
Bag<T> Bag<T>::distinct() const {
  return distinct_by(bags::fixed<bags::CalleeOf<Key>>());
}
template <class T>
template <AnyFunction Key>
Bag<T> Bag<T>::distinct(const Key& key) const {
  if constexpr (bags::goes_to_bags<Key>()) return distinct_by(bags::object(key));
}

template <class T>
template <class Key>
Bag<T> Bag<T>::topk_by(std::uint64_t k, const Key& key) const {
  std::vector<TaskRef> values = key.values;
  values.push_back(delayed(k).ref());
  bags::Partitions result;
  result.append(aggregate<bags::TopK<T, typename Key::OnRank>>("topk", values).ref());
  return Bag(result);
}
template <class T>
Bag<T> Bag<T>::topk(std::uint64_t k) const {
  return topk(k, bags::Identity());
}
template <class T>
template <auto Key>
Bag<T> Bag<T>::topk(std::uint64_t k) const {
  return topk_by(k, bags::fixed<bags::CalleeOf<Key>>());
}
template <class T>
template <AnyFunction Key>
Bag<T> Bag<T>::topk(std::uint64_t k, const Key& key) const {
  if constexpr (bags::goes_to_bags<Key>()) return topk_by(k, bags::object(key));
}

}  // namespace bask
