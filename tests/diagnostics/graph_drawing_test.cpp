// Graphs as DOT text and as files.
#include "drawn_functions.hpp"

#include <gtest/gtest.h>
#include <bask/collections/delayed.hpp>
#include <bask/core/error.hpp>
#include <bask/diagnostics/graph_drawing.hpp>
#include <bask/graph/expand.hpp>
#include <bask/plan/cull.hpp>

#include "../system/directory_test.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace bask {
namespace {

namespace fs = std::filesystem;

// The graph of some targets with all that a drawing needs.
struct Drawable {
  Expansion expansion;
  std::vector<std::uint32_t> uses;

  template <class... Ts>
  explicit Drawable(const Delayed<Ts>&... targets)
      : expansion(expand(std::vector<const TaskRef*>{&targets.ref()...})),
        uses(cull(expansion.graph, expansion.targets)) {}
  DrawingInput input() const { return {expansion.graph, expansion.targets, uses}; }
};

template <class... Ts>
std::string dot_of(const DrawingOptions& options, const Delayed<Ts>&... targets) {
  return to_dot(Drawable(targets...).input(), options);
}

int occurrences(const std::string& text, const std::string& part) {
  int count = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + part.size())) ++count;
  return count;
}

bool has(const std::string& text, const std::string& part) {
  return occurrences(text, part) > 0;
}

std::vector<Delayed<int>> incremented(int n) {
  std::vector<Delayed<int>> values;
  for (int i = 0; i < n; ++i) values.push_back(delayed<increment>(i));
  return values;
}

TEST(GraphDrawing, ShowsFunctionsInCirclesAndTheirResultsInBoxes) {
  const auto x = delayed<increment>(1), y = delayed<increment>(2);
  const auto z = delayed<add>(x, y);
  const std::string dot = dot_of({}, z);
  EXPECT_EQ(occurrences(dot, "shape=circle"), 3);
  EXPECT_EQ(occurrences(dot, "shape=box"), 3);
  EXPECT_EQ(occurrences(dot, "label=\"increment\""), 2);
  EXPECT_EQ(occurrences(dot, "label=\"" + x.name() + '"'), 1);
  EXPECT_EQ(occurrences(dot, " -> r"), 3);
  EXPECT_EQ(occurrences(dot, " -> f"), 2);
  EXPECT_TRUE(has(dot, "rankdir=BT"));
}

TEST(GraphDrawing, GivesOneColourToALayer) {
  const std::vector<Delayed<int>> values = incremented(8);
  const std::string dot = dot_of({}, delayed<total>(values));
  EXPECT_EQ(occurrences(dot, "fillcolor=\"#77AADD\", label=\"increment\""), 8);
  EXPECT_EQ(occurrences(dot, "fillcolor=\"#EE8866\", label=\"total\""), 1);
}

TEST(GraphDrawing, LeavesOutWhatIsNotNeeded) {
  const std::vector<Delayed<int>> values = incremented(8);
  const std::string dot = dot_of({}, values[3]);
  EXPECT_EQ(occurrences(dot, "shape=circle"), 1);
  EXPECT_TRUE(has(dot, values[3].name()));
  EXPECT_FALSE(has(dot, values[2].name()));
}

TEST(GraphDrawing, MarksWhatWasAskedFor) {
  const auto x = delayed<increment>(1);
  const auto y = delayed<increment>(x), z = delayed<increment>(y);
  EXPECT_EQ(occurrences(dot_of({}, z), "penwidth=3"), 1);
  EXPECT_EQ(occurrences(dot_of({}, z, x), "penwidth=3"), 2);
}

TEST(GraphDrawing, ShowsAConstantOnceByItsValue) {
  const auto constant = delayed(std::vector<int>(1000, 7));
  const std::string dot = dot_of({}, delayed<total>(constant), delayed<total>(constant));
  EXPECT_EQ(occurrences(dot, "label=\"[7, 7, 7, …]\\n1,000 values\""), 1);
  EXPECT_EQ(occurrences(dot, "shape=circle"), 2);
  EXPECT_EQ(occurrences(dot, " -> f"), 2);
}

TEST(GraphDrawing, ShowsAPersistedResultByNameAndValue) {
  Value value;
  value.emplace<int>(42);
  const auto held =
      Delayed<int>(ValueLayer::held("load-7", hash_text("x"), std::make_shared<Value>(std::move(value))));
  const std::string dot = dot_of({}, delayed<increment>(held));
  EXPECT_TRUE(has(dot, "label=\"" + held.name() + "\\n42\"")) << dot;
}

TEST(GraphDrawing, SaysHowOftenOneCallReadsAResult) {
  const auto x = delayed<increment>(1);
  const std::string dot = dot_of({}, delayed<add>(x, x));
  EXPECT_EQ(occurrences(dot, " -> f"), 1);
  EXPECT_TRUE(has(dot, "[label=\" 2×\"]"));
}

TEST(GraphDrawing, KeepsTheUsersOwnNamesWhateverTheyHold) {
  const auto x = delayed<increment>({.name = "a\"b\\<i>&\n\x01"})(1);
  const std::string dot = dot_of({}, x);
  EXPECT_TRUE(has(dot, R"(tooltip="a\"b\\&lt;i&gt;&amp;\n -)")) << dot;
}

TEST(GraphDrawing, LeavesOutTheNamesOfManyResults) {
  const std::vector<Delayed<int>> values = incremented(8);
  const std::string dot = dot_of({.most_named = 7}, delayed<total>(values));
  EXPECT_EQ(occurrences(dot, "label=\"\""), 9);
  EXPECT_TRUE(has(dot, "tooltip=\"" + values[0].name() + '"'));
}

TEST(GraphDrawing, IsTheSameForTheSameGraph) {
  const Delayed<int> sum = delayed<total>(incremented(8));
  EXPECT_EQ(dot_of({}, sum), dot_of({}, sum));
  EXPECT_EQ(dot_of({.most_tasks = 3}, sum), dot_of({.most_tasks = 3}, sum));
}

TEST(GraphDrawing, SummarizesLargeGraphsByLayer) {
  const Delayed<int> sum = delayed<total>(incremented(1234));
  const std::string dot = dot_of({}, sum);
  EXPECT_EQ(occurrences(dot, "shape=circle"), 2);
  EXPECT_TRUE(has(dot, "label=\"increment\\n1,234 tasks\"")) << dot;
  EXPECT_TRUE(has(dot, "label=\"total\\n1 task\", penwidth=3"));
  EXPECT_TRUE(has(dot, "n0 -> n1 [label=\" 1,234 \"]"));
  EXPECT_TRUE(has(dot, "label=\"1,235 tasks in 2 layers, 1,234 dependencies\\n"));
}

TEST(GraphDrawing, DrawsTasksUpToTheThresholdsAndLayersBeyond) {
  const Delayed<int> sum = delayed<total>(incremented(8));
  EXPECT_EQ(occurrences(dot_of({.most_tasks = 9, .most_inputs = 8}, sum), "shape=circle"), 9);
  EXPECT_EQ(occurrences(dot_of({.most_tasks = 8}, sum), "shape=circle"), 2);
  EXPECT_EQ(occurrences(dot_of({.most_inputs = 7}, sum), "shape=circle"), 2);
}

class Picture : public DirectoryTest {
 protected:
  std::string drawn(const std::string& name) const {
    draw(Drawable(delayed<increment>(1)).input(), directory_ / name);
    std::ifstream file(directory_ / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::string refusal(const std::string& name) const {
    try {
      drawn(name);
    } catch (const Error& error) {
      return error.what();
    }
    return "drawn";
  }
};

TEST_F(Picture, HasTheFormatThatItsNameSays) {
  EXPECT_TRUE(drawn("graph.dot").starts_with("digraph"));
  if (std::system("dot -V 2>/dev/null") != 0) GTEST_SKIP() << "graphviz is not installed";
  EXPECT_TRUE(drawn("graph.png").starts_with("\x89PNG\r\n"));
  EXPECT_TRUE(drawn("graph.pdf").starts_with("%PDF-"));
  EXPECT_TRUE(drawn("graph.SVG").starts_with("<?xml"));
  EXPECT_TRUE(has(drawn("it's a \"graph\"; $(x).svg"), "</svg>"));
}

TEST_F(Picture, IsRefusedWithTheChoicesWhenItsNameSaysNoFormat) {
  const std::string path = (directory_ / "graph.jpg").string();
  EXPECT_EQ(refusal("graph.jpg"),
            "visualize: the name '" + path +
                "' says no format that Bask draws; let it end in .svg, .png, .pdf or .dot");
  EXPECT_TRUE(has(refusal("graph"), "let it end in .svg, .png, .pdf or .dot"));
}

TEST_F(Picture, IsRefusedWhereThereIsNoDirectory) {
  EXPECT_TRUE(has(refusal("figures/graph.svg"), "/figures'; create it first"))
      << refusal("figures/graph.svg");
}

TEST_F(Picture, LeavesTheOldOneWhenGraphvizIsMissing) {
  std::ofstream(directory_ / "graph.svg") << "old";
  const std::string path = std::getenv("PATH");
  ::setenv("PATH", directory_.c_str(), 1);
  const std::string message = refusal("graph.svg");
  ::setenv("PATH", path.c_str(), 1);
  EXPECT_TRUE(has(message, "install graphviz")) << message;
  std::ifstream file(directory_ / "graph.svg");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), "old");
  EXPECT_EQ(std::distance(fs::directory_iterator(directory_), {}), 1);
}

}  // namespace
}  // namespace bask
