// message_of.hpp: the message of the Error that a wrong call throws.
#pragma once

#include <bask/core/error.hpp>

#include <functional>
#include <string>

namespace bask {

/// The message of the bask::Error that `wrong` throws.
/// Exceptions of other types are not caught, and fail the test.
inline std::string message_of(const std::function<void()>& wrong) {
  try {
    wrong();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing was thrown";
}

}  // namespace bask
