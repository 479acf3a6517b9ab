#include "picture.hpp"
#include "screen.hpp"
#include "state_file.hpp"
#include "terminal_text.hpp"
#include "user_view.hpp"

#include <fmt/format.h>
#include <langinfo.h>
#include <poll.h>
#include <unistd.h>
#include <bask/core/error.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#define NCURSES_NOMACROS  // they would replace words such as move and erase
#include <curses.h>

namespace top {
namespace {

volatile std::sig_atomic_t caught_signal = 0;

void note_signal(int number) {
  caught_signal = number;
}

// While it exists, signals that would end the program are noted, and let in only while it waits for keys.
class NotedSignals {
 public:
  NotedSignals() {
    sigset_t noted;
    sigemptyset(&noted);
    struct sigaction action {};
    action.sa_handler = note_signal;
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
      sigaddset(&noted, number);
      sigaction(number, &action, nullptr);
    }
    sigaddset(&noted, SIGWINCH);
    sigprocmask(SIG_BLOCK, &noted, &before_);
  }
  NotedSignals(const NotedSignals&) = delete;
  NotedSignals& operator=(const NotedSignals&) = delete;
  ~NotedSignals() { sigprocmask(SIG_SETMASK, &before_, nullptr); }

  // Returns false when the terminal is gone.
  bool wait_for_key(std::chrono::nanoseconds time) const {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time);
    const timespec limit{.tv_sec = seconds.count(), .tv_nsec = (time - seconds).count()};
    pollfd input{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
    const int ready = ppoll(&input, 1, &limit, &before_);
    return ready <= 0 || (input.revents & (POLLHUP | POLLERR | POLLNVAL)) == 0;
  }

 private:
  sigset_t before_{};
};

struct Look {
  short color;
  attr_t attributes;
};

// Where the terminal has no colours, attributes tell as much.
Look look_of(Style style) {
  switch (style) {
    case Style::kPlain:
      return {-1, A_NORMAL};
    case Style::kStrong:
      return {-1, A_BOLD};
    case Style::kFaint:
      return {-1, A_DIM};
    case Style::kHeading:
      return {-1, A_UNDERLINE};
    case Style::kFocusedHeading:
      return {-1, A_REVERSE};
    case Style::kGood:
    case Style::kUseful:
      return {COLOR_GREEN, A_NORMAL};
    case Style::kWarning:
    case Style::kImbalance:
      return {COLOR_YELLOW, A_NORMAL};
    case Style::kBad:
      return {COLOR_RED, A_BOLD};
    case Style::kData:
      return {COLOR_CYAN, A_NORMAL};
    case Style::kSpilling:
      return {COLOR_MAGENTA, A_NORMAL};
    case Style::kParallelism:
      return {COLOR_BLUE, A_BOLD};
    case Style::kRuntime:
      return {COLOR_RED, A_NORMAL};
  }
  return {-1, A_NORMAL};
}

Key key_of(int code) {
  struct Meaning {
    int code;
    Key key;
  };
  constexpr std::array<Meaning, 21> kMeanings{{{'q', Key::kQuit},
                                               {'Q', Key::kQuit},
                                               {'\t', Key::kNextPane},
                                               {KEY_UP, Key::kUp},
                                               {'k', Key::kUp},
                                               {KEY_DOWN, Key::kDown},
                                               {'j', Key::kDown},
                                               {KEY_PPAGE, Key::kPageUp},
                                               {KEY_LEFT, Key::kPageUp},
                                               {KEY_NPAGE, Key::kPageDown},
                                               {KEY_RIGHT, Key::kPageDown},
                                               {' ', Key::kPageDown},
                                               {KEY_HOME, Key::kFirst},
                                               {KEY_END, Key::kLast},
                                               {'r', Key::kByRank},
                                               {'b', Key::kByBusy},
                                               {'m', Key::kByMemory},
                                               {'?', Key::kHelp},
                                               {'h', Key::kHelp},
                                               {'p', Key::kPause},
                                               {'P', Key::kPause}}};
  const auto found = std::ranges::find(kMeanings, code, &Meaning::code);
  return found == kMeanings.end() ? Key::kOther : found->key;
}

// The terminal in the hands of ncurses, until the end of this object.
class Terminal {
 public:
  Terminal() : is_ascii_(std::strcmp(nl_langinfo(CODESET), "UTF-8") != 0) {
    screen_ = newterm(nullptr, stdout, stdin);
    if (screen_ == nullptr) {
      const char* const kind = std::getenv("TERM");
      throw bask::Error(
          "bask-top",
          fmt::format("the terminal '{}' (TERM) is not known here", safe_text(kind != nullptr ? kind : "")),
          "say TERM=xterm, or use bask-top --once DIR", bask::ExitCode::kUsage);
    }
    set_term(screen_);
    cbreak();
    noecho();
    keypad(stdscr, TRUE);
    nodelay(stdscr, TRUE);
    set_escdelay(25);
    curs_set(0);
    has_colors_ = std::getenv("NO_COLOR") == nullptr && has_colors() && start_color() == OK &&
                  use_default_colors() == OK;
    for (short color = 0; has_colors_ && color < 8; ++color)
      init_pair(static_cast<short>(color + 1), color, -1);
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  ~Terminal() {
    move(getmaxy(stdscr) - 1, 0);  // the prompt will stand there, on terminals that keep the picture
    clrtoeol();
    refresh();
    endwin();
    delscreen(screen_);
  }

  std::size_t rows() const { return static_cast<std::size_t>(std::max(getmaxy(stdscr), 1)); }
  std::size_t columns() const { return static_cast<std::size_t>(std::max(getmaxx(stdscr), 1)); }

  void draw(const Grid& grid) {
    erase();
    for (std::size_t row = 0; row < std::min(grid.rows(), rows()); ++row) {
      for (std::size_t column = 0; column < std::min(grid.columns(), columns()); ++column)
        draw_cell(grid, row, column);
    }
    refresh();
  }

 private:
  void draw_cell(const Grid& grid, std::size_t row, std::size_t column) {
    const Cell& cell = grid.at(row, column);
    if (cell.text.empty()) return;
    const Look look = look_of(cell.style);
    const short pair = has_colors_ && look.color >= 0 ? static_cast<short>(look.color + 1) : short{0};
    attr_set(look.attributes, pair, nullptr);
    const bool is_wide = column + 1 < grid.columns() && grid.at(row, column + 1).text.empty();
    const std::string text =
        is_ascii_ ? ascii_of({cell.text, is_wide ? std::size_t{2} : std::size_t{1}}) : cell.text;
    mvaddstr(static_cast<int>(row), static_cast<int>(column), text.c_str());
  }

  bool is_ascii_;
  bool has_colors_ = false;
  SCREEN* screen_ = nullptr;
};

// All that has been typed since the last time.
UserView with_typed_keys(UserView view, const PaneExtents& drawn) {
  for (int code = getch(); code != ERR; code = getch())
    if (code != KEY_RESIZE) view = after(view, key_of(code), drawn);
  return view;
}

PaneExtents draw(Terminal& terminal, const WatchedState& watched, double silent_seconds,
                 const UserView& view) {
  const std::size_t rows = terminal.rows(), columns = terminal.columns();
  if (view.wants_help || !watched.state()) {
    terminal.draw(view.wants_help ? help_picture(rows, columns)
                                  : waiting_picture(watched.problem(), rows, columns));
    return {};
  }
  const Shown shown{*watched.state(), silent_seconds, watched.problem()};
  const Picture picture = interactive_picture(shown, view, rows, columns);
  terminal.draw(picture.grid);
  return picture.panes;
}

}  // namespace

int show_on_terminal(const Settings& settings) {
  const NotedSignals signals;
  Terminal terminal;
  WatchedState watched(settings.directory);
  UserView view;
  double silent_seconds = 0;  // when it was looked at: later there may be a newer state
  auto next = WatchedState::Clock::now();
  while (!view.wants_to_quit && caught_signal == 0) {
    const auto now = WatchedState::Clock::now();
    if (!view.is_paused && now >= next) {
      watched.look(now);
      silent_seconds = watched.silent_seconds(now);
      next = now + settings.interval;
    }
    const PaneExtents drawn = draw(terminal, watched, silent_seconds, view);
    if (!signals.wait_for_key(view.is_paused ? settings.interval : next - now)) return 128 + SIGHUP;
    view = with_typed_keys(view, drawn);
  }
  return caught_signal == 0 ? 0 : 128 + caught_signal;
}

}  // namespace top
