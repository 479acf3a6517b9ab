// local_cluster.hpp: several ranks in one process, over a network that delays and reorders, for tests.
#pragma once

#include <bask/client.hpp>
#include <bask/cluster/node.hpp>
#include <bask/journal/job_checkpoint.hpp>
#include <bask/transport/memory_transport.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace bask {

struct LocalClusterOptions {
  std::uint32_t ranks = 2;
  unsigned threads = 1;  ///< per rank
  bool rank0_works = true;
  std::uint64_t seed = 0;
  std::uint32_t most_delay = 0;  ///< of a parcel: in how many calls its receiver may not see it yet
  Options client = {};
  std::uint64_t memory_limit = ~std::uint64_t{0};  ///< bytes per rank
  std::chrono::microseconds longest_nap = BackoffOptions{}.longest_nap;
  std::string scratch = "/tmp";  ///< where all ranks spill to
  std::function<TransferCalls(std::uint32_t rank)> disk = [](std::uint32_t) {
    return TransferCalls::of_system();
  };
  std::chrono::nanoseconds silence_limit{0};
};

/// All ranks of the process keep their results in rank 0's journal, which ends with rank 0.
class SharedRecorder final : public Recorder {
 public:
  explicit SharedRecorder(Recorder& recorder) : recorder_(recorder) {}
  void record(const Key& key, const Value& value) override { recorder_.record(key, value); }
  std::int64_t cost_ns(std::uint64_t bytes) const override { return recorder_.cost_ns(bytes); }
  void finish(int) override {}

 private:
  Recorder& recorder_;
};

/// Several ranks. The thread that makes it is rank 0; `client()` computes on all ranks.
class LocalCluster {
 public:
  explicit LocalCluster(const LocalClusterOptions& options)
      : network_({.ranks = options.ranks,
                  .seed = options.seed,
                  .most_delay = options.most_delay,
                  .piece_bytes = 4096}) {
    options_ = options.client;
    checkpoint_.join(checkpoint_.begin(options_), options_, 0, 1);
    if (checkpoint_.here() != nullptr) recorder_.emplace(*checkpoint_.here());
    std::vector<RankSummary> ranks;
    for (std::uint32_t rank = 0; rank < options.ranks; ++rank) {
      const unsigned threads = rank == 0 && !options.rank0_works ? 0 : options.threads;
      ranks.push_back({"host" + std::to_string(rank), 1, threads, options.memory_limit});
    }
    NodeOptions node;
    node.pin = Pin::kOff;
    node.resources = options.client.resources;
    node.backoff = {.crowded = true, .longest_nap = options.longest_nap};
    node.silence_limit = options.silence_limit;
    node.recorder = recorder_ ? &*recorder_ : nullptr;
    node.end = checkpoint_.end();
    for (const RankSummary& rank : ranks) node.hosts.push_back(rank.host);
    for (std::uint32_t rank = 0; rank < options.ranks; ++rank) {
      node.threads = ranks[rank].threads;
      node.memory = std::make_shared<RankMemory>(
          options.memory_limit, [scratch = options.scratch] { return scratch; }, options.disk(rank));
      transports_.push_back(network_.endpoint(rank));
      nodes_.push_back(std::make_unique<Node>(*transports_.back(), node));
    }
    for (std::uint32_t rank = 1; rank < options.ranks; ++rank) {
      servers_.emplace_back([&node = *nodes_[rank]] { node.serve(); });
    }
    client_ = std::make_unique<Client>(options.client, *nodes_[0], ranks, &checkpoint_);
  }
  ~LocalCluster() {
    const ComputationCount computations{client_->computations(), client_->computations_done()};
    client_.reset();
    nodes_[0]->shut_down(std::chrono::seconds(60));
    for (std::thread& server : servers_) server.join();
    checkpoint_.finish(options_, exit_code, computations);
  }

  int exit_code = 75;  ///< with which the job ends: 0 removes the journal
  Client& client() { return *client_; }
  MemoryNetwork& network() { return network_; }
  Node& node(std::uint32_t rank) { return *nodes_[rank]; }

 private:
  Options options_;
  JobCheckpoint checkpoint_;
  std::optional<SharedRecorder> recorder_;
  MemoryNetwork network_;
  std::vector<std::unique_ptr<Transport>> transports_;
  std::vector<std::unique_ptr<Node>> nodes_;
  std::vector<std::thread> servers_;
  std::unique_ptr<Client> client_;
};

}  // namespace bask
