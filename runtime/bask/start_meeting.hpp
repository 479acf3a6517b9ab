// start_meeting.hpp: what ranks say to each other before their nodes stand, by MPI alone: all to rank 0,
// which so knows who is missing, and rank 0 to all.
// Runs on: every rank, between MPI_Init and the first heartbeats. Threads: main's. Every rank calls the same
// functions in the same order.
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

  /// The names by which the watch calls the ranks from now on.
  void set_names(std::vector<std::string> names) { names_ = std::move(names); }
  bool is_rank_0() const;

  /// What all say, by rank.
  template <class T>  // RankInfo, std::string, int
  std::vector<T> all_gather(const std::string& phase, const T& own);
  /// What rank 0 says, everywhere. Where `make` takes long on rank 0, the others hear that it is at work.
  std::string from_rank_0(const std::string& phase, const std::function<std::string()>& make);
  /// From now on ranks wait for each other in something else; rank 0 for all, as far as has_come() does not
  /// tell otherwise, and the others for rank 0.
  void enter(const std::string& phase);
  void has_come(std::uint32_t rank) { watch_.has_come(rank); }

 private:
  static constexpr int kToRank0 = 1, kAtWork = 2;
  std::string name(int rank) const;

  boost::mpi::communicator& world_;
  StartWatch& watch_;
  std::vector<std::string> names_;
};

}  // namespace bask
