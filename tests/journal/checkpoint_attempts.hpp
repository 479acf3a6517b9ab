// checkpoint_attempts.hpp: for tests of programs with a journal: tasks that count how often they run, and
// attempts of one process or of several ranks in it.
#pragma once

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <bask/bask.hpp>

#include "../cluster/local_cluster.hpp"
#include "journal_files.hpp"

#include <algorithm>
#include <atomic>
#include <csignal>
#include <numeric>
#include <string>
#include <vector>

namespace bask {

namespace fs = std::filesystem;

inline std::atomic<int> runs{0};

inline int increment(int x) {
  ++runs;
  return x + 1;
}
inline std::vector<int> numbers(int count) {
  ++runs;
  std::vector<int> all(static_cast<std::size_t>(count));
  std::iota(all.begin(), all.end(), 7);
  return all;
}
inline std::int64_t total(const std::vector<int>& all) {
  ++runs;
  return std::accumulate(all.begin(), all.end(), std::int64_t{0});
}
inline int fail_above_5(int x) {
  ++runs;
  if (x > 5) throw std::domain_error("x is " + std::to_string(x));
  return x;
}

inline const DelayedOptions kKept{.checkpoint = true}, kNever{.checkpoint = false};

// While it lives, no file of this process may grow beyond a number of bytes, as on a full disk.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &old_);
    old_handler_ = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{bytes, old_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FullDisk() {
    ::setrlimit(RLIMIT_FSIZE, &old_);
    std::signal(SIGXFSZ, old_handler_);
  }

 private:
  rlimit old_{};
  void (*old_handler_)(int);
};

class CheckpointTest : public testing::JournalFiles, public ::testing::WithParamInterface<int> {
 protected:
  CheckpointTest() {
    runs = 0;
    options_.checkpoint = (directory_ / "journal").string();
    options_.pin = Pin::kOff;
    if (GetParam() == 0) {
      options_.scheduler = Scheduler::kSync;
    } else {
      options_.threads = GetParam();
    }
  }

  /// Calls the program with a client of its own, as one attempt. Returns what it has logged.
  template <class Program>
  std::string attempt(const Program& program, int exit_code = 75) {
    ::testing::internal::CaptureStderr();
    try {
      Client client(options_);
      program(client);
      client.finish(exit_code);
    } catch (...) {
      ADD_FAILURE() << ::testing::internal::GetCapturedStderr();
      throw;
    }
    return ::testing::internal::GetCapturedStderr();
  }
  /// How many tasks run in `program`.
  template <class Program>
  int runs_in(const Program& program) {
    runs = 0;
    log_ = attempt(program);
    return runs;
  }
  template <class Program>
  std::string error_of(const Program& program, ExitCode code) {
    ::testing::internal::CaptureStderr();
    std::string text = "no error";
    try {
      Client client(options_);
      program(client);
    } catch (const Error& error) {
      EXPECT_EQ(error.exit_code(), code) << error.what();
      text = error.what();
    }
    log_ = ::testing::internal::GetCapturedStderr();
    return text;
  }
  bool has_logged(const std::string& text) const { return log_.find(text) != std::string::npos; }
  fs::path journal() const { return options_.checkpoint; }

  Options options_;
  std::string log_;
};

class CheckpointOfRanks : public testing::JournalFiles {
 protected:
  CheckpointOfRanks() {
    runs = 0;
    options_.client.checkpoint = (directory_ / "journal").string();
  }
  template <class Program>
  int runs_on(std::uint32_t ranks, const Program& program, int exit_code = 75) {
    runs = 0;
    options_.ranks = ranks;
    ::testing::internal::CaptureStderr();
    {
      LocalCluster cluster(options_);
      cluster.exit_code = exit_code;
      program(cluster.client());
    }
    log_ = ::testing::internal::GetCapturedStderr();
    return runs;
  }
  LocalClusterOptions options_;
  std::string log_;
};

}  // namespace bask
