// job_facts.hpp: what is known of a job from its start on.
// Runs on: rank 0. Threads: any; plain data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bask {

struct RankFacts {
  std::string host;
  unsigned cores = 1, threads = 1;
  std::uint64_t memory_limit = 0, memory_margin = 0;  ///< bytes; a limit of 0: none
};

struct SlurmFacts {
  std::string id, name, partition, nodes;
  int restarts = 0;
  std::optional<double> end;  ///< when the time limit is reached, in seconds since the job's start
};

/// A name and what it is.
struct Fact {
  std::string name, value, source = {};
};

struct JobFacts {
  std::string program;
  std::vector<std::string> arguments;
  std::string host;
  int pid = 0;
  std::string started;  ///< ISO 8601, UTC
  std::vector<Fact> options, versions;
  std::vector<RankFacts> ranks;
  std::optional<SlurmFacts> slurm;

  unsigned threads() const {
    unsigned sum = 0;
    for (const RankFacts& rank : ranks) sum += rank.threads;
    return sum;
  }
};

}  // namespace bask
