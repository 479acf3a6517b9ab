// Layers and held values: they are destroyed with their last handle, however long the chain that they are in.
#include <gtest/gtest.h>
#include <bask/core/archive.hpp>
#include <bask/graph/value_layer.hpp>

#include "../many.hpp"
#include "test_tasks.hpp"

#include <memory>
#include <thread>

namespace bask {
namespace {

struct Counted {
  static inline std::atomic<int> alive{0};
  Counted() { ++alive; }
  Counted(const Counted&) { ++alive; }
  Counted(Counted&&) noexcept { ++alive; }
  ~Counted() { --alive; }
  template <class Archive>
  void serialize(Archive&, unsigned) {}
};

Value counted() {
  Value value;
  value.emplace<Counted>();
  return value;
}

TEST(Layer, KeepsWhatItReadsAlive) {
  open_layer::close();
  {
    TaskRef held = ValueLayer::held("held", Key{1, 1}, std::make_shared<Value>(counted()));
    TaskRef reader = add_task({&held});
    held = {};
    open_layer::close();
    EXPECT_EQ(Counted::alive, 1);
    reader = {};
    EXPECT_EQ(Counted::alive, 0);
  }
}

TEST(Layer, GoesWithoutRecursionFromTheEndOfALongChain) {
  open_layer::close();
  TaskRef end = ValueLayer::held("held", Key{1, 1}, std::make_shared<Value>(counted()));
  for (int i = 0; i < many(300'000); ++i) {
    end = add_task({&end});
    open_layer::close();  // one layer each
  }
  EXPECT_EQ(Counted::alive, 1);
  end = {};
  EXPECT_EQ(Counted::alive, 0);
}

TEST(ValueLayer, StoresEqualConstantsOnce) {
  {
    int made = 0;
    const auto make = [&] {
      ++made;
      return counted();
    };
    const TaskRef one = ValueLayer::constant(Key{5, 5}, &value_type_of<Counted>, make);
    const TaskRef two = ValueLayer::constant(Key{5, 5}, &value_type_of<Counted>, make);
    const TaskRef other = ValueLayer::constant(Key{5, 6}, &value_type_of<Counted>, make);
    EXPECT_EQ(one.layer, two.layer);
    EXPECT_NE(one.layer, other.layer);
    EXPECT_EQ(made, 2);
    EXPECT_EQ(Counted::alive, 2);
  }
  EXPECT_EQ(Counted::alive, 0);
  // The last handle has gone: it is made anew.
  ValueLayer::constant(Key{5, 5}, &value_type_of<Counted>, counted);
  EXPECT_EQ(Counted::alive, 0);
}

TEST(ValueLayer, IsSharedByThreadsThatMakeAndDropIt) {
  const auto make_and_drop = [] {
    for (int i = 0; i < 2000; ++i)
      ValueLayer::constant(Key{7, std::uint64_t(i) % 3}, &value_type_of<Counted>, counted);
  };
  std::thread other(make_and_drop);
  make_and_drop();
  other.join();
  EXPECT_EQ(Counted::alive, 0);
}

}  // namespace
}  // namespace bask
