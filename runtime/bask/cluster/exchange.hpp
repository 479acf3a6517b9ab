// exchange.hpp: one rank's end of the conversation: messages are gathered in parcels for each rank, large
// ones go as bulk, and what arrives is handed to a handler.
// Runs on: every rank. Threads: any may post. The thread that holds the exchange's lock drives the transport
// and calls the handler, so no two threads are in the handler at once.
// Invariants: (1) messages that were posted to one rank by one thread arrive in order, except that large ones
//             (bulk) arrive later than they would; (2) posting never waits for another rank.
#pragma once

#include <bask/cluster/messages.hpp>
#include <bask/core/mutex.hpp>
#include <bask/core/spin_lock.hpp>
#include <bask/core/value.hpp>
#include <bask/execution/memory_ledger.hpp>
#include <bask/transport/transport.hpp>

#include <atomic>
#include <cassert>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <vector>

namespace bask {

/// Receives what arrives. The calling thread holds the exchange's lock. `from` may be the rank itself.
class MessageHandler {
 public:
  virtual ~MessageHandler() = default;
  virtual void on_message(std::uint32_t from, MessageKind kind, std::uint32_t run,
                          std::span<const std::byte> body) = 0;
  /// The value of a kResult or kStolenResult that came straight into its memory.
  virtual void on_value(std::uint32_t from, MessageKind kind, std::uint32_t run, std::uint32_t position,
                        Value value) = 0;
  /// Thread number `thread` has made a round of progress and handed over all messages of it.
  virtual void on_settled(unsigned thread) = 0;
  /// The transport or an allocation has failed, so a message is lost. Does not return.
  [[noreturn]] virtual void on_broken(const std::string& cause) = 0;
};

/// How much one rank has sent and received.
struct ExchangeTraffic {
  std::uint64_t parcels_out = 0, parcels_in = 0;
  std::uint64_t bulk_out = 0, bulk_in = 0;
  std::uint64_t bytes_out = 0, bytes_in = 0;  ///< in parcels and in bulk
};

class Exchange {
 public:
  /// Both must outlive the exchange. The ledger, if there is one, counts the large messages that are copies:
  /// those that wait to be sent, and those that are coming.
  Exchange(Transport& transport, MessageHandler& handler, std::shared_ptr<MemoryLedger> ledger = nullptr);

  std::uint32_t rank() const { return transport_.rank(); }
  std::uint32_t size() const { return transport_.size(); }

  // Any thread.
  void post(std::uint32_t to, MessageKind kind, std::uint32_t run, std::span<const std::byte> body = {});
  template <class Message>
  void post_message(std::uint32_t to, MessageKind kind, std::uint32_t run, const Message& message) {
    post_buffer(to, kind, run, encode_message(message));
  }
  /// The same without a copy where the body is large.
  void post_buffer(std::uint32_t to, MessageKind kind, std::uint32_t run, Buffer body);
  /// Posts a copy of a result that is small, is for this rank, or has to be encoded in any case. Returns
  /// whether it did; post_large_result is for all others.
  bool post_result(const Export& to, MessageKind kind, std::uint32_t run, const Value& value);
  /// Posts a large contiguous value to another rank. The transport reads it where it lies, until the exchange
  /// calls `sent`; the calling thread holds the exchange's lock then.
  void post_large_result(const Export& to, MessageKind kind, std::uint32_t run, const Value& value,
                         std::function<void()> sent);

  /// Makes a round of progress, unless another thread holds the exchange's lock: sends what was posted and
  /// hands what has arrived to the handler, with the number of the calling thread. Returns whether it is
  /// worth looking again at once.
  bool try_progress(unsigned thread) {
    if (!lock_.try_lock()) return false;
    const Holder holder(*this);
    return make_progress(thread);
  }
  /// The same, but waits for the lock.
  bool progress(unsigned thread) {
    lock_.lock();
    const Holder holder(*this);
    return make_progress(thread);
  }
  /// Sends what was posted. If another thread holds the exchange's lock, that thread sends it when it lets
  /// go.
  void try_flush() {
    if (!lock_.try_lock()) {
      want_flush();
      if (!lock_.try_lock()) return;
    }
    const Holder holder(*this);
    flush_or_break();
  }
  /// Calls `f()` with the exchange's lock held, so that no handler and no transport call runs meanwhile.
  template <class F>
  decltype(auto) locked(const F& f) {
    lock_.lock();
    const Holder holder(*this);
    return f();
  }
  /// The same, unless another thread holds the lock.
  template <class F>
  void try_locked(const F& f) {
    if (!lock_.try_lock()) return;
    const Holder holder(*this);
    f();
  }
  /// For a thread that must hold the lock beyond a call.
  void lock() BASK_ACQUIRES(lock_) { lock_.lock(); }
  void unlock() BASK_RELEASES(lock_) { const Holder holder(*this); }
  /// For code that is reached only with the lock held, such as a message handler: tells Clang's analysis so.
  void assert_held() const BASK_ASSERTS_HELD(lock_) { assert(lock_.is_held()); }

  /// How many rounds of progress all threads have made. A watching thread compares two answers.
  std::uint64_t rounds() const { return rounds_.load(std::memory_order_relaxed); }
  /// How many parcels have come from a rank, to tell whether it is alive. The caller holds the lock.
  std::uint64_t parcels_from(std::uint32_t rank) const {
    assert_held();
    return parcels_from_[rank];
  }
  /// Whether all that was posted has left, and all bulk has come in. The caller holds the lock.
  bool is_quiet() const;
  /// Whether bulk is coming in; without the lock, so it may be out of date.
  bool is_receiving() const { return bulk_coming_.load(std::memory_order_relaxed) != 0; }
  /// Bytes of bulk that were posted and have not left.
  std::uint64_t bulk_bytes_posted() const { return bulk_posted_.load(std::memory_order_relaxed); }
  /// The caller holds the lock.
  const ExchangeTraffic& traffic() const {
    assert_held();
    return traffic_;
  }
  [[noreturn]] void abort(int exit_code) {
    transport_.abort(exit_code);
    std::terminate();  // not reached; GCC 12 does not believe a virtual function's [[noreturn]]
  }

 private:
  [[noreturn]] void broken();

  /// Lets go of the lock, then sends what other threads wanted to send while it was held.
  class BASK_SCOPED_LOCK Holder {
   public:
    explicit Holder(Exchange& exchange) BASK_REQUIRES(exchange.lock_)
        : exchange_(exchange), exceptions_(std::uncaught_exceptions()) {}
    // abort() of a transport for tests throws. The analysis does not see which lock the holder holds.
    ~Holder() noexcept(false) BASK_RELEASES() BASK_LOCKS_UNCHECKED {
      exchange_.lock_.unlock();
      std::atomic_thread_fence(std::memory_order_seq_cst);  // pairs with want_flush(): no wish is missed
      const bool is_wanted = exchange_.flush_wanted_.load(std::memory_order_relaxed);
      if (is_wanted && std::uncaught_exceptions() == exceptions_) exchange_.flush_as_wanted();
    }
    Holder(const Holder&) = delete;
    Holder& operator=(const Holder&) = delete;

   private:
    Exchange& exchange_;
    const int exceptions_;
  };
  /// A thread that did not get the lock calls this, then tries once more.
  void want_flush() {
    flush_wanted_.exchange(true, std::memory_order_acq_rel);
    std::atomic_thread_fence(std::memory_order_seq_cst);
  }
  void flush_as_wanted();

  struct alignas(64) Outbox {
    SpinLock lock;
    Buffer open BASK_GUARDED_BY(lock);               // being filled
    std::vector<Buffer> full BASK_GUARDED_BY(lock);  // sent before `open`
    bool is_listed BASK_GUARDED_BY(lock) = false;
    std::uint32_t next_stream BASK_GUARDED_BY(lock) = 0;
  };
  struct BulkPost {
    std::uint32_t to;
    std::uint32_t stream;
    std::span<const std::byte> bytes;
    std::function<void()> sent;
  };

  void append(std::uint32_t to, const MessageHead& head, std::span<const std::byte> first,
              std::span<const std::byte> second);
  void append_bulk(std::uint32_t to, BulkHead head, std::span<const std::byte> first, BulkPost post);
  std::shared_ptr<void> take_memory(std::uint64_t bytes) const;
  void append_own(MessageKind kind, std::uint32_t run, Buffer body);
  void list(Outbox& outbox, std::uint32_t to) BASK_REQUIRES(outbox.lock);
  bool make_progress(unsigned thread) BASK_REQUIRES(lock_);
  void flush_or_break() BASK_REQUIRES(lock_);
  bool receive_parcels() BASK_REQUIRES(lock_);
  void flush() BASK_REQUIRES(lock_);
  void flush_outbox(std::uint32_t to) BASK_REQUIRES(lock_);
  void flush_bulk() BASK_REQUIRES(lock_);
  void send(std::uint32_t to, Buffer& parcel) BASK_REQUIRES(lock_);
  bool read_parcel(std::uint32_t from, std::span<const std::byte> bytes) BASK_REQUIRES(lock_);
  void begin_bulk(std::uint32_t from, std::span<const std::byte> body) BASK_REQUIRES(lock_);
  void begin_value(std::uint32_t from, const BulkHead& head, const ResultHead& result) BASK_REQUIRES(lock_);

  Transport& transport_;
  MessageHandler& handler_;
  const std::shared_ptr<MemoryLedger> ledger_;
  std::vector<Outbox> outboxes_;
  SpinLock listed_lock_;
  std::vector<std::uint32_t> listed_ BASK_GUARDED_BY(listed_lock_);  // ranks with something in their outbox
  SpinLock bulk_lock_;
  std::vector<BulkPost> bulk_posts_ BASK_GUARDED_BY(bulk_lock_);
  // Held while a large message to this rank itself is added, so that bodies in own_bulk_ lie in the order of
  // their heads in the outbox.
  SpinLock own_order_;
  std::deque<Buffer> own_bulk_ BASK_GUARDED_BY(bulk_lock_);
  std::atomic<bool> any_bulk_{false}, any_listed_{false};
  std::atomic<std::uint64_t> bulk_posted_{0};

  SpinLock lock_;                          // "the exchange's lock": guards the transport and the handler
  std::atomic<bool> flush_wanted_{false};  // by a thread that did not get the lock
  Buffer spare_ BASK_GUARDED_BY(lock_);    // empty, for the next outbox that is sent
  std::vector<std::uint64_t> parcels_from_ BASK_GUARDED_BY(lock_);
  std::atomic<std::uint32_t> bulk_coming_{0};  // changed by the thread that holds the lock
  ExchangeTraffic traffic_ BASK_GUARDED_BY(lock_);
  std::atomic<std::uint64_t> rounds_{0};
};

}  // namespace bask
