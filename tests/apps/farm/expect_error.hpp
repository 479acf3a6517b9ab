// expect_error.hpp: the message with which wrong usage is refused.
#pragma once

#include <gtest/gtest.h>
#include <bask/core/error.hpp>

#include <functional>
#include <string>

/// The message with which `action` is refused as wrong usage; the test fails when it is not refused.
inline std::string refusal(const std::function<void()>& action) {
  try {
    action();
  } catch (const bask::Error& error) {
    EXPECT_EQ(error.exit_code(), bask::ExitCode::kUsage) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "nothing was refused";
  return {};
}

inline void expect_contains(const std::string& text, const std::string& part) {
  EXPECT_NE(text.find(part), std::string::npos) << "'" << part << "' is not in: " << text;
}
