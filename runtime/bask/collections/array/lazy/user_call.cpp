#include <bask/collections/array/lazy/user_call.hpp>
#include <bask/core/name_list.hpp>

#include <unordered_map>
#include <utility>

namespace bask {

namespace {

thread_local CallName current_call;

}  // namespace

UserCall::UserCall(std::string_view name) : UserCall(current_call) {
  if (current_call == nullptr) current_call = std::make_shared<const std::string>(name);
}

UserCall UserCall::implied() {
  static const CallName nameless = std::make_shared<const std::string>();
  return UserCall(current_call == nullptr ? nameless : current_call);
}

UserCall UserCall::none() {
  return UserCall(CallName());
}

UserCall::UserCall(CallName now) : before_(std::exchange(current_call, std::move(now))) {}

UserCall::~UserCall() {
  current_call = std::move(before_);
}

const CallName& UserCall::current() {
  return current_call;
}

std::string UserCall::name_or(std::string_view operation) {
  return current_call == nullptr || current_call->empty() ? std::string(operation) : *current_call;
}

std::string list_of_calls(std::span<const CalledOperation> operations) {
  std::unordered_map<const std::string*, std::size_t> last;  // operation of each call
  for (std::size_t k = 0; k < operations.size(); ++k) {
    if (operations[k].call != nullptr) last[operations[k].call.get()] = k;
  }
  std::vector<std::string> names;
  for (std::size_t k = 0; k < operations.size(); ++k) {
    const std::string* const call = operations[k].call.get();
    if (call == nullptr) {
      names.push_back(operations[k].name);
    } else if (!call->empty() && last[call] == k) {
      names.push_back(*call);
    }
  }
  if (names.empty() && !operations.empty()) names.push_back(operations.back().name);
  return listed(names);
}

}  // namespace bask
