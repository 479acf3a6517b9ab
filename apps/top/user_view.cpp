#include "user_view.hpp"

#include <algorithm>

namespace top {
namespace {

std::size_t scrolled(std::size_t first, Key key, const PaneExtent& drawn) {
  const std::size_t page = std::max<std::size_t>(drawn.shown, 1);
  switch (key) {
    case Key::kUp:
      return first - std::min<std::size_t>(first, 1);
    case Key::kDown:
      return first + 1;
    case Key::kPageUp:
      return first - std::min(first, page);
    case Key::kPageDown:
      return first + page;
    case Key::kFirst:
      return 0;
    case Key::kLast:
      return drawn.entries;
    default:
      return first;
  }
}

// The next pane that has entries.
Pane next_pane(Pane pane, const PaneExtents& drawn) {
  auto number = static_cast<std::size_t>(pane);
  for (std::size_t i = 0; i < kPanes; ++i) {
    number = (number + 1) % kPanes;
    if (drawn[number].shown > 0) break;
  }
  return static_cast<Pane>(number);
}

UserView with_order(UserView view, RankOrder order) {
  view.order = order;
  view.first[static_cast<std::size_t>(Pane::kRanks)] = 0;
  return view;
}

}  // namespace

UserView after(UserView view, Key key, const PaneExtents& drawn) {
  if (key == Key::kQuit) view.wants_to_quit = true;
  if (view.wants_help) {  // any key leaves it
    view.wants_help = false;
    return view;
  }
  if (key == Key::kHelp) view.wants_help = true;
  if (key == Key::kPause) view.is_paused = !view.is_paused;
  if (key == Key::kNextPane) view.focus = next_pane(view.focus, drawn);
  if (key == Key::kByRank) view = with_order(view, RankOrder::kRank);
  if (key == Key::kByBusy) view = with_order(view, RankOrder::kBusy);
  if (key == Key::kByMemory) view = with_order(view, RankOrder::kMemory);
  const auto pane = static_cast<std::size_t>(view.focus);
  view.first[pane] = std::min(scrolled(view.first[pane], key, drawn[pane]), drawn[pane].last_first());
  return view;
}

}  // namespace top
