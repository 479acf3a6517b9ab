// start_meeting.hpp: what ranks tell each other before their nodes stand, by MPI alone. All ranks send to
// rank 0, which so knows which rank is missing, and rank 0 sends to all.
// Runs on: every rank, between MPI_Init and the first heartbeats. Threads: the main thread. Every rank calls
// the same functions in the same order.
#pragma once

#include <bask/launch/start_watch.hpp>

#include <functional>
#include <string>
#include <vector>

namespace boost::mpi {
class communicator;
}

namespace bask {

class StartMeeting {
 public:
  /// Both must outlive the meeting.
  StartMeeting(boost::mpi::communicator& world, StartWatch& watch) : world_(world), watch_(watch) {}

  /// The names of the ranks in the watch's messages from now on.
  void set_names(std::vector<std::string> names) { names_ = std::move(names); }
  bool is_rank_0() const;

  /// Sends `own` to all ranks. Returns what each rank sent, by rank.
  template <class T>  // RankInfo, std::string, int
  std::vector<T> all_gather(const std::string& phase, const T& own);
  /// Returns on all ranks the text that `make` makes on rank 0. While `make` runs, rank 0 tells the others
  /// every half second that it is at work, so that their watches do not end them.
  std::string broadcast_text(const std::string& phase, const std::function<std::string()>& make);
  /// From now on the ranks wait for each other in another phase: rank 0 for every rank that rank_arrived()
  /// has not been called for, and the others for rank 0.
  void enter(const std::string& phase);
  void rank_arrived(std::uint32_t rank) { watch_.rank_arrived(rank); }

 private:
  static constexpr int kToRank0 = 1, kAtWork = 2;
  std::string name(int rank) const;

  boost::mpi::communicator& world_;
  StartWatch& watch_;
  std::vector<std::string> names_;
};

}  // namespace bask
