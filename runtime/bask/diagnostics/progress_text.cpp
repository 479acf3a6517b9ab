#include <fmt/format.h>
#include <bask/core/name_list.hpp>
#include <bask/core/units.hpp>
#include <bask/core/utf8_text.hpp>
#include <bask/diagnostics/progress_text.hpp>

#include <algorithm>
#include <unordered_map>

namespace bask {
namespace {

constexpr std::size_t kMostLayers = 8;

// No more exact than an estimate can be: 38 s, 4:35, 1:37:00.
std::string left_text(std::optional<std::chrono::nanoseconds> left) {
  if (!left) return "? left";
  using std::chrono::duration_cast, std::chrono::seconds, std::chrono::minutes;
  const auto whole = duration_cast<seconds>(*left);
  if (whole < seconds(59)) return fmt::format("about {} s left", whole.count() + 1);
  const seconds step = whole < minutes(10) ? seconds(5) : whole < minutes(60) ? seconds(30) : seconds(60);
  return fmt::format("about {} left", format_duration((whole / step + 1) * step));
}

std::string count_text(const LayerProgress& progress) {
  return fmt::format("{}/{}", progress.done, progress.total);
}

// "; increment 1000/1000, add 200/4000"; "; normal, add 8/8; mean (finish) 0/1".
template <class Count>
std::string layers_text(std::span<const LayerProgress> all, const Count& count) {
  constexpr std::size_t kMostColumns = 40;
  const std::vector<LayerProgress> layers = most_telling(all, kMostLayers);
  const bool has_lists =
      std::any_of(layers.begin(), layers.end(), [](const auto& layer) { return is_list(layer.layer); });
  std::string text;
  for (const LayerProgress& layer : layers) {
    text += fmt::format("{}{} {}", text.empty() || has_lists ? "; " : ", ",
                        is_list(layer.layer) ? shortened_list(layer.layer, kMostColumns) : layer.layer,
                        count(layer));
  }
  return text;
}

// The widths of the columns of all lines; 0 for a column for which there is no room.
struct Columns {
  std::size_t name = 0, bar = 0, count = 0;
};

constexpr std::size_t kPercentColumns = 7;  // "  100 %"

Columns columns_for(std::span<const LayerProgress> lines, std::size_t width, std::size_t tail) {
  constexpr std::size_t kMostBar = 40, kLeastBar = 8, kUsualName = 12, kLeastName = 6;
  Columns columns;
  for (const LayerProgress& line : lines) {
    columns.name = std::max(columns.name, columns_of(line.layer));
    columns.count = std::max(columns.count, count_text(line).size() + 2);
  }
  columns.name = std::min(columns.name, std::max(kUsualName, width / 4));
  const auto taken = [&] { return columns.name + columns.count + kPercentColumns + tail; };
  if (taken() > width) columns.count = 0;
  if (taken() + kLeastBar + 4 <= width) columns.bar = std::min(kMostBar, width - taken() - 4);
  if (taken() > width && columns.name > kLeastName) {
    columns.name -= std::min(columns.name - kLeastName, taken() - width);
  }
  return columns;
}

std::string bar(const LayerProgress& progress, std::size_t columns) {
  const bool is_done = progress.done >= progress.total;
  const double part = is_done ? 1 : static_cast<double>(progress.done) / static_cast<double>(progress.total);
  const auto full = static_cast<std::size_t>(part * static_cast<double>(columns));
  return fmt::format("  [{}{}]", std::string(full, '#'), std::string(columns - full, '.'));
}

std::string bar_line(const LayerProgress& progress, const Columns& columns) {
  std::string line = padded(shortened_list(progress.layer, columns.name), columns.name);
  if (columns.bar > 0) line += bar(progress, columns.bar);
  if (columns.count > 0) line += fmt::format("{:>{}}", count_text(progress), columns.count);
  return line + fmt::format("  {:>3} %", percent(progress));
}

}  // namespace

std::vector<LayerProgress> merge_layers(std::span<const LayerProgress> layers) {
  std::vector<LayerProgress> merged;
  std::unordered_map<std::string, std::size_t> place;
  for (const LayerProgress& layer : layers) {
    if (layer.total == 0) continue;
    const auto [entry, is_new] = place.try_emplace(layer.layer, merged.size());
    if (is_new) merged.push_back({printable(layer.layer), 0, 0});
    merged[entry->second].done += std::min(layer.done, layer.total);
    merged[entry->second].total += layer.total;
  }
  return merged;
}

LayerProgress sum_of(std::span<const LayerProgress> layers, std::string name) {
  LayerProgress sum{std::move(name), 0, 0};
  for (const LayerProgress& layer : layers) {
    sum.done += layer.done;
    sum.total += layer.total;
  }
  return sum;
}

std::vector<LayerProgress> most_telling(std::span<const LayerProgress> layers, std::size_t most) {
  if (layers.size() <= most + 1) return {layers.begin(), layers.end()};
  const auto at_work = [](const LayerProgress& layer) { return layer.done > 0 && layer.done < layer.total; };
  const auto waits = [](const LayerProgress& layer) { return layer.done == 0; };
  const auto interest = [&](const LayerProgress& layer) { return at_work(layer) ? 0 : waits(layer) ? 1 : 2; };
  std::vector<std::size_t> order(layers.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return interest(layers[a]) < interest(layers[b]); });
  std::sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(most));
  std::vector<LayerProgress> shown, others;
  for (std::size_t i = 0; i < order.size(); ++i) (i < most ? shown : others).push_back(layers[order[i]]);
  shown.push_back(sum_of(others, fmt::format("{} more layers", others.size())));
  return shown;
}

int percent(const LayerProgress& progress) {
  if (progress.done >= progress.total) return 100;
  const double part = static_cast<double>(progress.done) / static_cast<double>(progress.total);
  return std::min(static_cast<int>(part * 100 + 1e-9), 99);
}

std::vector<std::string> bar_lines(const ProgressState& state, TerminalSize size) {
  constexpr std::size_t kUsualTail = 26;  // columns kept free, so that bars do not move as times get longer
  const auto width = static_cast<std::size_t>(std::max(size.columns - 1, 1));  // the last column may wrap
  const LayerProgress total = sum_of(state.layers, "total");
  std::vector<LayerProgress> lines;
  // Below the layers there are three lines: for the other layers, the total, and the cursor.
  if (size.rows >= 4) {
    lines = most_telling(state.layers, std::min(kMostLayers, static_cast<std::size_t>(size.rows) - 3));
  }
  lines.push_back(total);
  std::string tail = "  " + format_duration(state.elapsed);
  if (total.done < total.total) tail += ", " + left_text(state.left);
  const Columns columns = columns_for(lines, width, std::max(columns_of(tail), kUsualTail));
  std::vector<std::string> text;
  for (const LayerProgress& line : lines) text.push_back(bar_line(line, columns));
  text.back() += tail;
  for (std::string& line : text) line = shortened(line, width);
  return text;
}

std::string progress_line(const ProgressState& state) {
  const LayerProgress total = sum_of(state.layers, "total");
  const std::string left = total.done < total.total ? ", " + left_text(state.left) : "";
  return fmt::format("bask: {} tasks ({} %), {} elapsed{}{}", count_text(total), percent(total),
                     format_duration(state.elapsed), left, layers_text(state.layers, count_text));
}

std::string done_line(const ProgressState& state) {
  const LayerProgress total = sum_of(state.layers, "total");
  return fmt::format("bask: {} task{} done in {}{}", total.done, total.done == 1 ? "" : "s",
                     format_duration(state.elapsed),
                     layers_text(state.layers, [](const LayerProgress& layer) { return layer.done; }));
}

std::string stopped_line(const ProgressState& state) {
  const LayerProgress total = sum_of(state.layers, "total");
  return fmt::format("bask: stopped after {}, {} tasks ({} %) done{}", format_duration(state.elapsed),
                     count_text(total), percent(total), layers_text(state.layers, count_text));
}

}  // namespace bask
