// Layers of arrays say which operations their tasks do, in the user's words and order.
#include <gtest/gtest.h>
#include <bask/bask.hpp>
#include <bask/collections/array/average.hpp>
#include <bask/collections/array/blockwise.hpp>
#include <bask/collections/array/groupby.hpp>
#include <bask/collections/array/lazy/user_call.hpp>
#include <bask/diagnostics/graph_drawing.hpp>
#include <bask/graph/expand.hpp>
#include <bask/plan/cull.hpp>
#include <bask/plan/share_work.hpp>

namespace bask {
namespace {

using Labels = std::vector<std::string>;

double twice(double x) {
  return 2 * x;
}
double refuse_all(double) {
  throw std::domain_error("x is wrong");
}

class OperationNames : public testing::Test {
 protected:
  /// The names of all layers, in the order in which they are computed.
  template <class E>
  static Labels labels(const Array<E>& x, bool shared = false) {
    std::vector<TaskRef> blocks;
    const BlockRefs& refs = x.node()->lowered();
    for (std::uint32_t k = 0; k < refs.size(); ++k) blocks.push_back(refs[k]);
    std::vector<const TaskRef*> targets;
    for (const TaskRef& block : blocks) targets.push_back(&block);
    Expansion expansion = expand(targets);
    if (shared) expansion = share_work(std::move(expansion));
    Labels names;
    for (std::uint32_t task = 0; task < expansion.graph.size(); ++task) {
      if (expansion.graph.is_constant(TaskId{task})) continue;
      const std::string& name = expansion.graph.layer_name(TaskId{task});
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
    return names;
  }

  Client client_ = Client(Options{.threads = 2});
  random::Generator rng_ = random::default_rng(42);
  const Array<double> x_ = rng_.random({100, 100}, {10, 10}), y_ = rng_.normal(0, 1, {100, 100}, {10, 10});
};

TEST_F(OperationNames, ListWhatIsFusedWithTheReductionLast) {
  EXPECT_EQ(labels((x_ + x_.T())["::2, 50:"].mean(1)),
            (Labels{"random, transpose, add, getitem, mean", "mean (finish)"}));
}

TEST_F(OperationNames, TellTheStepsOfAReductionApart) {
  EXPECT_EQ(labels(((x_ - x_.mean(0)) / x_.std(0)).sum()),
            (Labels{"random, mean", "mean (combine)", "mean (finish)", "random, std", "std (combine)",
                    "std (finish)", "random, subtract, divide, sum", "sum (combine)", "sum (finish)"}));
  EXPECT_EQ(labels(histogram(x_.ravel(), 4, 0, 1).counts),
            (Labels{"random, rechunk", "reshape", "histogram", "histogram (combine)", "histogram (finish)"}));
  EXPECT_EQ(labels(groupby(y_, std::vector<std::int64_t>(100, 3)).mean()),
            (Labels{"normal, groupby-mean", "groupby-mean (combine)", "groupby-mean (finish)"}));
  EXPECT_EQ(labels(x_.cumsum(0)), (Labels{"random", "cumsum (last)", "cumsum (before)", "cumsum"}));
}

TEST_F(OperationNames, AreThoseOfAllReductionsThatOnePassDoes) {
  const auto scaled = x_ * 2.0;
  const Labels names = labels(scaled.max(0) - scaled.min(0), true);
  EXPECT_EQ(names, (Labels{"random, multiply, max, min", "max (pick)", "max (combine)", "max (finish)",
                           "min (pick)", "min (combine)", "min (finish)", "subtract"}));
}

TEST_F(OperationNames, OfProductsAndTheirSums) {
  EXPECT_EQ(labels(matmul(x_ + 1.0, y_)), (Labels{"random, add", "normal", "matmul"}));
  EXPECT_EQ(labels(tensordot(x_, y_, 2)), (Labels{"normal", "random", "tensordot", "tensordot (sum)"}));
}

TEST_F(OperationNames, OfViewsAndJoints) {
  EXPECT_EQ(labels(x_.rechunk({50, 50}) + 1.0), Labels{"random, rechunk, add"});
  EXPECT_EQ(labels(concatenate({x_, y_})), Labels{"random, normal, concatenate"});
  EXPECT_EQ(labels(broadcast_to(x_, {3, 100, 100})), Labels{"random, broadcast_to"});
  EXPECT_EQ(labels(x_["1:, ::2"]), Labels{"random, getitem"});
}

TEST_F(OperationNames, AreThoseOfTheUsersCallsWhateverTheseAreMadeOf) {
  EXPECT_EQ(labels(bask::where(x_ > 0.5, x_, 0)), Labels{"random, greater, where"});
  EXPECT_EQ(labels(clip(y_, 0, 1)), Labels{"normal, clip"});
  EXPECT_EQ(labels(round(y_, 2) + nan_to_num(y_)), Labels{"normal, round, nan_to_num, add"});
  EXPECT_EQ(labels(stack({flip(x_), roll(x_, 1, 0)})), Labels{"random, flip, roll, stack"});
  EXPECT_EQ(labels(nansum(y_, 0)), (Labels{"normal, nansum", "nansum (combine)", "nansum (finish)"}));
  EXPECT_EQ(labels(norm(x_, 2, 1)), (Labels{"random, norm", "norm (combine)", "norm (finish)", "norm"}));
  EXPECT_EQ(labels(linspace(0, 1, 9) * arange<float>(9)), Labels{"linspace, arange, multiply"});
}

TEST_F(OperationNames, LeaveOutWhatTheUserDidNotWrite) {
  const auto whole = rng_.integers(0, 9, {100}, {10});
  EXPECT_EQ(labels(whole / 2 + x_), Labels{"integers, divide, random, add"});  // casts and broadcasts
  EXPECT_EQ(labels(whole.astype<float>() * 2.5F), Labels{"integers, astype, multiply"});
  EXPECT_EQ(labels(matmul(whole.reshape({10, 10}), x_["0:10"])),
            (Labels{"integers", "reshape", "astype", "random, getitem", "matmul"}));
}

TEST_F(OperationNames, HaveTheUsersFunctions) {
  EXPECT_EQ(labels(map<twice>(x_ + 1.0)), Labels{"random, add, twice"});
  const auto same = [](NdView<const double> block) {
    return NdArray<double>(Shape(block.shape.begin(), block.shape.end()));
  };
  EXPECT_EQ(labels(map_blocks(same, {.name = "smooth\nfield"}, y_)), Labels{"normal, smooth field"});
}

TEST_F(OperationNames, BeginAfterWhatWasPersisted) {
  EXPECT_EQ(labels((x_.persist() + 1.0).max()), (Labels{"add, max", "max (combine)", "max (finish)"}));
}

TEST_F(OperationNames, AreShortOfLongChains) {
  auto x = x_;
  for (int k = 0; k < 12; ++k) x = x + 1.0;
  EXPECT_EQ(labels(x), Labels{"random, add ×12"});
  for (int k = 0; k < 20; ++k) x = sqrt(abs(x) * 0.5 + 1.0);
  EXPECT_EQ(labels(x), Labels{"random, add ×32, absolute ×20, multiply ×20, sqrt ×20"});
  x = tanh(log1p(exp2(arctan(sin(cos(tan(sinh(floor(cbrt(x))))))))));
  EXPECT_EQ(labels(x), Labels{"random, add ×32, absolute ×20, …, arctan, exp2, log1p, tanh"});
}

TEST_F(OperationNames, AreInNoKey) {
  const auto a = clip(x_, 0, 1), b = minimum(maximum(x_, 0), 1);
  EXPECT_EQ(a.node()->lowered()[0].layer->key(0), b.node()->lowered()[0].layer->key(0));
  EXPECT_NE(labels(a), labels(b));
}

TEST_F(OperationNames, AreEqualForEqualWork) {
  auto x = x_.persist();
  Labels first;
  for (int step = 0; step < 3; ++step) {
    const auto next = x["1:-1, 1:-1"] * 0.5 + x["2:, 1:-1"] * 0.5;
    if (step == 0) first = labels(next);
    EXPECT_EQ(labels(next), first);
    x = next.persist();
  }
}

TEST_F(OperationNames, StandInErrors) {
  try {
    map<refuse_all>(x_ + 1.0).sum().compute();
    FAIL() << "nothing was thrown";
  } catch (const TaskError& error) {
    EXPECT_TRUE(error.failure().task.starts_with("sum-partial-")) << error.failure().task;
    EXPECT_NE(std::string(error.what()).find("(layer 'random, add, refuse_all, sum', rank 0"),
              std::string::npos)
        << error.what();
  }
}

TEST_F(OperationNames, StandInPictures) {
  const auto x = random::default_rng(1).random({4}, {4});
  const auto sum = (x + 1.0).sum();
  const TaskRef block = sum.node()->lowered()[0];
  const Expansion expansion = expand(std::vector<const TaskRef*>{&block});
  const std::vector<std::uint32_t> uses = cull(expansion.graph, expansion.targets);
  const std::string dot = to_dot({expansion.graph, expansion.targets, uses}, {});
  EXPECT_NE(dot.find("label=\"random, add, \\nsum\""), std::string::npos) << dot;
  EXPECT_NE(dot.find("label=\"" + expansion.graph.name(expansion.targets[0]) + '"'), std::string::npos)
      << dot;
}

// Calls within calls.

TEST(UserCall, OfTheOutermostCountsUntilItEnds) {
  EXPECT_EQ(UserCall::name_or("add"), "add");
  {
    const UserCall outer("average");
    const UserCall inner("sum");
    const auto implied = UserCall::implied();
    EXPECT_EQ(UserCall::name_or("add"), "average");
    const auto none = UserCall::none();
    EXPECT_EQ(UserCall::name_or("add"), "add");
  }
  EXPECT_EQ(UserCall::current(), nullptr);
}

TEST(UserCall, IsListedWhereItEnds) {
  const auto clip = std::make_shared<const std::string>("clip"),
             implied = std::make_shared<const std::string>();
  EXPECT_EQ(list_of_calls(std::vector<CalledOperation>{
                {"maximum", clip}, {"astype", implied}, {"exp"}, {"minimum", clip}, {"sum"}}),
            "exp, clip, sum");
  EXPECT_EQ(list_of_calls(std::vector<CalledOperation>{{"astype", implied}}), "astype");
}

}  // namespace
}  // namespace bask
