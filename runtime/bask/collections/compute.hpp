// compute.hpp: runs what lazy values need, for one value or for several in one run.
// Runs on: rank 0. Threads: any, one computation after the other.
#pragma once

#include <bask/collections/delayed.hpp>

#include <tuple>

namespace bask {

namespace arguments {

/// Packs the values that a user asks for, as if they were the arguments of a task.
template <class... As>
CallPacker pack_targets(const As&... wanted) {
  CallPacker packer;
  (Argument<As>::pack(wanted, packer), ...);
  open_layer::close();
  return packer;
}

}  // namespace arguments

/// Computes one Delayed or Array, or a container or tuple of them, in one run. Returns the same with values
/// in their place.
template <class A>
arguments::ValueOf<A> compute(const A& wanted) {
  const arguments::CallPacker packer = arguments::pack_targets(wanted);
  const Results results = current_runtime().compute(packer.inputs());
  if (results.are_unknown) return arguments::Argument<A>::unknown(wanted);
  arguments::CallUnpacker unpacker(packer.bytes().data(), results.targets);
  return arguments::unpack_value<A>(unpacker);
}

/// Computes several values in one run, which does the work that they share once. Returns a tuple:
/// `auto [a, b] = compute(x, y);`
template <class A, class B, class... As>
std::tuple<arguments::ValueOf<A>, arguments::ValueOf<B>, arguments::ValueOf<As>...> compute(
    const A& a, const B& b, const As&... more) {
  return compute(std::tuple<A, B, As...>(a, b, more...));
}

/// Runs all that is needed now. Returns the same handles; the results are kept while these handles live.
template <class A>
A persist(const A& wanted) {
  const arguments::CallPacker packer = arguments::pack_targets(wanted);
  const std::vector<TaskRef> held = current_runtime().persist(packer.inputs());
  arguments::RefCursor refs(held);
  return arguments::Argument<A>::with_refs(wanted, refs);
}
template <class A, class B, class... As>
std::tuple<A, B, As...> persist(const A& a, const B& b, const As&... more) {
  return persist(std::tuple<A, B, As...>(a, b, more...));
}

/// Draws the graph of all that is needed into a file: .svg, .png, .pdf or .dot.
template <class... As>
void visualize(const std::string& path, const As&... wanted) {
  const arguments::CallPacker packer = arguments::pack_targets(wanted...);
  current_runtime().visualize(packer.inputs(), path);
}

template <class T>
T Delayed<T>::compute() const {
  if constexpr (std::is_void_v<T>) {
    bask::compute(*this);
  } else {
    return bask::compute(*this);
  }
}

template <class T>
Delayed<T> Delayed<T>::persist() const {
  return bask::persist(*this);
}

template <class T>
void Delayed<T>::visualize(const std::string& path) const {
  bask::visualize(path, *this);
}

}  // namespace bask
