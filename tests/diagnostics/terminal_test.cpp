// Whether an output is a terminal, and how much fits there.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <bask/diagnostics/terminal.hpp>

#include <cstdlib>

namespace bask {
namespace {

TEST(Terminal, IsNoPipeAndHasASizeAnyway) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  EXPECT_FALSE(is_terminal(ends[1]));
  EXPECT_EQ(terminal_size(ends[1]).columns, 80);
  EXPECT_EQ(terminal_size(ends[1]).rows, 24);
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST(Terminal, HasTheSizeOfItsWindow) {
  const int terminal = ::posix_openpt(O_RDWR | O_NOCTTY);
  if (terminal < 0) GTEST_SKIP() << "no pseudo-terminals here";
  const winsize window{.ws_row = 50, .ws_col = 132, .ws_xpixel = 0, .ws_ypixel = 0};
  ASSERT_EQ(::ioctl(terminal, TIOCSWINSZ, &window), 0);
  EXPECT_EQ(terminal_size(terminal).columns, 132);
  EXPECT_EQ(terminal_size(terminal).rows, 50);
  ::setenv("TERM", "xterm-256color", 1);
  EXPECT_TRUE(is_terminal(terminal));
  ::setenv("TERM", "dumb", 1);
  EXPECT_FALSE(is_terminal(terminal));
  ::close(terminal);
}

}  // namespace
}  // namespace bask
