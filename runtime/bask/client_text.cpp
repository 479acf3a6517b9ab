// How a client is printed.
#include <bask/client.hpp>

#include <fmt/format.h>
#include <bask/core/units.hpp>
#include <bask/launch/rank_text.hpp>

#include <ostream>
#include <set>

namespace bask {

std::ostream& operator<<(std::ostream& out, const Client& client) {
  const ClientInfo& info = client.info();
  if (info.ranks.size() > 1) {
    std::set<std::string> hosts;
    for (const RankSummary& rank : info.ranks) hosts.insert(rank.host);
    out << fmt::format("Client: {} of {} on {}{}", count_text(info.threads, "thread"),
                       count_text(static_cast<long>(info.ranks.size()), "rank"),
                       count_text(static_cast<long>(hosts.size()), "host"),
                       info.ranks[0].threads == 0 ? ", rank 0 only plans" : "");
  } else if (info.scheduler == Scheduler::kSync) {
    out << "Client: sync scheduler, in the calling thread of " << info.host;
  } else {
    out << fmt::format("Client: threads scheduler, {} on {}{} of {}", count_text(info.threads, "thread"),
                       count_text(info.cores, "core"), info.pinned ? " (pinned)" : "", info.host);
  }
  return out << ", memory limit " << format_size(info.memory_limit);
}

}  // namespace bask
