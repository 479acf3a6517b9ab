// The registry of kernels: kernels by id; the id follows from a kernel's name and parameters.
#include <gtest/gtest.h>
#include <bask/graph/kernel.hpp>

#include <set>

namespace bask {
namespace {

void first(KernelCall& call) {
  call.result.emplace<int>(1);
}
void second(KernelCall& call) {
  call.result.emplace<int>(2);
}

const KernelId kFirst = KernelRegistry::instance().add("kernel", "int()", &first);
const KernelId kTwin = KernelRegistry::instance().add("kernel", "int()", &second);
const KernelId kOther = KernelRegistry::instance().add("kernel", "double()", &second);

TEST(KernelRegistry, FindsWhatWasRegisteredBeforeMain) {
  const KernelRegistry& registry = KernelRegistry::instance();
  EXPECT_EQ(registry[kFirst].name, "kernel");
  EXPECT_EQ(registry[kFirst].run, &first);
  EXPECT_EQ(registry[kTwin].run, &second);
}

TEST(KernelRegistry, GivesEachKernelAHashOfItsOwn) {
  const KernelRegistry& registry = KernelRegistry::instance();
  const std::set<Key> hashes{registry[kFirst].hash, registry[kTwin].hash, registry[kOther].hash};
  EXPECT_EQ(hashes.size(), 3u);
}

TEST(KernelRegistry, FindsAKernelByItsHash) {
  const KernelRegistry& registry = KernelRegistry::instance();
  EXPECT_EQ(registry.find(registry[kFirst].hash), kFirst);
  EXPECT_EQ(registry.find(registry[kTwin].hash), kTwin);
  try {
    registry.find(hash_text("no kernel"));
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "kernel: a function that an operation names is not in this program; run the same program on "
                 "every rank");
  }
}

TEST(KernelRegistry, HashesAllThatItHolds) {
  KernelRegistry& registry = KernelRegistry::instance();
  const Key before = registry.hash();
  EXPECT_EQ(registry.hash(), before);
  registry.add("late", "void()", &first);
  EXPECT_NE(registry.hash(), before);
}

}  // namespace
}  // namespace bask
