#include "parts.hpp"
#include "quantities.hpp"
#include "terminal_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

namespace top {
namespace {

enum LayerColumn : std::size_t {
  kName,
  kBar,
  kDone,
  kPercent,
  kRunning,
  kFailed,
  kMean,
  kLongest,
  kBytes,
  kRetried
};

std::string count_text(const LayerView& layer) {
  return fmt::format("{}/{}", layer.done, layer.tasks);
}

double share_of(const LayerView& layer) {
  if (layer.done >= layer.tasks) return 1;
  return static_cast<double>(layer.done) / static_cast<double>(layer.tasks);
}

// 0: it runs, 1: it waits, 2: it is done.
int interest(const LayerView& layer) {
  if (layer.running > 0 || (layer.done > 0 && layer.done < layer.tasks)) return 0;
  return layer.done == 0 ? 1 : 2;
}

std::string or_dash(std::uint64_t count) {
  return count == 0 ? "-" : std::to_string(count);
}

TableCell cell_of(const LayerView& layer, std::size_t column, std::size_t width) {
  const Style alarm = layer.failed > 0 ? Style::kBad : Style::kPlain;
  switch (column) {
    case kName:
      return {layer.name, interest(layer) == 0 ? Style::kStrong : Style::kPlain};
    case kBar:
      return {bar_text(share_of(layer), width), layer.failed > 0 ? Style::kBad : Style::kGood};
    case kDone:
      return {count_text(layer)};
    case kPercent:
      return {percent_text(share_of(layer))};
    case kRunning:
      return {or_dash(layer.running)};
    case kFailed:
      return {or_dash(layer.failed), alarm};
    case kMean:
      return {layer.done == 0 ? "-" : time_text(layer.seconds / static_cast<double>(layer.done))};
    case kLongest:
      return {layer.done == 0 ? "-" : time_text(layer.longest)};
    case kBytes:
      return {layer.bytes == 0 ? "-" : size_text(static_cast<double>(layer.bytes))};
    default:
      return {or_dash(layer.retried), layer.retried > 0 ? Style::kWarning : Style::kPlain};
  }
}

std::vector<Column> columns_for(const std::vector<LayerView>& layers) {
  std::size_t name = 5, count = 10;
  for (const LayerView& layer : layers) {
    name = std::max(name, columns_of(layer.name));
    count = std::max(count, count_text(layer).size());
  }
  const std::size_t least_name = std::min<std::size_t>(name, 20), most_name = std::min<std::size_t>(name, 60);
  return {{"LAYER", least_name, most_name, 0, false, kName},
          {"", 12, 60, 2, false, kBar},
          {"DONE", count, count, 1, true, kDone},
          {"", 5, 5, 0, true, kPercent},
          {"RUNNING", 7, 7, 3, true, kRunning},
          {"FAILED", 6, 6, 4, true, kFailed},
          {"MEAN", 8, 8, 5, true, kMean},
          {"LONGEST", 8, 8, 6, true, kLongest},
          {"RESULTS", 9, 9, 7, true, kBytes},
          {"RETRIED", 7, 7, 8, true, kRetried}};
}

}  // namespace

Table layer_table(const StateView& state, std::size_t rows) {
  const auto layers = std::make_shared<std::vector<LayerView>>();  // the table's cells outlive this call
  for (const LayerView& layer : state.layers)
    if (layer.tasks > 0) layers->push_back(layer);
  if (layers->size() > rows) std::ranges::stable_sort(*layers, {}, interest);
  return {columns_for(*layers), layers->size(), true,
          [layers](std::size_t entry, std::size_t column, std::size_t width) {
            return cell_of((*layers)[entry], column, width);
          }};
}

}  // namespace top
