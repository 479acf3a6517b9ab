// The gate: units together never hold more than there is, and none waits for ever.
#include <gtest/gtest.h>
#include <bask/core/error.hpp>
#include <bask/execution/resource_gate.hpp>

namespace bask::resource_gate_test {

using Units = std::vector<std::uint32_t>;
const ResourceAmounts kOneGpu{{"gpu", 1}};
const ResourceAmounts kTwoGpus{{"gpu", 2}};

TEST(ResourceGate, AdmitsAsFarAsThereIsAny) {
  ResourceGate gate({{"gpu", 2}});
  EXPECT_TRUE(gate.enter(0, kOneGpu));
  EXPECT_TRUE(gate.enter(1, kOneGpu));
  EXPECT_FALSE(gate.enter(2, kOneGpu));
}

TEST(ResourceGate, HandsOutWhoWaitedWhenThereIsRoomAgain) {
  ResourceGate gate({{"gpu", 2}});
  gate.enter(0, kTwoGpus);
  EXPECT_FALSE(gate.enter(1, kOneGpu));
  EXPECT_FALSE(gate.enter(2, kOneGpu));
  EXPECT_FALSE(gate.enter(3, kOneGpu));
  EXPECT_EQ(gate.leave(kTwoGpus), (Units{1, 2}));
  EXPECT_TRUE(gate.enter(1, kOneGpu));  // leave() has taken its GPU already
  EXPECT_TRUE(gate.enter(2, kOneGpu));
  EXPECT_EQ(gate.leave(kOneGpu), Units{3});
}

TEST(ResourceGate, TakesAllOfWhatAUnitWantsOrNothing) {
  ResourceGate gate({{"gpu", 1}, {"disk", 1}});
  const ResourceAmounts both{{"disk", 1}, {"gpu", 1}};
  EXPECT_TRUE(gate.enter(0, kOneGpu));
  EXPECT_FALSE(gate.enter(1, both));
  EXPECT_TRUE(gate.enter(2, {{"disk", 1}}));
  EXPECT_EQ(gate.leave(kOneGpu), Units{});
  EXPECT_EQ(gate.leave({{"disk", 1}}), Units{1});
}

TEST(ResourceGate, HasAllToGiveAfterManyFractions) {
  ResourceGate gate({{"share", 0.3}});
  const ResourceAmounts tenth{{"share", 0.1}}, all{{"share", 0.3}};
  for (int round = 0; round < 100; ++round) {
    for (std::uint32_t unit = 0; unit < 3; ++unit) EXPECT_TRUE(gate.enter(unit, tenth));
    EXPECT_FALSE(gate.enter(3, tenth));
    gate.leave(tenth);
    EXPECT_TRUE(gate.enter(3, tenth));
    for (int i = 0; i < 3; ++i) gate.leave(tenth);
    EXPECT_TRUE(gate.enter(4, all));
    gate.leave(all);
  }
}

std::string refusal(const ResourceAmounts& offered, const ResourceAmounts& wanted) {
  try {
    ResourceGate(offered).check(wanted, "train-12345678");
    return "";
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), ExitCode::kUsage);
    return error.what();
  }
}

TEST(ResourceGate, RefusesWhatCouldNeverBeHeld) {
  EXPECT_EQ(refusal({{"gpu", 2}}, kTwoGpus), "");
  EXPECT_EQ(refusal({}, kOneGpu),
            "compute: task 'train-12345678' wants 1 of resource 'gpu', and nothing is offered; offer it with "
            "--bask-resources=gpu=1");
  EXPECT_EQ(refusal({{"disk", 4}, {"gpu", 1}}, kTwoGpus),
            "compute: task 'train-12345678' wants 2 of resource 'gpu', and disk=4,gpu=1 is offered; offer it "
            "with --bask-resources=gpu=2");
}

}  // namespace bask::resource_gate_test
