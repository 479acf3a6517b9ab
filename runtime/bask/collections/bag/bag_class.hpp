// bag_class.hpp: Bag<T>, lazy lists of anything, as `dask.bag` has them. Users include bag.hpp.
// Runs on: rank 0; partitions are computed on every rank.
// Threads: any; a Bag is a value, and copies share their work.
#pragma once

#include <bask/collections/bag/function.hpp>
#include <bask/collections/bag/pass.hpp>
#include <bask/collections/delayed.hpp>
#include <bask/core/error.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace bask {

template <class E>
class Array;

/// How many partitions there are to be, or how many elements each is to have: one of the two.
struct PartitionOptions {
  std::optional<std::uint32_t> partitions{};
  std::optional<std::uint64_t> partition_size{};
};
struct FrequenciesOptions {
  bool sort = false;  ///< the most frequent first; equally frequent ones as they first come
};
struct BagVarianceOptions {
  std::int64_t ddof = 0;
};
struct TakeOptions {
  std::int64_t npartitions = 1;  ///< how many partitions to look into, from the first on; -1: all
};

/// A list in partitions, each of which is a std::vector<T> that a task makes. T: what may be an argument of
/// `delayed`. The order of the elements is kept. map, starmap, filter, remove, pluck, flatten and
/// random_sample in a row are one pass over each partition, as is what reads them next.
///
/// Functions are given as template arguments, `map<f>()`, or as captureless lambdas or function objects,
/// `map(f)`. Values that follow, Delayeds too, are passed on to each call after the element:
/// `map<scale>(2.0)`.
template <class T>
class Bag {
  static_assert(Serializable<T>,
                "bask: the elements of a bag must be able to go to another rank: pointers and views never "
                "travel, and a class needs to be trivially copyable or to have a Boost.Serialization "
                "`serialize` member");

 public:
  using value_type = T;
  using Partition = std::vector<T>;

  /// An empty handle, to be assigned to. Using it before that throws Error.
  Bag() = default;
  explicit Bag(bags::PassPtr pass) : pass_(std::move(pass)) {}
  /// Of tasks that make partitions. `name`: for the layers that read them; empty: none.
  explicit Bag(const bags::Partitions& partitions, const std::string& name = {});

  std::uint32_t npartitions() const { return pass()->tasks(); }

  // Elements: transform.hpp.
  template <auto F, class... As>
  auto map(const As&... beside) const;
  template <AnyFunction F, class... As>
  auto map(const F& function, const As&... beside) const;
  /// Calls the function with the parts of each tuple, pair or array.
  template <auto F, class... As>
  auto starmap(const As&... beside) const;
  template <AnyFunction F, class... As>
  auto starmap(const F& function, const As&... beside) const;
  /// The elements for which the predicate holds.
  template <auto F, class... As>
  Bag filter(const As&... beside) const;
  template <AnyFunction F, class... As>
  Bag filter(const F& predicate, const As&... beside) const;
  /// The elements for which it does not.
  template <auto F, class... As>
  Bag remove(const As&... beside) const;
  template <AnyFunction F, class... As>
  Bag remove(const F& predicate, const As&... beside) const;
  /// A part of each element: `pluck<&Person::name>()`, or `pluck<1>()` of tuples, pairs and arrays.
  template <auto Part>
  auto pluck() const;
  /// The value at a key of each map, or at an index of each list.
  /// Tasks throw: Error when an element has none, unless there is a default.
  template <class Key>
  auto pluck(const Key& key) const;
  template <class Key, class Default>
  auto pluck(const Key& key, const Default& otherwise) const;
  /// The elements of all elements, which are containers.
  auto flatten() const;
  /// Each element with this probability. Which ones depends on the seed and their places alone.
  /// Throws: Error when the probability is not between 0 and 1.
  Bag random_sample(double probability, std::uint64_t seed) const;
  /// A bag for each part of the elements, which are tuples, pairs or arrays: `auto [a, b] = bag.unzip();`
  auto unzip() const;

  // Partitions: transform.hpp.
  /// Calls a function std::vector<U>(const std::vector<T>&) with each partition.
  template <auto F, class... As>
  auto map_partitions(const As&... beside) const;
  template <AnyFunction F, class... As>
  auto map_partitions(const F& function, const As&... beside) const;
  /// The results of folding all elements up to each one; the initial value first, if there is one.
  template <auto Binop, class... Initial>
  auto accumulate(const Initial&... initial) const;
  template <AnyFunction Binop, class... Initial>
  auto accumulate(const Binop& binop, const Initial&... initial) const;
  /// All pairs of an element of this bag and one of the other: npartitions() times those of the other.
  template <class U>
  Bag<std::tuple<T, U>> product(const Bag<U>& other) const;
  /// The same elements in so many partitions. Neighbours are joined, or each partition is split into equal
  /// parts.
  Bag repartition(const PartitionOptions& options) const;

  // Aggregates: reductions.hpp. One pass over each partition, then a tree of results, eight at a time.
  Delayed<std::int64_t> count() const;
  /// Of bool and integers in 64 bits, of floats as double.
  auto sum() const;
  Delayed<double> mean() const;
  Delayed<double> var(const BagVarianceOptions& options = {}) const;
  Delayed<double> std(const BagVarianceOptions& options = {}) const;
  Delayed<T> min() const;
  Delayed<T> max() const;
  Delayed<bool> any() const;
  Delayed<bool> all() const;
  /// binop(so_far, element) over each partition, beginning with `initial` if it is given; then
  /// combine(a, b) of the partitions' results: binop where it is not given. As in Dask, `initial` is used
  /// once for each partition that has elements.
  template <auto Binop, class... Initial>
  auto fold(const Initial&... initial) const;
  template <auto Binop, auto Combine, class Initial>
  auto fold(const Initial& initial) const;
  template <AnyFunction Binop, class... Rest>
  auto fold(const Binop& binop, const Rest&... initial_and_combine) const;
  /// A fold for each key(element): a bag of pairs (key, result) of one partition, in the order in which keys
  /// first come. Keys have == and std::hash, or are pairs, tuples or lists of such.
  template <auto Key, class... Rest>
  auto foldby(const Rest&... binop_initial_combine) const;
  template <auto Key, auto Binop, class... Initial>
  auto foldby(const Initial&... initial) const;
  template <auto Key, auto Binop, auto Combine, class Initial>
  auto foldby(const Initial& initial) const;
  template <AnyFunction Key, AnyFunction Binop, class... Rest>
  auto foldby(const Key& key, const Binop& binop, const Rest&... initial_and_combine) const;
  /// How often each element comes: a bag of pairs (element, times) of one partition, in the order in which
  /// elements first come.
  Bag<std::pair<T, std::int64_t>> frequencies(const FrequenciesOptions& options = {}) const;
  /// The first element of each key, in their order, in one partition; without a key, each element once.
  Bag distinct() const;
  template <auto Key>
  Bag distinct() const;
  template <AnyFunction Key>
  Bag distinct(const Key& key) const;
  /// The k greatest elements by key, the greatest first, in one partition; of equal ones those that come
  /// first.
  Bag topk(std::uint64_t k) const;
  template <auto Key>
  Bag topk(std::uint64_t k) const;
  template <AnyFunction Key>
  Bag topk(std::uint64_t k, const Key& key) const;

  // All to all: keyed_exchange.hpp. Equal keys come together in one partition, of as many as there are, or as
  // options say. Each element moves once; what has no room in memory goes to the scratch disk.
  /// Pairs (key, its elements in the order of the bag). Keys are in the order in which they first come in
  /// their partition. Keys have == and std::hash, or are pairs, tuples or lists of such.
  template <auto Key>
  auto groupby(const PartitionOptions& options = {}) const;
  template <AnyFunction Key>
  auto groupby(const Key& key, const PartitionOptions& options = {}) const;
  /// All pairs of an element and one of the other bag whose keys are equal, in the order of this bag within
  /// their partition, then of the other.
  template <auto Key, auto OtherKey, class U>
  Bag<std::pair<T, U>> join(const Bag<U>& other, const PartitionOptions& options = {}) const;
  template <class U, AnyFunction Key, AnyFunction OtherKey>
  Bag<std::pair<T, U>> join(const Bag<U>& other, const Key& key, const OtherKey& other_key,
                            const PartitionOptions& options = {}) const;

  // Use: use.hpp.
  /// Runs the tasks that the bag needs and returns its elements.
  Partition compute() const;
  /// Runs them now. The partitions stay on the ranks that made them while the returned bag lives.
  Bag persist() const;
  void visualize(const std::string& path = "graph.svg") const;
  /// Computes the first partitions, and returns their first k elements. Warns when there are fewer.
  Partition take(std::uint64_t k, const TakeOptions& options = {}) const;
  std::vector<Delayed<Partition>> to_delayed() const;
  /// Computes the bag, and writes a file for each partition: files.hpp. The partition's number stands for the
  /// '*' in the path; .gz and .zst are compressed. Returns the files' names.
  std::vector<std::string> to_text(const std::string& path) const;
  std::vector<std::string> to_json(const std::string& path) const;
  std::vector<std::string> to_csv(const std::string& path) const;
  /// The elements, which are numbers, as an array with a block for each partition, of unknown lengths.
  Array<T> to_array() const;

  /// The tasks that make the partitions. Adds them, unless they are there.
  bags::Partitions partitions() const;
  const bags::PassPtr& pass() const {
    if (pass_ == nullptr) throw Error("bag", "an empty Bag is used", "assign one that an operation has made");
    return pass_;
  }

 private:
  template <class F>
  auto map_by(const F& function, std::string_view operation = "map") const;
  template <bool kWanted, class F>
  Bag filter_by(const F& predicate) const;
  template <class F>
  auto map_partitions_by(const F& function) const;
  template <class F>
  auto starmap_by(const F& function) const;
  template <class Binop, class... Initial>
  auto accumulate_by(const Binop& binop, const Initial&... initial) const;
  template <class Binop, class Combine, class... Initial>
  auto fold_by(const Binop& binop, const Combine& combine, const Initial&... initial) const;
  template <class Key, class Binop, class Combine, class... Initial>
  auto foldby_by(const Key& key, const Binop& binop, const Combine& combine, const Initial&... initial) const;
  template <class Key>
  Bag distinct_by(const Key& key) const;
  template <class Key>
  auto groupby_by(const Key& key, const PartitionOptions& options) const;
  template <class U, class Key, class OtherKey>
  Bag<std::pair<T, U>> join_by(const Bag<U>& other, const Key& key, const OtherKey& other_key,
                               const PartitionOptions& options) const;
  template <class Key>
  Bag topk_by(std::uint64_t k, const Key& key) const;
  template <class A>
  auto aggregate(const std::string& name, const std::vector<TaskRef>& values = {}) const;

  bags::PassPtr pass_;
};

}  // namespace bask
