// How lazy arrays become tasks: only needed ones, once, in one pass over each block, however long the chain.
#include <gtest/gtest.h>
#include <bask/bask.hpp>
#include <bask/collections/array/blockwise.hpp>
#include <bask/collections/array/creation.hpp>
#include <bask/collections/array/elementwise.hpp>
#include <bask/collections/array/groupby.hpp>
#include <bask/collections/array/manipulation.hpp>
#include <bask/collections/array/random.hpp>
#include <bask/collections/array/reductions.hpp>
#include <bask/collections/array/statistics.hpp>
#include <bask/graph/expand.hpp>

#include <atomic>
#include <map>
#include <sstream>

namespace bask {
namespace {

std::atomic<int> calls_made{0};
NdArray<double> made_block(int value) {
  ++calls_made;
  NdArray<double> block({10, 10});
  for (double& x : block) x = value;
  return block;
}

class LoweringTest : public testing::Test {
 protected:
  void SetUp() override { calls_made = 0; }
  // 4 x 4 blocks of 10 x 10, each made by one task and filled with the block's number.
  static Array<double> grid() {
    std::vector<Delayed<NdArray<double>>> blocks;
    for (int k = 0; k < 16; ++k) blocks.push_back(delayed<made_block>(k));
    return from_delayed(blocks, {{10, 10, 10, 10}, {10, 10, 10, 10}});
  }
  std::uint64_t tasks() const { return client_.last_compute().tasks; }
  Client client_ = Client(Options{.threads = 2});
};

TEST_F(LoweringTest, ASliceMakesOnlyTheBlocksThatItReads) {
  const NdArray<double> part = grid()["5:15, 31:39"].compute();
  EXPECT_EQ(calls_made, 2);
  EXPECT_EQ(part(0, 0), 3);
  EXPECT_EQ(part(9, 7), 7);
}

TEST_F(LoweringTest, AStrideSkipsWholeBlocks) {
  EXPECT_EQ(grid()["::30, ::-30"].compute(), NdArray<double>({2, 2}, {3, 0, 15, 12}));
  EXPECT_EQ(calls_made, 4);
}

TEST_F(LoweringTest, IndicesReachThroughOperationsTransposesAndTakes) {
  const auto x = grid();
  EXPECT_EQ((x + x.T())(0, slice(35, 36)).compute(), NdArray<double>({1}, {15}));
  EXPECT_EQ(calls_made, 2);
  calls_made = 0;
  EXPECT_EQ(grid().take({39, 0}, 0)(slice(none, none), 0).compute(), NdArray<double>({2}, {12, 0}));
  EXPECT_EQ(calls_made, 2);
  calls_made = 0;
  EXPECT_EQ(concatenate<double>({grid(), grid()}, 1)(0, 41).compute().item(), 0);
  EXPECT_EQ(calls_made, 1);
}

TEST_F(LoweringTest, AnEmptySliceMakesNothing) {
  EXPECT_EQ(grid()["3:3"].compute(), NdArray<double>(Shape{0, 40}));
  EXPECT_EQ(calls_made, 0);
}

TEST_F(LoweringTest, AReductionOfASliceReadsOnlyTheSlice) {
  EXPECT_EQ(grid()["10:20"].sum().compute().item(), (4 + 5 + 6 + 7) * 100);
  EXPECT_EQ(calls_made, 4);
}

TEST_F(LoweringTest, AChainOfElementwiseOperationsIsOneTaskABlock) {
  auto x = random::default_rng(1).random({40, 40}, {10, 10});
  for (int k = 0; k < 10; ++k) x = sqrt(x * x + 1.0);
  x.compute();
  EXPECT_EQ(tasks(), 16u);
  (x.T() + x).compute();
  EXPECT_EQ(tasks(), 16u);
}

TEST_F(LoweringTest, TheFirstStepOfAReductionIsPartOfTheSamePass) {
  const auto x = random::default_rng(1).random({40, 40}, {10, 10});
  (x * 2.0 + 1.0).sum(0, {.split_every = 4}).compute();
  EXPECT_EQ(tasks(), 16u + 4u);
}

TEST_F(LoweringTest, WhatTwoResultsShareRunsOnce) {
  const auto x = grid();
  const auto mean = x.mean();
  const auto [low, high] = compute(x.min() - mean, x.max() - mean);
  EXPECT_EQ(low.item(), -7.5);
  EXPECT_EQ(high.item(), 7.5);
  EXPECT_EQ(calls_made, 16);
}

TEST_F(LoweringTest, EqualExpressionsRunOnce) {
  const auto x = random::default_rng(1).random({40, 40}, {10, 10});
  x.sum().compute();
  const std::uint64_t one = tasks();
  compute(x.sum(), random::default_rng(1).random({40, 40}, {10, 10}).sum());
  EXPECT_EQ(tasks(), one);
}

TEST_F(LoweringTest, AReductionThatAnExpressionUsesTwiceRunsOnce) {
  const auto x = grid();
  const auto mean = x.mean();
  EXPECT_EQ(((x - mean) * (x + mean)).sum().compute().item(), 34000);  // 100 Σ (k² - 7.5²)
  EXPECT_EQ(calls_made, 16);
}

TEST_F(LoweringTest, PersistedBlocksAreNotMadeAgain) {
  const auto x = grid().persist();
  EXPECT_EQ(calls_made, 16);
  EXPECT_EQ((x + 1.0).sum().compute().item(), 13600);
  EXPECT_EQ(x(39, 39).compute().item(), 15);
  EXPECT_EQ(calls_made, 16);
}

TEST_F(LoweringTest, AChainOfTenThousandOperationsHoldsTheStackAndTheTime) {
  auto x = arange<double>(100);
  for (int k = 0; k < 10000; ++k) x = k % 2 == 0 ? x + 1.0 : -x;
  const NdArray<double> result = x.compute();
  double expected = 7;
  for (int k = 0; k < 10000; ++k) expected = k % 2 == 0 ? expected + 1 : -expected;
  EXPECT_EQ(result[7], expected);
  EXPECT_LE(tasks(), 100u);
}

TEST_F(LoweringTest, ChainsOfViewsAndOfSharedOperandsDoNotGrowByTheirPaths) {
  auto x = arange<double>(64).reshape({8, 8});
  for (int k = 0; k < 1000; ++k) x = x.T()["::-1"];
  EXPECT_EQ(x.compute()(0, 0), 0);  // a quarter turn and 250 whole ones
  auto y = ones({8}, 4);
  for (int k = 0; k < 1000; ++k) y = (y + y) * 0.5;
  EXPECT_EQ(y.compute()[3], 1);
}

TEST_F(LoweringTest, DroppingALongChainThatWasNeverComputedIsSafe) {
  auto x = ones({10});
  for (int k = 0; k < 10000; ++k) x = x + x;
  x = Array<double>();
  SUCCEED();
}

TEST_F(LoweringTest, PointsMakeOnlyTheBlocksThatHoldThem) {
  const std::vector<std::int64_t> rows{35, 0, 1, -1}, columns{25, 39, 38, 20};
  EXPECT_EQ(grid()(rows, columns).compute(), NdArray<double>({4}, {14, 3, 3, 14}));
  EXPECT_EQ(calls_made, 2);
  EXPECT_EQ(tasks(), 4u + 2 + 1);  // two blocks and their checks, a pick from each, and the result
}

TEST_F(LoweringTest, ManyPointsAreGatheredInBlocksAsLargeAsThoseThatTheyComeFrom) {
  const auto x = arange<std::int64_t>(640000).reshape({800, 800}).rechunk({400, 400});
  std::vector<std::int64_t> rows, columns;
  for (std::int64_t k = 0; k < 400000; ++k) {
    rows.push_back(k * 7919 % 800 - 800 * (k % 2));
    columns.push_back(k * 104729 % 800);
  }
  const auto y = x(rows, columns);
  EXPECT_EQ(y.chunks(), (Chunks{{160000, 160000, 80000}}));
  const auto found = y.compute();
  for (std::size_t k = 0; k < rows.size(); ++k)
    ASSERT_EQ(found[k], (rows[k] + 800) % 800 * 800 + columns[k]) << k;
}

// Annotations.

// The annotations of the tasks of each layer that the array needs.
std::map<std::string, Annotations> annotations_in(const ArrayPtr& node) {
  const BlockRefs& refs = node->lowered();
  open_layer::close();
  std::vector<TaskRef> targets;
  for (std::uint32_t k = 0; k < refs.size(); ++k) targets.push_back(refs[k]);
  std::vector<const TaskRef*> wanted;
  for (const TaskRef& target : targets) wanted.push_back(&target);
  const TaskGraph graph = expand(wanted).graph;
  std::map<std::string, Annotations> by_layer;
  for (std::uint32_t task = 0; task < graph.size(); ++task) {
    if (!graph.is_constant({task})) by_layer[graph.layer_name({task})] = graph.annotations_of({task});
  }
  return by_layer;
}

TEST_F(LoweringTest, AnnotationsBelongToTheOperationWhereTheyAreWritten) {
  const auto x = ones({8}, 4);
  const auto y = [&] {
    const annotate scope({.retries = 3});
    return sqrt(x + 1.0);
  }();
  const annotate elsewhere({.priority = 7});  // around its lowering: does not count
  const Annotations retried{.retries = 3};
  EXPECT_EQ(annotations_in(y.node()), (std::map<std::string, Annotations>{{"ones, add, sqrt", retried}}));
}

TEST_F(LoweringTest, OperationsOfDifferentAnnotationsAreNotFused) {
  const Annotations gpu{.resources = {{"GPU", 1}}}, retried{.retries = 3};
  Array<double> y, z;
  const auto x = ones({8}, 4) + ones({8}, 4);
  {
    const annotate scope(gpu);
    y = exp(x);  // fused with x, which has no annotations
  }
  {
    const annotate scope(retried);
    z = sqrt(y * 2.0).sum();
  }
  EXPECT_EQ(annotations_in(z.node()),
            (std::map<std::string, Annotations>{
                {"ones ×2, add, exp", gpu}, {"multiply, sqrt, sum", retried}, {"sum (finish)", retried}}));
  EXPECT_EQ(annotations_in((y + 1.0).node()),
            (std::map<std::string, Annotations>{{"ones ×2, add, exp", gpu}, {"add", Annotations()}}));
  try {
    (y + 1.0).compute();
    FAIL() << "nothing is offered";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("wants 1 of resource 'GPU'"), std::string::npos) << error.what();
  }
}

TEST_F(LoweringTest, AnnotationsReachEveryKindOfOperation) {
  const Annotations note{.priority = 5};
  Array<double> x;
  std::vector<ArrayPtr> nodes;
  {
    const annotate scope(note);
    x = random::default_rng(2).random({12}, {4});
    nodes = {x.cumsum(0).node(),
             groupby(x, std::vector<std::int64_t>(12, 1)).mean().node(),
             map_blocks([](NdView<const double> b) { return NdArray<double>(Shape{b.shape[0]}); }, x).node(),
             random::default_rng(1).random({8}, {4}).node(),
             x(std::vector<std::int64_t>{3, 1}).node(),
             x.reshape({4, 3})(std::vector<std::int64_t>{3, 1}, std::vector<std::int64_t>{0, 1}).node(),
             x[x > 2.0].node(),
             histogram(x, 3, 0, 1).counts.node()};
  }
  for (const ArrayPtr& node : nodes) {
    for (const auto& [layer, found] : annotations_in(node)) EXPECT_EQ(found, note) << node->name() << layer;
  }
  for (const auto& [layer, found] : annotations_in((x + 1.0).node()))
    EXPECT_EQ(found, layer == "random" ? note : Annotations()) << layer;
}

// Keys.

double plus_one(double x) {
  return x + 1;
}
double plus_two(double x) {
  return x + 2;
}

TEST_F(LoweringTest, AMappedFunctionIsNamedByItsHash) {
  const auto x = arange<double>(6);
  Expression expression = expression_of(map<plus_one>(x).node()).expression;
  const auto hash_of = [](const Expression& of) {
    return KernelRegistry::instance()[of.root().map_kernel].hash;
  };
  const Key hash = hash_of(expression);
  const std::string bytes = expression.to_bytes(), named(reinterpret_cast<const char*>(&hash), sizeof(hash));
  EXPECT_NE(bytes.find(named), std::string::npos);
  const Expression again = Expression::from_bytes(bytes);
  EXPECT_EQ(again.root().map_kernel, expression.root().map_kernel);
  // The bytes do not have the kernel's number: those of two functions differ by the hashes alone.
  const Expression other = expression_of(map<plus_two>(x).node()).expression;
  std::string other_bytes = other.to_bytes();
  const Key other_hash = hash_of(other);
  other_bytes.replace(other_bytes.find(std::string(reinterpret_cast<const char*>(&other_hash), sizeof(Key))),
                      sizeof(Key), named);
  EXPECT_EQ(other_bytes, bytes);
}

TEST_F(LoweringTest, BlocksOfAnotherTypeHaveAnotherKey) {
  BlockMapping mapping;
  const std::string of_float64 = mapping.to_bytes();
  mapping.result = DType::kFloat32;
  EXPECT_NE(mapping.to_bytes(), of_float64);
}

// Arrays among lazy calls.

double first_of(const NdArray<double>& x, double factor) {
  return x[0] * factor;
}
double total_of(const std::vector<NdArray<double>>& arrays) {
  double total = 0;
  for (const auto& array : arrays)
    for (const double x : array) total += x;
  return total;
}

TEST_F(LoweringTest, AnArrayArrivesInALazyCallAsAnNdArray) {
  const auto x = arange<double>(1, 11, 1, 3);
  EXPECT_EQ(
      delayed<first_of>(x * 3.0, x.sum().map([](double v) { return v; }).sum().to_delayed().size()).compute(),
      3);
  EXPECT_EQ(delayed<total_of>(std::vector<Array<double>>{x, x + 1.0}).compute(), 55 + 65);
}

TEST_F(LoweringTest, ComputeAndPersistTakeArraysInsideOfOtherThings) {
  const auto x = arange<double>(0, 6, 1, 4);
  const auto [arrays, number, one] = compute(std::vector<Array<double>>{x, -x}, 5, x.sum());
  EXPECT_EQ(arrays[1], NdArray<double>({6}, {-0.0, -1, -2, -3, -4, -5}));
  EXPECT_EQ(number, 5);
  EXPECT_EQ(one.item(), 15);
  const auto both = compute(std::tuple(x, std::map<std::string, Array<double>>{{"twice", x + x}}));
  EXPECT_EQ(std::get<0>(both)[5], 5);
  EXPECT_EQ(std::get<1>(both).at("twice")[5], 10);
  const auto kept = persist(std::vector<Array<double>>{x + 1.0});
  EXPECT_EQ(kept[0].compute()[5], 6);
}

TEST_F(LoweringTest, BlocksGoToLazyCallsAndComeBack) {
  const auto x = arange<double>(0, 10, 1, 4);
  std::vector<Delayed<NdArray<double>>> blocks = x.to_delayed();
  ASSERT_EQ(blocks.size(), 3u);
  EXPECT_EQ(blocks[2].compute(), NdArray<double>({2}, {8, 9}));
  EXPECT_EQ(from_delayed(blocks, x.chunks()).compute(), x.compute());
}

TEST_F(LoweringTest, StoreFillsMemoryOfTheCallers) {
  std::vector<double> memory(12);
  arange<double>(12).reshape({3, 4}).rechunk({2, 3}).store(memory);
  for (std::size_t k = 0; k < 12; ++k) EXPECT_EQ(memory[k], static_cast<double>(k));
}

TEST_F(LoweringTest, IsPrintedWithWhatItIs) {
  std::ostringstream out;
  out << ones<float>({8, 6}, {4, 4}).T() << '\n' << arange(5).sum() << '\n' << grid();
  EXPECT_EQ(
      out.str(),
      "bask.Array<transpose, shape=(6, 8), dtype=float32, chunksize=(4, 4), chunks=4, 192 B, 4 tasks>\n"
      "bask.Array<sum, shape=(), dtype=int64, chunksize=(), chunks=1, 8 B, 1 task>\n"
      "bask.Array<from-delayed, shape=(40, 40), dtype=float64, chunksize=(10, 10), chunks=16, 12.5 KiB, 32 "
      "tasks>");
}

// The worked example of expression/README.md.
class WorkedExampleTest : public testing::Test {
 protected:
  Client client_ = Client(Options{.threads = 2});
  Array<double> x_ = from_function([](std::int64_t i, std::int64_t j) { return 10.0 * i + j; }, {6, 6},
                                   Chunks{{3, 3}, {2, 4}})
                         .persist();
  Array<double> y_ = (x_ + x_.T())["::2"];
  Expression expression_ = expression_of(y_.node()).expression;
};

TEST_F(WorkedExampleTest, HasTheseTermsAndBoxes) {
  std::vector<TermKind> kinds;
  for (const Term& term : expression_.terms) kinds.push_back(term.kind);
  EXPECT_EQ(kinds, (std::vector<TermKind>{TermKind::kBlocks, TermKind::kView, TermKind::kOperation,
                                          TermKind::kView}));
  EXPECT_EQ(expression_.terms[1].axes, (std::vector<AxisSource>{{1, 0, 1}, {0, 0, 1}}));
  EXPECT_EQ(expression_.terms[3].axes, (std::vector<AxisSource>{{0, 0, 2}, {1, 0, 1}}));
  EXPECT_EQ(expression_.chunks, (Chunks{{2, 1}, {2, 4}}));
  std::vector<Shape> boxes;
  for (const Region& box : boxes_read(expression_)) boxes.push_back(box.extent);
  EXPECT_EQ(boxes, (std::vector<Shape>{{6, 6}, {5, 6}, {5, 6}, {3, 6}}));
}

TEST_F(WorkedExampleTest, IsCutIntoThesePieces) {
  std::map<std::uint32_t, std::vector<Shape>> starts;
  std::map<std::uint32_t, std::vector<std::pair<std::uint64_t, std::uint64_t>>> leaves;
  std::map<std::uint32_t, std::vector<std::uint32_t>> reads;
  for (std::uint32_t block = 0; block < 4; ++block) {
    const Region region = expression_.region(block);
    for (const SourceBlock& read : blocks_of(expression_, region)) reads[block].push_back(read.block);
    for (const Region& piece : pieces(expression_, region)) {
      const PieceProgram program = program_of(expression_, piece);
      starts[block].push_back(piece.start);
      leaves[block].emplace_back(program.leaves[0].block, program.leaves[1].block);
    }
  }
  EXPECT_EQ(starts, (decltype(starts){{0, {{0, 0}, {1, 0}}},
                                      {1, {{0, 2}, {0, 3}, {1, 2}, {1, 3}}},
                                      {2, {{2, 0}}},
                                      {3, {{2, 2}, {2, 3}}}}));
  EXPECT_EQ(leaves, (decltype(leaves){{0, {{0, 0}, {0, 1}}},
                                      {1, {{1, 0}, {1, 2}, {1, 1}, {1, 3}}},
                                      {2, {{2, 1}}},
                                      {3, {{3, 1}, {3, 3}}}}));
  EXPECT_EQ(reads, (decltype(reads){{0, {0, 1}}, {1, {0, 1, 2, 3}}, {2, {1, 2}}, {3, {1, 3}}}));
}

TEST_F(WorkedExampleTest, RunsThisProgram) {
  const PieceProgram program = program_of(expression_, pieces(expression_, expression_.region(1)).back());
  EXPECT_EQ(program.region.start, (Shape{1, 3}));
  EXPECT_EQ(program.region.extent, (Shape{1, 3}));
  EXPECT_EQ(program.leaves, (std::vector<Leaf>{{.term = 0, .block = 1, .offset = 9, .strides = {8, 1}},
                                               {.term = 0, .block = 3, .offset = 0, .strides = {2, 4}}}));
  ASSERT_EQ(program.instructions.size(), 1u);
  EXPECT_EQ(program.instructions[0].term, 2u);
  EXPECT_EQ(program.instructions[0].operands[0], 0u);
  EXPECT_EQ(program.instructions[0].operands[1], 1u);
  EXPECT_EQ(program.result, 2u);
  EXPECT_EQ(y_.mean(0).compute(), NdArray<double>({6}, {22, 33, 44, 55, 66, 77}));
}

TEST_F(WorkedExampleTest, IsReducedByFourTasksAndTwo) {
  y_.mean(0).compute();
  EXPECT_EQ(client_.last_compute().tasks, 4u + 2u);
}

}  // namespace
}  // namespace bask
