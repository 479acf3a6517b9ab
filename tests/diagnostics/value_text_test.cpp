// The text of a stored value in a drawing.
#include <gtest/gtest.h>
#include <bask/diagnostics/value_text.hpp>

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace bask {
namespace {

struct Grid {
  int width = 0;
};

template <class T>
std::string text_of(T object) {
  Value value;
  value.emplace<T>(std::move(object));
  return value_text(value);
}

TEST(ValueText, ShowsNumbersAndText) {
  EXPECT_EQ(text_of(42), "42");
  EXPECT_EQ(text_of(-1L), "-1");
  EXPECT_EQ(text_of(true), "true");
  EXPECT_EQ(text_of(0.1), "0.1");
  EXPECT_EQ(text_of(2.0f / 3), "0.6667");
  EXPECT_EQ(text_of(std::string("sea\nwind")), "\"sea wind\"");
  EXPECT_EQ(text_of(std::string(100, 'x')), '"' + std::string(23, 'x') + "…\"");
}

TEST(ValueText, ShowsTheBeginningOfAVector) {
  EXPECT_EQ(text_of(std::vector<int>{}), "[]");
  EXPECT_EQ(text_of(std::vector<int>{1, 2, 3}), "[1, 2, 3]");
  EXPECT_EQ(text_of(std::vector<double>(1000, 0.5)), "[0.5, 0.5, 0.5, …]\n1,000 values");
}

TEST(ValueText, NamesOtherTypesAndTheirSizeWhenLarge) {
  EXPECT_EQ(text_of(Grid{}), "Grid");
  EXPECT_EQ(text_of(std::vector<Grid>(1024 * 1024)), "constant\n4 MiB");
  EXPECT_EQ(value_text(Value()), "nothing");
}

}  // namespace
}  // namespace bask
