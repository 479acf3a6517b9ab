#include "screen.hpp"

#include <bask/core/error.hpp>

namespace top {

int show_on_terminal(const Settings&) {
  throw bask::Error("bask-top", "it was built without ncurses, so it cannot draw on a terminal",
                    "use bask-top --once DIR, or watch bask-top --once DIR", bask::ExitCode::kUsage);
}

}  // namespace top
