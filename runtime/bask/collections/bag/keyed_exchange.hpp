// keyed_exchange.hpp: groupby and join: elements with equal keys come together in one partition.
// Runs on: rank 0; kernels on the rank of their task. Threads: any.
#pragma once

#include <bask/collections/bag/reductions.hpp>
#include <bask/core/serialization.hpp>
#include <bask/exchange/parts.hpp>

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace bask {

namespace bags {

/// The partition of a key, of so many.
inline std::uint32_t partition_of(std::uint64_t hash, std::uint32_t partitions) {
  return static_cast<std::uint32_t>((combined(1, hash) >> 32) * partitions >> 32);
}
/// Parts of these bytes.
Parts parts_of(std::span<const ByteWriter> writers);
/// What the tasks of an exchange read: each its part of all partitions of all sources.
/// Throws: Error when no partitions are asked for.
TaskInputs all_parts_of(std::vector<Partitions> sources, std::uint32_t partitions);
/// As many partitions as options say, or else as many as there are. Throws: Error when they ask for none.
std::uint32_t partitions_asked(const PartitionOptions& options, std::uint32_t otherwise,
                               const char* function);
/// The parts of a call's inputs from `first` on, `count` of them.
PartReader reader_of(const KernelCall& call, std::span<const Input> inputs);

/// Cuts a partition by the keys of its elements. Made of the key's values and the number of parts.
template <class T, class KeyFunction>
class SplitByKey : public Sink {
 public:
  explicit SplitByKey(StepValues& values) : key_(values), writers_(values.next<std::uint32_t>()) {}
  void take(const AnyBatch& batch) override {
    const auto parts = static_cast<std::uint32_t>(writers_.size());
    Batch<T>(batch).each([&](T& element, std::uint16_t) {
      const std::uint64_t hash = hash_of(key_(std::as_const(element)));
      encode(writers_[partition_of(hash, parts)], std::as_const(element));
    });
  }
  Parts finish() { return parts_of(writers_); }

 private:
  KeyFunction key_;
  std::vector<ByteWriter> writers_;
};

/// Calls `use` with each element that lies in the bytes.
template <class T, class Use>
void for_each_in(std::span<const std::byte> bytes, const Use& use) {
  for (ByteReader reader(bytes); reader.remaining() != 0;) use(decode<T>(reader));
}

template <class T, class KeyFunction>
struct GroupParts {
  using K = Returned<KeyFunction, const T&>;
  using Groups = std::vector<std::pair<K, std::vector<T>>>;
  static void run(KernelCall& call) {
    StepValues values(call.inputs);
    const KeyFunction key(values);
    const PartReader reader = reader_of(call, values.rest());
    OrderedTable<K, std::vector<T>> table;
    for (std::size_t k = 0; k < reader.inputs(); ++k) {
      for_each_in<T>(reader.of(k), [&](T element) {
        std::vector<T>* const group =
            table.find_or_add(key(std::as_const(element)), [] { return std::vector<T>(); }).first;
        group->push_back(std::move(element));
      });
    }
    call.result.emplace<Groups>(std::move(table.entries()));
  }
  static inline const KernelId kernel =
      KernelRegistry::instance().add("bag-groupby", typeid(GroupParts).name(), &run, &value_type_of<Groups>);
};

/// The inputs are first those of T, as many as the task's word says, then those of U.
template <class T, class U, class KeyOfT, class KeyOfU>
struct JoinParts {
  using K = Returned<KeyOfT, const T&>;
  using Pairs = std::vector<std::pair<T, U>>;
  static void run(KernelCall& call) {
    StepValues values(call.inputs);
    const KeyOfT key_of_t(values);
    const KeyOfU key_of_u(values);
    std::uint64_t of_t;
    std::memcpy(&of_t, call.arguments + sizeof(std::uint64_t), sizeof(of_t));
    const PartReader reader = reader_of(call, values.rest());
    OrderedTable<K, std::vector<U>> table;
    for (std::size_t k = of_t; k < reader.inputs(); ++k) {
      for_each_in<U>(reader.of(k), [&](U element) {
        const K key = key_of_u(std::as_const(element));
        table.find_or_add(key, [] { return std::vector<U>(); }).first->push_back(std::move(element));
      });
    }
    auto& pairs = call.result.emplace<Pairs>();
    for (std::size_t k = 0; k < of_t; ++k) {
      for_each_in<T>(reader.of(k), [&](const T& element) {
        const auto [matches, is_new] = table.find_or_add(key_of_t(element), [] { return std::vector<U>(); });
        for (const U& match : *matches) pairs.emplace_back(element, match);
      });
    }
  }
  static inline const KernelId kernel =
      KernelRegistry::instance().add("bag-join", typeid(JoinParts).name(), &run, &value_type_of<Pairs>);
};

/// The partitions of a bag, each cut by key.
template <class T, class Key>
Partitions split_by_key(const Pass& pass, const std::string& name, const Key& key, std::uint32_t parts) {
  std::vector<TaskRef> values = key.values;
  values.push_back(delayed(parts).ref());
  return add_pass(pass, name, PassKernel<SplitByKey<T, typename Key::OnRank>>::sink(std::move(values)));
}

}  // namespace bags

template <class T>
template <class Key>
auto Bag<T>::groupby_by(const Key& key, const PartitionOptions& options) const {
  using KeyOn = typename Key::OnRank;
  if constexpr (bags::has_hash_keys<KeyOn, T>()) {
    using Group = bags::GroupParts<T, KeyOn>;
    const std::uint32_t partitions = bags::partitions_asked(options, npartitions(), "bag::groupby");
    const std::string name = bags::step_name("groupby", key.name());
    const bags::Partitions split = bags::split_by_key<T>(*pass(), name + " (split)", key, partitions);
    return Bag<typename Group::Groups::value_type>(
        bags::add_tasks(name, {Group::kernel, key.values}, bags::all_parts_of({split}, partitions)));
  } else {
    return Bag();
  }
}
template <class T>
template <auto Key>
auto Bag<T>::groupby(const PartitionOptions& options) const {
  return groupby_by(bags::fixed<bags::CalleeOf<Key>>(), options);
}
template <class T>
template <AnyFunction Key>
auto Bag<T>::groupby(const Key& key, const PartitionOptions& options) const {
  if constexpr (bags::goes_to_bags<Key>()) {
    return groupby_by(bags::object(key), options);
  } else {
    return Bag();
  }
}

template <class T>
template <class U, class Key, class OtherKey>
Bag<std::pair<T, U>> Bag<T>::join_by(const Bag<U>& other, const Key& key, const OtherKey& other_key,
                                     const PartitionOptions& options) const {
  using KeyOn = typename Key::OnRank;
  using OtherOn = typename OtherKey::OnRank;
  if constexpr (bags::has_hash_keys<KeyOn, T>() && bags::has_hash_keys<OtherOn, U>()) {
    static_assert(std::is_same_v<bags::Returned<KeyOn, const T&>, bags::Returned<OtherOn, const U&>>,
                  "bask: both keys of a join must be of one type: only so do equal ones have equal hashes");
    using Join = bags::JoinParts<T, U, KeyOn, OtherOn>;
    const std::uint32_t partitions =
        bags::partitions_asked(options, std::max(npartitions(), other.npartitions()), "bag::join");
    const bags::Partitions mine = bags::split_by_key<T>(*pass(), "join (split)", key, partitions);
    const bags::Partitions others =
        bags::split_by_key<U>(*other.pass(), "join (split)", other_key, partitions);
    bags::TaskInputs inputs = bags::all_parts_of({mine, others}, partitions);
    inputs.words.assign(partitions, mine.size());
    std::vector<TaskRef> values = key.values;
    values.insert(values.end(), other_key.values.begin(), other_key.values.end());
    return Bag<std::pair<T, U>>(bags::add_tasks("join", {Join::kernel, std::move(values)}, inputs));
  } else {
    return {};
  }
}
template <class T>
template <auto Key, auto OtherKey, class U>
Bag<std::pair<T, U>> Bag<T>::join(const Bag<U>& other, const PartitionOptions& options) const {
  return join_by(other, bags::fixed<bags::CalleeOf<Key>>(), bags::fixed<bags::CalleeOf<OtherKey>>(), options);
}
template <class T>
template <class U, AnyFunction Key, AnyFunction OtherKey>
Bag<std::pair<T, U>> Bag<T>::join(const Bag<U>& other, const Key& key, const OtherKey& other_key,
                                  const PartitionOptions& options) const {
  if constexpr (bags::goes_to_bags<Key>() && bags::goes_to_bags<OtherKey>()) {
    return join_by(other, bags::object(key), bags::object(other_key), options);
  } else {
    return {};
  }
}

}  // namespace bask
