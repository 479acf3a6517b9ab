// message_of.hpp: what a wrong call says.
#pragma once

#include <bask/core/error.hpp>

#include <functional>
#include <string>

namespace bask {

/// Errors of other kinds than Bask's pass, and fail the test.
inline std::string message_of(const std::function<void()>& wrong) {
  try {
    wrong();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing was thrown";
}

}  // namespace bask
