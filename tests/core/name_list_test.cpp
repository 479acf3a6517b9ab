// Many names as one short text.
#include <gtest/gtest.h>
#include <bask/core/name_list.hpp>
#include <bask/core/utf8_text.hpp>

namespace bask {
namespace {

using Names = std::vector<std::string>;

TEST(NameList, KeepsTheOrder) {
  EXPECT_EQ(listed(Names{"normal", "add", "mean"}), "normal, add, mean");
  EXPECT_EQ(listed(Names{"matmul"}), "matmul");
  EXPECT_EQ(listed(Names{}), "");
}

TEST(NameList, CountsEqualNamesInARow) {
  EXPECT_EQ(listed(Names{"add", "add", "add", "exp", "add"}), "add ×3, exp, add");
}

TEST(NameList, CountsAllEqualNamesWhereTheListIsLong) {
  Names names{"normal"};
  for (int k = 0; k < 5; ++k) names.insert(names.end(), {"multiply", "add"});
  EXPECT_EQ(listed(names), "normal, multiply ×5, add ×5");
}

TEST(NameList, LeavesOutTheMiddleWhereItIsLongerStill) {
  EXPECT_EQ(listed(Names{"one", "two", "three", "four", "five", "six"}, 24), "one, two, …, five, six");
  EXPECT_EQ(shortened_list("one, two, three, four, five, six", 12), "one, …, six");
  EXPECT_EQ(shortened_list("one, two, three, four, five, six", 10), "…, six");
  EXPECT_EQ(shortened_list("one, a_very_long_name", 8), "a_very_…");
  EXPECT_EQ(shortened_list("one, two, …, five, six", 17), "one, …, five, six");
  EXPECT_EQ(shortened_list("one, …, four, five, six", 17), "one, …, five, six");
}

TEST(NameList, IsNeverLongerThanItMayBe) {
  Names names;
  for (int k = 0; k < 40; ++k) names.push_back("opération" + std::to_string(k));
  for (std::size_t columns = 1; columns < 200; ++columns) {
    EXPECT_LE(columns_of(listed(names, columns)), columns);
    EXPECT_LE(columns_of(shortened_list(listed(names), columns)), columns);
  }
}

TEST(NameList, HasNoLineBreaks) {
  EXPECT_EQ(listed(Names{"two\nlines", "\x1b[31m"}), "two lines,  [31m");
}

TEST(NameList, OfOneNameLosesItsEnd) {
  EXPECT_EQ(shortened_list("from_hdf5 température", 12), "from_hdf5 t…");
}

TEST(NameList, IsReadFromItsText) {
  EXPECT_EQ(names_in("normal, add ×3, mean"), (Names{"normal", "add ×3", "mean"}));
  EXPECT_EQ(names_in("mean"), Names{"mean"});
}

}  // namespace
}  // namespace bask
