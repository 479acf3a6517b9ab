// Keys: equal for equal content only, and short names for people.
#include <gtest/gtest.h>
#include <bask/core/id.hpp>
#include <bask/core/key.hpp>

#include <type_traits>
#include <unordered_set>

namespace bask {
namespace {

TEST(Key, DependsOnContentAlone) {
  const std::string text = "increment";
  EXPECT_EQ(hash_text("increment"), hash_text(text));
  EXPECT_EQ(hash_text(text), hash_bytes(std::as_bytes(std::span(text))));
  EXPECT_NE(hash_text("increment"), hash_text("increments"));
}

// Journals outlive a process, so this value must never change. It is that of XXH3 for no input.
TEST(Key, IsTheSameInEveryRun) {
  EXPECT_EQ(to_hex(hash_text("")), "99aa06d3014798d86001c324468d497f");
}

TEST(Key, DiffersAmongMembersAndFamilies) {
  std::unordered_set<Key> keys;
  for (const char* family : {"a", "b"}) {
    for (std::uint64_t index = 0; index < 1000; ++index) keys.insert(hash_member(hash_text(family), index));
  }
  EXPECT_EQ(keys.size(), 2000u);
}

TEST(Key, IsShownWhole) {
  EXPECT_EQ(to_hex(Key{0x0123, 0xff}), "000000000000012300000000000000ff");
}

TEST(Key, GivesAShortName) {
  EXPECT_EQ(short_name("increment", Key{0x7f3a09c1'12345678, 0}), "increment-7f3a09c1");
  EXPECT_EQ(short_name("load", Key{1, 0}), "load-00000000");
}

TEST(Id, OfOneKindIsNotOneOfAnother) {
  static_assert(!std::is_convertible_v<TaskId, KernelId> && !std::is_convertible_v<int, TaskId>);
  EXPECT_LT(TaskId{1}, TaskId{2});
}

}  // namespace
}  // namespace bask
