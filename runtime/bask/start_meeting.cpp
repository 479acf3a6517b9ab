#include <bask/core/archive.hpp>
#include <bask/start_meeting.hpp>

#include <bask/cluster/pulse.hpp>
#include <bask/launch/rank_map.hpp>
#include <boost/mpi/collectives.hpp>
#include <boost/mpi/communicator.hpp>
#include <boost/serialization/string.hpp>
#include <boost/serialization/vector.hpp>

#include <fmt/format.h>

#include <chrono>

namespace bask {
namespace {

constexpr std::chrono::milliseconds kSayThatAtWork{500};

}  // namespace

bool StartMeeting::is_rank_0() const {
  return world_.rank() == 0;
}

template <class T>
std::vector<T> StartMeeting::all_gather(const std::string& phase, const T& own) {
  enter(phase);
  std::vector<T> all(static_cast<std::size_t>(world_.size()));
  if (is_rank_0()) {
    all[0] = own;
    for (int left = world_.size() - 1; left > 0; --left) {
      const int from = world_.probe(boost::mpi::any_source, kToRank0).source();
      world_.recv(from, kToRank0, all[static_cast<std::size_t>(from)]);
      watch_.rank_arrived(static_cast<std::size_t>(from));
    }
  } else {
    world_.send(0, kToRank0, own);
  }
  boost::mpi::broadcast(world_, all, 0);
  return all;
}
template std::vector<RankInfo> StartMeeting::all_gather(const std::string&, const RankInfo&);
template std::vector<std::string> StartMeeting::all_gather(const std::string&, const std::string&);
template std::vector<int> StartMeeting::all_gather(const std::string&, const int&);

std::string StartMeeting::name(int rank) const {
  const auto number = static_cast<std::size_t>(rank);
  return number < names_.size() ? names_[number] : fmt::format("rank {}", rank);
}

void StartMeeting::enter(const std::string& phase) {
  std::vector<std::string> awaited{is_rank_0() ? "" : name(0)};
  for (int rank = 1; rank < world_.size() && is_rank_0(); ++rank) awaited.push_back(name(rank));
  watch_.enter("at the start, in " + phase, std::move(awaited));
}

std::string StartMeeting::broadcast_text(const std::string& phase, const std::function<std::string()>& make) {
  enter(phase);
  std::string text;
  const auto tell_all = [&](bool is_made) {
    for (int rank = 1; rank < world_.size(); ++rank) world_.send(rank, kAtWork, is_made);
  };
  if (is_rank_0()) {
    {
      auto next = std::chrono::steady_clock::now() + kSayThatAtWork;
      const Pulse pulse([&] {
        const auto now = std::chrono::steady_clock::now();
        if (now < next) return;
        next = now + kSayThatAtWork;
        watch_.restart();  // rank 0 is at work and waits for nobody
        tell_all(false);
      });
      text = make();
    }
    tell_all(true);
  } else {
    for (bool is_made = false; !is_made;) {
      world_.recv(0, kAtWork, is_made);
      watch_.restart();
    }
  }
  boost::mpi::broadcast(world_, text, 0);
  return text;
}

}  // namespace bask
