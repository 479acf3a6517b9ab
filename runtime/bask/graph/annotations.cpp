#include <bask/graph/annotations.hpp>

#include <utility>

namespace bask {
namespace {

Annotations& in_force() {
  thread_local Annotations annotations;
  return annotations;
}

}  // namespace

Annotations overlay(const Annotations& outer, const Annotations& inner) {
  Annotations both = outer;
  if (inner.priority) both.priority = inner.priority;
  if (inner.retries) both.retries = inner.retries;
  if (inner.checkpoint) both.checkpoint = inner.checkpoint;
  if (inner.isolate) both.isolate = inner.isolate;
  if (inner.memory) both.memory = inner.memory;
  if (inner.timeout) both.timeout = inner.timeout;
  for (const auto& [name, amount] : inner.resources) both.resources[name] = amount;
  return both;
}

annotate::annotate(Annotations annotations) : outer_(in_force()) {
  in_force() = overlay(outer_, annotations);
}

annotate::annotate(Annotations annotations, Only)
    : outer_(std::exchange(in_force(), std::move(annotations))) {}

annotate annotate::only(Annotations annotations) {
  return annotate(std::move(annotations), Only());
}

annotate::~annotate() {
  in_force() = std::move(outer_);
}

const Annotations& annotate::current() {
  return in_force();
}

}  // namespace bask
