// rank_text.hpp: names sets of ranks and hosts in a few words, however many there are.
// Runs on: every rank. Threads: any; pure functions.
#pragma once

#include <string>
#include <vector>

namespace bask {

/// "rank 3", "ranks 0-3, 8", or "ranks 0, 2, 4, 6, 8, 10 and 494 more". `ranks` ascending, not empty.
std::string ranks_text(const std::vector<int>& ranks);

/// "n1", "n1, n2, n3", or "250 hosts, n1 to n250". In the given order, each once; not empty.
std::string hosts_text(const std::vector<std::string>& hosts);

/// "1 core", "2 cores".
std::string count_text(long count, const std::string& word);

}  // namespace bask
