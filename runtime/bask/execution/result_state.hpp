// result_state.hpp: where one result is, and how many readers keep it there, in one word.
// Runs on: every rank. Threads: any; the word changes without a lock.
//
//     absent -> here (made, or come from another rank)
//     announced -> coming -> here (another rank has it)
//     here -> leaving (being written to the disk, still readable) -> away -> coming -> here
//     here, with a copy on the disk or a recipe to make it again -> away
//
// Invariants: (1) a result that is pinned does not go away; (2) a result that is leaving or coming is freed
//             by the thread that ends this, not by its last reader: it is doomed until then.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

namespace bask {

class ResultState {
 public:
  enum Place : std::uint32_t { kAbsent, kHere, kLeaving, kAway, kComing, kAnnounced };

  explicit ResultState(std::uint32_t& word) : word_(word) {}

  Place place() const { return place_of(load()); }
  bool is_pinned() const { return load() >= kPin; }
  bool has_copy() const { return (load() & kCopyBit) != 0; }

  /// Pins a result that is here. Returns whether it is. One that is elsewhere is not pinned for a moment
  /// even: nobody would name it afterwards as one that may leave.
  bool try_pin() const {
    std::uint32_t before = load();
    do {
      if (!is_readable(before)) return false;
    } while (!word_.compare_exchange_weak(before, before + kPin, std::memory_order_seq_cst));
    return true;
  }
  /// Pins it wherever it is, so that it stays once it has come. Returns whether it is here.
  bool pin() const { return is_readable(word_.fetch_add(kPin, std::memory_order_seq_cst)); }
  void unpin() const { word_.fetch_sub(kPin, std::memory_order_seq_cst); }
  /// Lets go of the pins of units that have not ended, in a run that is over.
  void unpin_all() const { word_.fetch_and(kPin - 1, std::memory_order_seq_cst); }
  /// A result was made here, and is pinned by its maker; and once more, for ever, if it is `fixed`. Nobody
  /// asks for it before it is unpinned.
  void make_here(bool fixed) const {
    word_.store(kHere | (fixed ? 2 * kPin : kPin), std::memory_order_release);
  }
  /// Its maker needs it no more. Readers may have freed it already.
  void unpin_if_there() const {
    std::uint32_t before = load();
    while (place_of(before) != kAbsent &&
           !word_.compare_exchange_weak(before, before - kPin, std::memory_order_seq_cst)) {
    }
  }
  /// The word of a result that is taken over from another place.
  void place_again(bool is_here, bool has_copy) const {
    word_.store((is_here ? kHere : kAway) | (has_copy ? kCopyBit : 0), std::memory_order_seq_cst);
  }
  /// It may go away at once from now on.
  void add_copy() const { word_.fetch_or(kCopyBit, std::memory_order_seq_cst); }
  void set_announced() const { replace_place(kAnnounced); }
  void clear() const { word_.store(kAbsent, std::memory_order_seq_cst); }

  /// here -> leaving, or away where there is a copy. Returns where it is now: here, when it is pinned.
  Place begin_to_leave() const {
    std::uint32_t before = kHere;
    if (word_.compare_exchange_strong(before, kLeaving, std::memory_order_seq_cst)) return kLeaving;
    before = kHere | kCopyBit;
    if (word_.compare_exchange_strong(before, kAway | kCopyBit, std::memory_order_seq_cst)) return kAway;
    return kHere;
  }
  /// leaving -> away, or here with a copy when it is pinned meanwhile. Without a copy: here.
  /// Returns where it has gone; nothing when it is doomed.
  std::optional<Place> end_leaving(bool has_copy) const {
    std::uint32_t before = load(), after;
    do {
      if ((before & kDoomedBit) != 0) return std::nullopt;
      const bool stays = !has_copy || before >= kPin;
      after = (before & ~kPlaceMask) | (stays ? kHere : kAway) | (has_copy ? kCopyBit : 0);
    } while (!word_.compare_exchange_weak(before, after, std::memory_order_seq_cst));
    return place_of(after);
  }
  /// away or announced -> coming.
  void begin_to_come() const { replace_place(kComing); }
  /// coming -> here, or away when it could not be read.
  void end_coming(bool has_come) const { replace_place(has_come ? kHere : kAway); }
  /// Its last reading is over. Returns where it was: whoever ends its leaving frees it.
  Place doom() const {
    std::uint32_t before = load(), after;
    do {
      after = place_of(before) == kLeaving ? before | kDoomedBit : std::uint32_t{kAbsent};
    } while (!word_.compare_exchange_weak(before, after, std::memory_order_seq_cst));
    return place_of(before);
  }

 private:
  static constexpr std::uint32_t kPlaceMask = 7, kCopyBit = 8, kDoomedBit = 16, kPin = 32;
  static Place place_of(std::uint32_t word) { return static_cast<Place>(word & kPlaceMask); }
  static bool is_readable(std::uint32_t word) {
    return place_of(word) == kHere || place_of(word) == kLeaving;
  }
  std::uint32_t load() const { return word_.load(std::memory_order_seq_cst); }
  void replace_place(Place place) const {
    std::uint32_t before = load();
    while (!word_.compare_exchange_weak(before, (before & ~kPlaceMask) | place, std::memory_order_seq_cst)) {
    }
  }

  const std::atomic_ref<std::uint32_t> word_;
};

}  // namespace bask
