// virtual_disk.hpp: a disk of which only the time counts that writes and reads take, and threads likewise
// that make results again. Runs on: rank 0. Threads: one at a time.
#pragma once

#include <bask/execution/remaker.hpp>
#include <bask/execution/spill_store.hpp>
#include <bask/forecast/machine_speed.hpp>
#include <bask/forecast/virtual_clock.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

namespace bask {

class VirtualDisk final : public SpillStore {
 public:
  /// How long something takes now that takes `ns`, and `cpu_ns` of a processor, where threads do nothing.
  using Beside = std::function<double(double ns, double cpu_ns)>;
  /// The clock must outlive the disk. `moved` is called after each transfer.
  VirtualDisk(VirtualClock& clock, const MachineSpeed& speed, Beside beside, std::function<void()> moved)
      : clock_(clock), speed_(speed), beside_(std::move(beside)), moved_(std::move(moved)), line_(clock) {}

  void write(std::span<const std::byte> bytes, Done done) override;
  void read(const Extent& extent, std::span<std::byte> into, Done done) override;
  void free(const Extent& extent) override { held_ -= std::min(held_, extent.bytes); }
  SpillCounts counts() const override { return counts_; }
  std::uint64_t bytes_held() const override { return held_; }
  const std::filesystem::path& directory() const override { return directory_; }

 private:
  VirtualClock& clock_;
  const MachineSpeed speed_;
  const Beside beside_;
  const std::function<void()> moved_;
  VirtualLine line_;
  SpillCounts counts_;
  std::uint64_t held_ = 0;
  const std::filesystem::path directory_{"forecast"};
};

/// Makes results again, one for each thread at a time.
class VirtualRemaker final : public Remaker {
 public:
  /// Each takes `ns()`. `made` is called after each.
  VirtualRemaker(VirtualClock& clock, unsigned threads, std::function<double()> ns,
                 std::function<void()> made)
      : Remaker(0),
        clock_(clock),
        threads_(threads, VirtualLine(clock)),
        ns_(std::move(ns)),
        made_(std::move(made)) {}
  void run(std::function<void()> make) override {
    clock_.at(threads_[next_++ % threads_.size()].serve(ns_()), [this, make = std::move(make)] {
      make();
      made_();
    });
  }

 private:
  VirtualClock& clock_;
  std::vector<VirtualLine> threads_;
  const std::function<double()> ns_;
  const std::function<void()> made_;
  std::size_t next_ = 0;
};

}  // namespace bask
