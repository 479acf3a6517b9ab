// use.hpp: bags as arguments of compute, persist, visualize and lazy calls, in which they arrive as one
// vector. Runs on: rank 0; partitions are joined on the rank of the task that takes the bag. Threads: any.
#pragma once

#include <bask/collections/bag/transform.hpp>
#include <bask/collections/compute.hpp>

namespace bask {

namespace bags {

/// How many partitions to look into. Throws: Error for none.
std::uint32_t partitions_to_take(const TakeOptions& options, std::uint32_t partitions);
void warn_of_few(std::uint64_t wanted, std::uint64_t found, std::uint32_t looked, std::uint32_t partitions);

/// Appends the elements of a partition, moved where nobody else reads it.
template <class T>
void join(std::vector<T>& whole, const Input& input) {
  if (whole.empty() && input.last_use) {
    whole = std::move(input.value->get_mutable<std::vector<T>>());
    return;
  }
  if constexpr (!std::is_trivially_copyable_v<T>) {
    if (input.last_use) {
      for (T& element : input.value->get_mutable<std::vector<T>>()) whole.push_back(std::move(element));
      return;
    }
  }
  const auto& partition = input.value->get<std::vector<T>>();
  whole.insert(whole.end(), partition.begin(), partition.end());
}

}  // namespace bags

namespace arguments {

template <class T>
struct Contains<Bag<T>> : std::true_type {};

template <class T>
struct Argument<Bag<T>> {
  using Value = std::vector<T>;
  static void pack(const Bag<T>& bag, CallPacker& packer) {
    const std::vector<TaskRef> refs = bag.partitions().refs();
    packer.count(refs.size());
    for (const TaskRef& ref : refs) packer.input(TaskRef(ref));
  }
  static Ready<Value> unpack(CallUnpacker& unpacker) {
    Value whole;
    const auto inputs = unpacker.inputs(unpacker.count());
    std::size_t size = 0;
    for (const Input& input : inputs) size += input.value->get<Value>().size();
    for (const Input& input : inputs) {
      bags::join(whole, input);
      if (whole.capacity() < size) whole.reserve(size);
    }
    return {std::move(whole)};
  }
  static Bag<T> with_refs(const Bag<T>& bag, RefCursor& refs) {
    bags::Partitions partitions;
    const std::uint32_t count = bag.npartitions();
    for (std::uint32_t k = 0; k < count; ++k) partitions.append(refs.next());
    return Bag<T>(partitions);
  }
  static Value unknown(const Bag<T>&) { return {}; }
};

}  // namespace arguments

template <class T>
std::vector<T> Bag<T>::compute() const {
  return bask::compute(*this);
}

template <class T>
Bag<T> Bag<T>::persist() const {
  return bask::persist(*this);
}

template <class T>
void Bag<T>::visualize(const std::string& path) const {
  bask::visualize(path, *this);
}

template <class T>
std::vector<T> Bag<T>::take(std::uint64_t k, const TakeOptions& options) const {
  const std::uint32_t looked = bags::partitions_to_take(options, npartitions());
  const bags::Partitions firsts =
      bags::add_pass(*pass(), "take", bags::PassKernel<bags::CollectFirst<T>>::sink({delayed(k).ref()}));
  bags::Partitions wanted;
  for (std::uint32_t partition = 0; partition < looked; ++partition) wanted.append(firsts[partition]);
  Partition elements = Bag(wanted).compute();
  if (elements.size() > k) elements.erase(elements.begin() + static_cast<std::ptrdiff_t>(k), elements.end());
  if (elements.size() < k) bags::warn_of_few(k, elements.size(), looked, npartitions());
  return elements;
}

template <class T>
std::vector<Delayed<std::vector<T>>> Bag<T>::to_delayed() const {
  std::vector<Delayed<Partition>> list;
  for (const TaskRef& ref : partitions().refs()) list.emplace_back(ref);
  return list;
}

}  // namespace bask
