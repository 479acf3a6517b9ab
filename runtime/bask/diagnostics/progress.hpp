// progress.hpp: shows the progress of a long computation, as bars redrawn in place or as plain lines. It
// neither polls nor starts threads: the thread that waits for the computation calls it, ten times a second.
// Runs on: rank 0. Threads: one.
// Invariants: (1) plain lines have no escape sequences, and a job's log gets a few dozen of them a day;
//             (2) each change of the screen is one write;
//             (3) nothing is written without an update.
#pragma once

#include <bask/core/options.hpp>
#include <bask/diagnostics/progress_text.hpp>
#include <bask/diagnostics/terminal.hpp>
#include <bask/diagnostics/time_left.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <ostream>
#include <span>
#include <string>

namespace bask {

enum class ProgressStyle { kBar, kLines };

/// The style for an option and an output; nothing when progress is not shown.
std::optional<ProgressStyle> choose_style(Progress option, bool is_terminal);

/// Example: `ProgressDisplay display(*style, std::cerr, terminal_size(STDERR_FILENO));`
class ProgressDisplay {
 public:
  /// `out` must outlive the display. Bars are cut to `size`, plain lines are not.
  ProgressDisplay(ProgressStyle style, std::ostream& out, TerminalSize size = {});

  /// To be called when the size of the window has changed.
  void resize(TerminalSize size) { size_ = size; }
  /// Shows the state of all layers, which may repeat names, `elapsed` after the computation began.
  void update(std::span<const LayerProgress> layers, std::chrono::nanoseconds elapsed);
  /// Replaces the bars by one line that says what was done. After a failure they stay, to show where it was.
  void finish(std::span<const LayerProgress> layers, std::chrono::nanoseconds elapsed, bool succeeded);

 private:
  ProgressState state_of(std::span<const LayerProgress> layers, std::chrono::nanoseconds elapsed);
  void redraw(std::span<const std::string> lines);
  void write_line_if_due(const ProgressState& state);

  ProgressStyle style_;
  std::ostream& out_;
  TerminalSize size_;
  TimeLeft time_left_;
  bool was_shown_ = false;
  std::size_t lines_on_screen_ = 0;
  int next_percent_ = 0;  // the next line is due at this percentage, or at the time next_line_
  std::chrono::nanoseconds next_line_{};
  std::chrono::nanoseconds line_interval_ = std::chrono::seconds(10);
};

}  // namespace bask
