#include <fmt/format.h>
#include <bask/core/utf8_text.hpp>
#include <bask/diagnostics/progress.hpp>

#include <algorithm>

namespace bask {

std::optional<ProgressStyle> choose_style(Progress option, bool is_terminal) {
  switch (option) {
    case Progress::kBar:
      return ProgressStyle::kBar;
    case Progress::kLines:
      return ProgressStyle::kLines;
    case Progress::kAuto:
      return is_terminal ? ProgressStyle::kBar : ProgressStyle::kLines;
    case Progress::kOff:
      break;
  }
  return std::nullopt;
}

ProgressDisplay::ProgressDisplay(ProgressStyle style, std::ostream& out, TerminalSize size)
    : style_(style), out_(out), size_(size) {}

ProgressState ProgressDisplay::state_of(std::span<const LayerProgress> layers,
                                        std::chrono::nanoseconds elapsed) {
  ProgressState state{.layers = merge_layers(layers), .elapsed = elapsed, .left = std::nullopt};
  const LayerProgress total = sum_of(state.layers, "total");
  time_left_.observe(elapsed, total.done);
  state.left = time_left_.estimate(total.total);
  return state;
}

void ProgressDisplay::update(std::span<const LayerProgress> layers, std::chrono::nanoseconds elapsed) {
  const ProgressState state = state_of(layers, elapsed);
  if (style_ == ProgressStyle::kBar) {
    redraw(bar_lines(state, size_));
  } else {
    write_line_if_due(state);
  }
  was_shown_ = true;
}

void ProgressDisplay::finish(std::span<const LayerProgress> layers, std::chrono::nanoseconds elapsed,
                             bool succeeded) {
  if (!was_shown_) return;
  const ProgressState state = state_of(layers, elapsed);
  std::string last = succeeded ? done_line(state) : stopped_line(state);
  if (style_ == ProgressStyle::kLines) {
    out_ << last + '\n' << std::flush;
    return;
  }
  std::vector<std::string> lines;
  if (!succeeded) lines = bar_lines(state, size_);
  lines.push_back(shortened(last, static_cast<std::size_t>(std::max(size_.columns - 1, 1))));
  redraw(lines);
  lines_on_screen_ = 0;
  was_shown_ = false;
}

void ProgressDisplay::redraw(std::span<const std::string> lines) {
  std::string screen = "\r";
  if (lines_on_screen_ > 0) screen += fmt::format("\x1b[{}A", lines_on_screen_);
  for (const std::string& line : lines) screen += line + "\x1b[K\n";
  screen += "\x1b[J";  // clears the rest of an earlier, longer state
  out_ << screen << std::flush;
  lines_on_screen_ = lines.size();
}

// A line is due at the first update, at each tenth of the tasks, and in between after intervals that double.
void ProgressDisplay::write_line_if_due(const ProgressState& state) {
  constexpr std::chrono::nanoseconds kLongestInterval = std::chrono::minutes(30);
  const int now = percent(sum_of(state.layers, "total"));
  const bool in_time = was_shown_ && state.elapsed >= next_line_;
  if (now < next_percent_ && !in_time) return;
  if (in_time) line_interval_ = std::min(line_interval_ * 2, kLongestInterval);
  next_line_ = state.elapsed + line_interval_;
  next_percent_ = now / 10 * 10 + 10;
  out_ << progress_line(state) + '\n' << std::flush;
}

}  // namespace bask
