// The check that each task makes of its inputs: which inputs pass, and the message for those that do not.
#include <gtest/gtest.h>
#include <bask/core/error.hpp>

#include <taskbench/output.hpp>

#include <string>
#include <vector>

namespace taskbench {
namespace {

constexpr std::uint32_t kBytes = 48;

const Pattern& stencil() {
  static const Pattern pattern{.width = 8, .steps = 10, .radix = 5, .type = DependenceType::kStencil1d};
  return pattern;
}

std::vector<Marks> outputs_of(std::uint32_t step, const std::vector<std::uint32_t>& points) {
  std::vector<Marks> outputs;
  for (const std::uint32_t point : points) outputs.push_back(make_output<Marks>({step, point}, kBytes));
  return outputs;
}

// The message of the task at step 3, point 4 about its inputs.
std::string complaint(const std::vector<Marks>& inputs) {
  try {
    check_inputs(stencil(), {3, 4}, kBytes, inputs);
    return "";
  } catch (const bask::Error& error) {
    return error.where() + ": " + error.happened();
  }
}

TEST(InputCheck, AcceptsThePredecessorsInOrder) {
  EXPECT_EQ(complaint(outputs_of(2, {3, 4, 5})), "");
}

TEST(InputCheck, AcceptsSmallOutputs) {
  const std::vector<Mark> inputs = {{2, 3}, {2, 4}, {2, 5}};
  EXPECT_NO_THROW(check_inputs(stencil(), {3, 4}, sizeof(Mark), inputs));
}

TEST(InputCheck, NoticesAMissingInput) {
  EXPECT_EQ(
      complaint(outputs_of(2, {3, 4})),
      "stencil_1d task (step 3, point 4): 2 inputs were given, and its predecessors are the points 3, 4, 5");
}

TEST(InputCheck, NoticesAnExtraInput) {
  EXPECT_EQ(
      complaint(outputs_of(2, {3, 4, 5, 6})),
      "stencil_1d task (step 3, point 4): 4 inputs were given, and its predecessors are the points 3, 4, 5");
  EXPECT_THROW(check_inputs(stencil(), {0, 4}, kBytes, outputs_of(0, {4})), bask::Error);
}

TEST(InputCheck, NoticesAnInputOfAnotherPoint) {
  EXPECT_EQ(
      complaint(outputs_of(2, {3, 6, 5})),
      "stencil_1d task (step 3, point 4): input 1 should be 48 bytes of (step 2, point 4), and is 48 bytes "
      "with one of (step 2, point 6)");
}

TEST(InputCheck, NoticesAnInputOfAnotherStep) {
  EXPECT_NE(complaint(outputs_of(1, {3, 4, 5})).find("one of (step 1, point 3)"), std::string::npos);
}

TEST(InputCheck, NoticesInputsInAnotherOrder) {
  EXPECT_NE(complaint(outputs_of(2, {4, 3, 5})), "");
}

TEST(InputCheck, LooksAtEveryByte) {
  std::vector<Marks> inputs = outputs_of(2, {3, 4, 5});
  inputs[2].back().point ^= 1ll << 40;
  EXPECT_NE(complaint(inputs).find("input 2 should be 48 bytes of (step 2, point 5)"), std::string::npos);
}

TEST(InputCheck, NoticesACutOutput) {
  std::vector<Marks> inputs = outputs_of(2, {3, 4, 5});
  inputs[0].pop_back();
  EXPECT_NE(complaint(inputs).find("should be 48 bytes of (step 2, point 3), and is 32 bytes"),
            std::string::npos);
}

}  // namespace
}  // namespace taskbench
