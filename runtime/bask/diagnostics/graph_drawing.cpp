#include <fmt/format.h>
#include <bask/core/error.hpp>
#include <bask/diagnostics/dot_text.hpp>
#include <bask/diagnostics/graph_drawing.hpp>
#include <bask/diagnostics/graphviz.hpp>
#include <bask/diagnostics/layer_summary.hpp>
#include <bask/diagnostics/value_text.hpp>
#include <bask/graph/kernel.hpp>
#include <bask/system/replaced_file.hpp>

#include <algorithm>
#include <array>
#include <cassert>
#include <map>
#include <string_view>
#include <unordered_map>

namespace bask {
namespace {

constexpr std::size_t kCircleColumns = 13;
constexpr std::size_t kBoxColumns = 20;

// Paul Tol's qualitative scheme "light": colour-blind people can tell its colours apart, and black text is
// legible on all of them.
constexpr std::array<std::string_view, 8> kLayerColours{"#77AADD", "#EE8866", "#EEDD88", "#FFAABB",
                                                        "#99DDFF", "#44BB99", "#BBCC33", "#AAAA00"};
constexpr std::string_view kStoredColour = "#DDDDDD";  // the same scheme's grey

// Layers get their colours in the order in which they are drawn.
class Palette {
 public:
  std::string_view colour_of(const std::string& layer) {
    return kLayerColours[index_.try_emplace(layer, index_.size()).first->second % kLayerColours.size()];
  }

 private:
  std::unordered_map<std::string, std::size_t> index_;
};

std::string opening(std::string_view caption, double node_distance = 0.3) {
  std::string text = fmt::format(
      "digraph bask {{\n"
      "  graph [rankdir=BT, nodesep={}, ranksep=0.35, pad=0.2, fontname=\"Helvetica\", fontsize=12",
      node_distance);
  if (!caption.empty()) text += fmt::format(", labelloc=t, label={}", dot_quoted(caption));
  return text +
         "];\n"
         "  node [style=filled, fontname=\"Helvetica\", fontsize=13, color=\"#555555\", "
         "margin=\"0.06,0.04\"];\n"
         "  edge [color=\"#555555\", arrowsize=0.7, fontname=\"Helvetica\", fontsize=11];\n";
}

std::string_view border(bool is_target) {
  return is_target ? ", penwidth=3, color=\"#000000\"" : "";
}

// Draws a small graph, task by task.
class TaskDrawing {
 public:
  TaskDrawing(const DrawingInput& input, bool with_names)
      : input_(input), with_names_(with_names), is_target_(input.graph.size()) {
    for (const TaskId target : input.targets) is_target_[target.index] = true;
  }

  std::string text() {
    text_ = opening("", with_names_ ? 0.3 : 0.15);
    for (std::uint32_t task = 0; task < input_.graph.size(); ++task) {
      if (!input_.is_needed(TaskId{task})) continue;
      if (input_.graph.is_constant(TaskId{task})) {
        add_stored_value(TaskId{task});
      } else {
        add_task(TaskId{task});
      }
    }
    return text_ + "}\n";
  }

 private:
  void add_task(TaskId task) {
    const TaskGraph& graph = input_.graph;
    const std::string name = graph.name(task);
    const std::string& layer = graph.layer_name(task);
    const bool is_list = graph.place_of(task).layer->names_operations();
    const std::string& function = is_list ? layer : graph.groups[graph.group[task.index]].kernel->name;
    const std::string_view colour = palette_.colour_of(layer);
    text_ += fmt::format("  f{} [shape=circle, fillcolor=\"{}\", label={}, tooltip={}];\n", task.index,
                         colour, dot_quoted(in_lines(function, kCircleColumns)), dot_quoted(name));
    add_box(task, fmt::format("{}55", colour), with_names_ ? in_lines(name, kBoxColumns) : "", name);
    text_ += fmt::format("  f{0} -> r{0} [weight=2];\n", task.index);  // a result right above its function
    add_inputs(task);
  }

  // A result that one call reads several times has one arrow, labelled with the number.
  void add_inputs(TaskId task) {
    std::map<TaskId, std::uint32_t> times;
    for (const TaskId input : input_.graph.inputs_of(task)) ++times[input];
    for (const auto& [input, count] : times) {
      text_ += fmt::format("  r{} -> f{}", input.index, task.index);
      text_ += count == 1 ? ";\n" : fmt::format(" [label=\" {}×\"];\n", with_commas(count));
    }
  }

  // A constant is shown by its value; a persisted result also by its name.
  void add_stored_value(TaskId task) {
    const TaskGraph& graph = input_.graph;
    const std::string name = graph.name(task);
    const Constant& constant = graph.constants[graph.constant_index(task)];
    const std::string value =
        constant.value == nullptr ? fmt::format("on rank {}", constant.rank) : value_text(*constant.value);
    const bool is_constant = name.starts_with(graph.layer_name(task) + '-');
    add_box(task, kStoredColour, is_constant ? value : name + '\n' + value, name);
  }

  void add_box(TaskId task, std::string_view colour, std::string_view label, std::string_view tooltip) {
    text_ += fmt::format(
        "  r{} [shape=box, width=0.4, height=0.3, fontsize=10, fillcolor=\"{}\", label={}, tooltip={}{}];\n",
        task.index, colour, dot_quoted(label), dot_quoted(tooltip), border(is_target_[task.index]));
  }

  const DrawingInput& input_;
  bool with_names_;
  std::vector<bool> is_target_;
  Palette palette_;
  std::string text_;
};

std::string summary_label(const SummaryNode& node) {
  switch (node.kind) {
    case SummaryNode::Kind::kStoredValues:
      return counted(node.tasks, "stored value");
    case SummaryNode::Kind::kMoreLayers:
      return fmt::format("{}\n{}", counted(node.layers, "more layer"), counted(node.tasks, "task"));
    case SummaryNode::Kind::kLayer:
      break;
  }
  return fmt::format("{}\n{}", in_lines(node.layer, kCircleColumns), counted(node.tasks, "task"));
}

std::string summary_text(const LayerSummary& summary) {
  const std::string caption = fmt::format(
      "{} in {}, {}\nEach circle is a layer; the number at an arrow says how many results are read.",
      counted(summary.tasks, "task"), counted(summary.layers, "layer"),
      summary.inputs == 1 ? "1 dependency" : with_commas(summary.inputs) + " dependencies");
  std::string text = opening(caption);
  Palette palette;
  for (std::size_t i = 0; i < summary.nodes.size(); ++i) {
    const SummaryNode& node = summary.nodes[i];
    const bool is_layer = node.kind == SummaryNode::Kind::kLayer;
    text += fmt::format("  n{} [shape={}, fillcolor=\"{}\", label={}{}];\n", i,
                        node.kind == SummaryNode::Kind::kStoredValues ? "box" : "circle",
                        is_layer ? palette.colour_of(node.layer) : kStoredColour,
                        dot_quoted(summary_label(node)), border(node.has_target));
  }
  for (const SummaryEdge& edge : summary.edges) {
    text += fmt::format("  n{} -> n{} [label=\" {} \"];\n", edge.from, edge.to, with_commas(edge.inputs));
  }
  return text + "}\n";
}

// The format for a file's extension.
std::string format_of(const std::filesystem::path& path) {
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(), [](unsigned char letter) {
    return letter >= 'A' && letter <= 'Z' ? letter + ('a' - 'A') : letter;
  });
  for (const char* format : {"svg", "png", "pdf", "dot"}) {
    if (extension == std::string(".") + format) return format;
  }
  throw Error("visualize", fmt::format("the name '{}' says no format that Bask draws", path.string()),
              "let it end in .svg, .png, .pdf or .dot", ExitCode::kUsage);
}

}  // namespace

std::string to_dot(const DrawingInput& input, const DrawingOptions& options) {
  assert(input.uses.size() == input.graph.size());
  std::uint64_t tasks = 0, inputs = 0;
  for (std::uint32_t task = 0; task < input.graph.size(); ++task) {
    if (!input.is_needed(TaskId{task})) continue;
    ++tasks;
    inputs += input.graph.inputs_of(TaskId{task}).size();
  }
  if (tasks > options.most_tasks || inputs > options.most_inputs) {
    return summary_text(summarize_layers(input, options.most_layers));
  }
  return TaskDrawing(input, tasks <= options.most_named).text();
}

void draw(const DrawingInput& input, const std::filesystem::path& path, const DrawingOptions& options) {
  const std::string format = format_of(path);
  ReplacedFile file("visualize", path);
  const std::string text = to_dot(input, options);
  if (format == "dot") {
    file.write(text);
  } else {
    run_graphviz(text, format, file.descriptor());
  }
  file.put_in_place();
}

}  // namespace bask
