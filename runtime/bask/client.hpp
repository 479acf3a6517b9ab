// client.hpp: what computes: the machine as one program sees it.
// Runs on: rank 0. Threads: made and used by one; a second compute() waits for the first.
#pragma once

#include <bask/core/options.hpp>
#include <bask/graph/runtime.hpp>

#include <iosfwd>
#include <memory>
#include <mutex>
#include <string>

namespace bask {

class ThreadPool;

/// What there is to compute with.
struct ClientInfo {
  Scheduler scheduler = Scheduler::kThreads;
  std::string host;
  unsigned cores = 1;              ///< in the affinity mask
  unsigned threads = 1;            ///< that run tasks
  bool pinned = false;             ///< each thread to one core
  std::uint64_t memory_limit = 0;  ///< bytes of results held at once
};

/// While it lives, compute(), persist() and visualize() work. `bask::run` makes one; a program that has its
/// own `main` loop may as well: `bask::Client client(options);`
class Client final : public Runtime {
 public:
  explicit Client(const Options& options = {});
  ~Client() override;

  const ClientInfo& info() const { return info_; }
  const Options& options() const { return options_; }

  Results compute(std::span<const TaskRef* const> targets) override;
  void visualize(std::span<const TaskRef* const> targets, const std::filesystem::path& path) override;

 private:
  const Options options_;
  ClientInfo info_;
  std::unique_ptr<ThreadPool> pool_;  // none for the sync scheduler
  std::mutex one_at_a_time_;
};

/// "Client: threads scheduler, 8 threads on 8 cores of n1, memory limit 16 GiB".
std::ostream& operator<<(std::ostream& out, const Client& client);

}  // namespace bask
