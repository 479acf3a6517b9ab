// memory_ledger.hpp: how much memory a rank may use, and how much of it is taken, by kind.
// Runs on: every rank, one for all of its runs. Threads: any.
// Invariants: (1) try_take() never takes the sum above the limit; (2) take() is for what is there already,
//             and may take it above: whoever calls it has room made afterwards; (3) what caches keep of freed
//             memory (spare_memory) fits beside the sum, less what was taken and is not allocated yet.
#pragma once

#include <bask/core/memory_use.hpp>
#include <bask/core/spare_memory.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace bask {

class MemoryLedger {
 public:
  explicit MemoryLedger(std::uint64_t limit) : limit_(limit) {}
  MemoryLedger(const MemoryLedger&) = delete;
  MemoryLedger& operator=(const MemoryLedger&) = delete;

  std::uint64_t limit() const { return limit_; }
  bool has_limit() const { return limit_ != ~std::uint64_t{0}; }

  /// Takes `bytes` if the sum stays within the limit, and `spare` bytes are left. Returns whether it did. So
  /// many of the bytes are taken as scratch, whatever the kind is.
  bool try_take(MemoryKind kind, std::uint64_t bytes, std::uint64_t spare = 0, std::uint64_t scratch = 0) {
    const std::uint64_t wanted = bytes + spare;
    std::uint64_t held = held_.load(std::memory_order_relaxed);
    do {
      if (wanted > limit_ || held > limit_ - wanted) return false;
    } while (!held_.compare_exchange_weak(held, held + bytes, std::memory_order_seq_cst,
                                          std::memory_order_relaxed));
    if (scratch != 0) add(MemoryKind::kScratch, scratch);
    note(kind, bytes - scratch, held + bytes);
    if (has_limit()) spare_memory::make_room(limit_ - held - bytes, bytes);
    return true;
  }
  /// Has caches give up what does not fit beside all that is held now: what was taken by try_take() is there,
  /// or a run begins.
  void fit_caches() const {
    spare_memory::make_room(has_limit() ? limit_ - std::min(limit_, held()) : limit_, 0);
  }
  void take(MemoryKind kind, std::uint64_t bytes) {
    note(kind, bytes, held_.fetch_add(bytes, std::memory_order_seq_cst) + bytes);
  }
  /// Sequentially consistent: a thread that gives back looks for waiting units afterwards.
  void give_back(MemoryKind kind, std::uint64_t bytes) {
    remove(kind, bytes);
    held_.fetch_sub(bytes, std::memory_order_seq_cst);
  }
  /// So much is held for one kind now, in all, beyond the limit or not.
  void set(MemoryKind kind, std::uint64_t bytes);
  /// What was taken for one kind is held for another one from now on.
  void move(MemoryKind from, MemoryKind to, std::uint64_t bytes) {
    remove(from, bytes);
    note(to, bytes, held());
  }

  std::uint64_t held() const { return held_.load(std::memory_order_relaxed); }
  std::uint64_t held(MemoryKind kind) const;
  std::uint64_t peak() const { return peak_.load(std::memory_order_relaxed); }
  /// The most that was held of one kind.
  std::uint64_t peak(MemoryKind kind) const { return of(kind).peak.load(std::memory_order_relaxed); }
  /// The peaks begin anew, with what is held now.
  void begin_peak();

 private:
  struct alignas(64) OfKind {
    std::atomic<std::uint64_t> held{0}, peak{0};
  };
  static void raise(std::atomic<std::uint64_t>& peak, std::uint64_t now) {
    std::uint64_t before = peak.load(std::memory_order_relaxed);
    while (now > before && !peak.compare_exchange_weak(before, now, std::memory_order_relaxed)) {
    }
  }
  void add(MemoryKind kind, std::uint64_t bytes) {
    raise(of(kind).peak, of(kind).held.fetch_add(bytes, std::memory_order_relaxed) + bytes);
    others_.fetch_add(bytes, std::memory_order_relaxed);
  }
  void remove(MemoryKind kind, std::uint64_t bytes) {
    if (kind == MemoryKind::kResults) return;
    of(kind).held.fetch_sub(bytes, std::memory_order_relaxed);
    others_.fetch_sub(bytes, std::memory_order_relaxed);
  }
  void note(MemoryKind kind, std::uint64_t bytes, std::uint64_t now) {
    if (kind != MemoryKind::kResults) {
      add(kind, bytes);
    } else if (const std::uint64_t others = others_.load(std::memory_order_relaxed); others <= now) {
      raise(of(kind).peak, now - others);
    }
    raise(peak_, now);
  }
  OfKind& of(MemoryKind kind) { return of_kind_[static_cast<std::size_t>(kind)]; }
  const OfKind& of(MemoryKind kind) const { return of_kind_[static_cast<std::size_t>(kind)]; }

  const std::uint64_t limit_;
  alignas(64) std::atomic<std::uint64_t> held_{0};
  std::atomic<std::uint64_t> peak_{0};
  std::atomic<std::uint64_t> others_{0};  // of all kinds but results; these are what is held less that
  std::array<OfKind, kMemoryKinds> of_kind_;
};

}  // namespace bask
