// user_call.hpp: which of the user's calls the terms of an expression come from, so that a layer says
// what it does in the user's words: `clip`, and not `maximum, minimum`.
// Runs on: rank 0. Threads: any; each has its own call.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bask {

/// The name of one call; another call has another pointer. Null: the call is the operation itself. Empty: the
/// user did not ask for the operation.
using CallName = std::shared_ptr<const std::string>;

/// While it lives, the nodes that this thread makes belong to one call. Of calls within calls the outermost
/// counts.
class UserCall {
 public:
  explicit UserCall(std::string_view name);
  /// For nodes that only fit operands to an operation: their types and shapes.
  static UserCall implied();
  /// For nodes that are not made for the current call.
  static UserCall none();
  ~UserCall();
  UserCall(const UserCall&) = delete;
  UserCall& operator=(const UserCall&) = delete;

  static const CallName& current();
  /// The name of the current call; `operation` when there is none.
  static std::string name_or(std::string_view operation);

 private:
  explicit UserCall(CallName now);
  CallName before_;
};

/// An operation of an expression, and the call that it belongs to.
struct CalledOperation {
  std::string name;
  CallName call{};
};

/// The calls in the order in which they end, as a list (core/name_list.hpp). Where there are none but
/// operations that the user did not ask for, the last of these.
std::string list_of_calls(std::span<const CalledOperation> operations);

}  // namespace bask
