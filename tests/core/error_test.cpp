// Errors: one line that says where, what and how to fix it.
#include <gtest/gtest.h>
#include <bask/core/error.hpp>

#include <exception>

namespace bask {
namespace {

TEST(Error, ReadsWhereWhatAndHowToFixIt) {
  const Error error("compute", "nothing is there", "make a Client", ExitCode::kUsage);
  EXPECT_STREQ(error.what(), "compute: nothing is there; make a Client");
  EXPECT_EQ(error.where(), "compute");
  EXPECT_EQ(error.happened(), "nothing is there");
  EXPECT_EQ(error.fix(), "make a Client");
  EXPECT_EQ(error.exit_code(), ExitCode::kUsage);
}

TEST(Error, LeavesOutWhatIsNotSaid) {
  EXPECT_STREQ(Error("", "it broke", "").what(), "it broke");
  EXPECT_STREQ(Error("here", "it broke", "").what(), "here: it broke");
  EXPECT_STREQ(Error("", "it broke", "mend it").what(), "it broke; mend it");
}

TEST(Error, MeansThatATaskFailedUnlessItSaysMore) {
  EXPECT_EQ(Error("", "it broke", "").exit_code(), ExitCode::kTaskFailed);
}

TEST(MessageWithCauses, NamesEachCause) {
  try {
    try {
      try {
        throw std::runtime_error("inner");
      } catch (...) {
        std::throw_with_nested(std::runtime_error("middle"));
      }
    } catch (...) {
      std::throw_with_nested(std::runtime_error("outer"));
    }
  } catch (const std::exception& error) {
    EXPECT_EQ(message_with_causes(error), "outer: caused by middle: caused by inner");
  }
}

TEST(MessageWithCauses, NamesACauseThatIsNoException) {
  try {
    try {
      throw 5;
    } catch (...) {
      std::throw_with_nested(std::runtime_error("outer"));
    }
  } catch (const std::exception& error) {
    EXPECT_EQ(message_with_causes(error), "outer: caused by something that is not a std::exception");
  }
}

// Such an error std::throw_with_nested makes while no exception is being handled.
TEST(Error, TellsItsTextWhenTheNestedExceptionIsNone) {
  struct Outer : std::runtime_error, std::nested_exception {
    Outer() : std::runtime_error("outer") {}
  };
  EXPECT_EQ(message_with_causes(Outer()), "outer");
}

}  // namespace
}  // namespace bask
