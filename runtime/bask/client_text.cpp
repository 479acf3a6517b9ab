// How a client is printed.
#include <bask/client.hpp>

#include <fmt/format.h>
#include <bask/core/units.hpp>

#include <ostream>
#include <set>

namespace bask {

std::ostream& operator<<(std::ostream& out, const Client& client) {
  const auto counted = [](std::size_t count, const char* what) {
    return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
  };
  const ClientInfo& info = client.info();
  if (info.ranks.size() > 1) {
    std::set<std::string> hosts;
    for (const RankSummary& rank : info.ranks) hosts.insert(rank.host);
    out << fmt::format("Client: {} of {} on {}{}", counted(info.threads, "thread"),
                       counted(info.ranks.size(), "rank"), counted(hosts.size(), "host"),
                       info.ranks[0].threads == 0 ? ", rank 0 only plans" : "");
  } else if (info.scheduler == Scheduler::kSync) {
    out << "Client: sync scheduler, in the calling thread of " << info.host;
  } else {
    out << fmt::format("Client: threads scheduler, {} on {}{} of {}", counted(info.threads, "thread"),
                       counted(info.cores, "core"), info.pinned ? " (pinned)" : "", info.host);
  }
  return out << ", memory limit " << format_size(info.memory_limit);
}

}  // namespace bask
