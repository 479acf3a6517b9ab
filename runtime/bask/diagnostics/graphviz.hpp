// graphviz.hpp: the one caller of Graphviz's program `dot`, which lays graphs out and draws them.
// Runs on: rank 0. Threads: any; waits for the program.
#pragma once

#include <string>
#include <string_view>

namespace bask {

/// Runs `dot`, without a shell: it reads `text` and writes the picture, in a format that it knows ("svg"), to
/// the open file `output`. Throws: Error when there is no such program, or with what it said when it failed.
void run_graphviz(std::string_view text, const std::string& format, int output);

}  // namespace bask
