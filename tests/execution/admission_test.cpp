// Which units may start: those whose resources are free, and that would end in time.
#include <gtest/gtest.h>
#include <bask/core/error.hpp>
#include <bask/execution/admission.hpp>

namespace bask::admission_test {

using Answer = Admission::Answer;
using Units = std::vector<std::uint32_t>;
using std::chrono::milliseconds;

// Three units of one task each, of groups 1, 1 and 2; the first two want a GPU.
Plan plan_of_three() {
  Plan plan;
  plan.task = {{0}, {1}, {2}};
  plan.group = {1, 1, 2};
  plan.groups = {{"constants", nullptr}, {"train", nullptr}, {"plot", nullptr}};
  plan.annotation = {1, 1, 0};
  plan.annotations = {{}, {.resources = {{"gpu", 1}}}};
  plan.unit_begin = {0, 1, 2, 3};
  plan.waits_for = {0, 0, 0};
  return plan;
}

struct AdmissionTest : testing::Test {
  static Units left(Admission& admission, std::uint32_t unit) {
    std::vector<ReadyUnit> ready;
    admission.leave(unit, ready);
    Units units;
    for (const ReadyUnit& each : ready) units.push_back(each.unit);
    return units;
  }

  const PlanStore plan{plan_of_three()};
  const Admission::TimePoint start{std::chrono::hours(1)};
};

TEST_F(AdmissionTest, HoldsAUnitBackWhileItsResourcesAreTaken) {
  Admission admission(plan, {{"gpu", 1}}, {}, 1);
  EXPECT_EQ(admission.enter(0, start), Answer::kStart);
  EXPECT_EQ(admission.enter(1, start), Answer::kWait);
  EXPECT_EQ(admission.enter(2, start), Answer::kStart) << "it wants none";
  EXPECT_EQ(left(admission, 2), Units{});
  EXPECT_EQ(left(admission, 0), Units{1});
  EXPECT_EQ(admission.enter(1, start), Answer::kStart) << "it has them already";
  EXPECT_EQ(left(admission, 1), Units{});
}

TEST_F(AdmissionTest, StartsAnythingWhereThereIsNoEnd) {
  Admission admission(plan, {}, {}, 1);
  admission.note_duration(2, std::chrono::hours(10), 0);
  EXPECT_FALSE(admission.has_end());
  EXPECT_EQ(admission.enter(2, start), Answer::kStart);
  EXPECT_EQ(admission.too_long(), 0u);
}

TEST_F(AdmissionTest, StartsNoUnitThatWouldNotEndInTimeByWhatItsGroupHasTaken) {
  Admission admission(plan, {{"gpu", 1}}, start + milliseconds(100), 2);
  EXPECT_EQ(admission.enter(2, start), Answer::kStart) << "the first of a group";
  admission.note_duration(2, milliseconds(90), 1);
  EXPECT_EQ(admission.enter(2, start), Answer::kTooLong);
  EXPECT_EQ(admission.enter(0, start), Answer::kStart) << "of another group";
  EXPECT_EQ(admission.enter(2, start - milliseconds(900)), Answer::kStart) << "early enough";
  EXPECT_EQ(admission.too_long(), 1u);
}

TEST_F(AdmissionTest, GivesResourcesBackOfAUnitThatWouldNotEndInTime) {
  Admission admission(plan, {{"gpu", 1}}, start + milliseconds(100), 1);
  admission.note_duration(1, milliseconds(90), 0);
  EXPECT_EQ(admission.enter(0, start), Answer::kTooLong);
  EXPECT_EQ(admission.enter(1, start), Answer::kWait);
  EXPECT_EQ(left(admission, 0), Units{1});
}

TEST_F(AdmissionTest, RefusesAPlanThatWantsMoreThanIsOfferedBeforeItRuns) {
  EXPECT_NO_THROW(check_offered(*plan, {{"gpu", 1}}, {}));
  try {
    check_offered(*plan, {{"gpu", 0.5}}, {});
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "compute: task 'task' wants 1 of resource 'gpu', and gpu=0.5 is offered; offer it with "
                 "--bask-resources=gpu=1");
  }
}

}  // namespace bask::admission_test
