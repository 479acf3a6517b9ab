#include <bask/core/error.hpp>
#include <bask/core/mutex.hpp>
#include <bask/transport/memory_transport.hpp>

#include <algorithm>
#include <cstring>
#include <deque>
#include <map>
#include <mutex>
#include <random>
#include <string>
#include <tuple>
#include <utility>

namespace bask {
namespace {

struct Message {
  Buffer bytes;
  std::uint64_t due;  // counts calls of the receiver
};

/// From one rank to another.
struct Link {
  std::deque<Message> parcels;
  Traffic traffic;
};

struct Stream {
  std::uint32_t from, to, number;
  auto operator<=>(const Stream&) const = default;
};

/// One bulk transfer; it begins when both ends are there.
struct Crossing {
  std::optional<std::span<const std::byte>> source;
  std::function<void()> sent;
  std::optional<std::size_t> expected;
  BulkTarget target;
  std::uint64_t due = 0;
  std::size_t copied = 0;
  bool is_copying = false;  // by the receiver, which does not hold the lock meanwhile

  bool has_begun() const { return source && expected; }
};

[[noreturn]] void refuse(const std::string& happened) {
  throw Error("memory transport", happened, "mend the caller, whose transport over MPI would fail or hang");
}

std::string name(const Stream& stream) {
  return "stream " + std::to_string(stream.number) + " from rank " + std::to_string(stream.from) +
         " to rank " + std::to_string(stream.to);
}

}  // namespace

struct MemoryNetwork::State {
  explicit State(const MemoryNetworkOptions& o)
      : options(o),
        random(o.seed),
        links(std::size_t{o.ranks} * o.ranks),
        calls(o.ranks),
        sent(o.ranks),
        has_endpoint(o.ranks),
        is_cut(o.ranks) {}

  Link& link(std::uint32_t from, std::uint32_t to) BASK_REQUIRES(mutex) {
    return links[std::size_t{from} * options.ranks + to];
  }
  bool is_cut_between(std::uint32_t a, std::uint32_t b) const BASK_REQUIRES(mutex) {
    return is_cut[a] || is_cut[b];
  }
  void expect_running() const BASK_REQUIRES(mutex) {
    if (abort_code) throw MemoryAbort(*abort_code);
  }
  /// A number from 0 to `most`.
  std::uint64_t draw(std::uint64_t most) BASK_REQUIRES(mutex) {
    return std::uniform_int_distribution<std::uint64_t>(0, most)(random);
  }
  std::uint64_t draw_due(std::uint32_t receiver) BASK_REQUIRES(mutex) {
    return calls[receiver] + draw(options.most_delay);
  }

  const MemoryNetworkOptions options;
  Mutex mutex;
  std::mt19937_64 random BASK_GUARDED_BY(mutex);
  std::vector<Link> links BASK_GUARDED_BY(mutex);
  std::map<Stream, Crossing> crossings BASK_GUARDED_BY(mutex);
  std::vector<std::uint64_t> calls BASK_GUARDED_BY(mutex);  // of receive() and progress(), by rank
  /// Per rank, the callbacks that its next progress() calls for what it has sent.
  std::vector<std::vector<std::function<void()>>> sent BASK_GUARDED_BY(mutex);
  std::vector<bool> has_endpoint BASK_GUARDED_BY(mutex), is_cut BASK_GUARDED_BY(mutex);
  std::optional<int> abort_code BASK_GUARDED_BY(mutex);
};

namespace {

class MemoryTransport final : public Transport {
 public:
  MemoryTransport(MemoryNetwork::State& state, std::uint32_t rank) : state_(state), rank_(rank) {}

  ~MemoryTransport() override {
    const Held held(state_.mutex);
    state_.has_endpoint[rank_] = false;
    std::erase_if(state_.crossings, [this](const auto& entry) {
      return (entry.first.from == rank_ || entry.first.to == rank_) && !entry.second.is_copying;
    });
    state_.sent[rank_].clear();
  }

  std::uint32_t rank() const override { return rank_; }
  std::uint32_t size() const override { return state_.options.ranks; }

  Buffer send(std::uint32_t to, Buffer parcel) override {
    const Held held(state_.mutex);
    state_.expect_running();
    expect_other(to);
    if (parcel.empty() || parcel.size() > kMostParcelBytes)
      refuse("a parcel of " + std::to_string(parcel.size()) + " bytes is sent, and 1 to " +
             std::to_string(kMostParcelBytes) + " are allowed");
    if (!state_.is_cut_between(rank_, to)) {
      Link& link = state_.link(rank_, to);
      ++link.traffic.parcels;
      link.traffic.parcel_bytes += parcel.size();
      link.parcels.push_back({std::move(parcel), state_.draw_due(to)});
    }
    return std::exchange(spare_, {});
  }

  std::optional<Parcel> receive() override {
    const Held held(state_.mutex);
    state_.expect_running();
    const std::uint64_t now = ++state_.calls[rank_];
    if (current_.capacity() > spare_.capacity()) {
      current_.clear();
      spare_ = std::move(current_);
    }
    std::vector<std::uint32_t> senders;  // the ranks whose next parcel may be delivered
    for (std::uint32_t from = 0; from < size(); ++from) {
      const auto& parcels = state_.link(from, rank_).parcels;
      if (!parcels.empty() && parcels.front().due < now) senders.push_back(from);
    }
    if (senders.empty()) return std::nullopt;
    const std::uint32_t from = senders[state_.draw(senders.size() - 1)];
    auto& parcels = state_.link(from, rank_).parcels;
    current_ = std::move(parcels.front().bytes);
    parcels.pop_front();
    return Parcel{from, current_};
  }

  void send_bulk(std::uint32_t to, std::uint32_t stream, std::span<const std::byte> bytes,
                 std::function<void()> sent) override {
    const Held held(state_.mutex);
    Crossing& crossing = open({rank_, to, stream}, to, bytes.size());
    if (crossing.source) refuse(name({rank_, to, stream}) + " is sent on while it is in use");
    crossing.source = bytes;
    crossing.sent = std::move(sent);
    if (!state_.is_cut_between(rank_, to)) {
      ++state_.link(rank_, to).traffic.bulk_transfers;
      state_.link(rank_, to).traffic.bulk_bytes += bytes.size();
    }
    begin(crossing, {rank_, to, stream});
  }

  void receive_bulk(std::uint32_t from, std::uint32_t stream, std::size_t bytes, BulkTarget target) override {
    const Held held(state_.mutex);
    Crossing& crossing = open({from, rank_, stream}, from, bytes);
    if (crossing.expected) refuse(name({from, rank_, stream}) + " is received from while it is in use");
    crossing.expected = bytes;
    crossing.target = std::move(target);
    begin(crossing, {from, rank_, stream});
  }

  bool progress() override {
    Held held(state_.mutex);
    state_.expect_running();
    ++state_.calls[rank_];
    const auto sent = std::exchange(state_.sent[rank_], {});
    std::vector<Stream> arriving = take_due();
    held.unlock();
    for (const auto& tell : sent) tell();
    for (const Stream& stream : arriving) copy_piece(stream);
    return !sent.empty() || !arriving.empty();
  }

  /// True until everything is received, as if everything were sent by rendezvous.
  bool is_sending() const override {
    const Held held(state_.mutex);
    state_.expect_running();
    for (std::uint32_t to = 0; to < size(); ++to)
      if (!state_.link(rank_, to).parcels.empty()) return true;
    return !state_.sent[rank_].empty() ||
           std::any_of(state_.crossings.begin(), state_.crossings.end(), [this](const auto& entry) {
             return entry.first.from == rank_ && entry.second.source;
           });
  }

  [[noreturn]] void abort(int exit_code) override {
    const Held held(state_.mutex);
    if (!state_.abort_code) state_.abort_code = exit_code;
    throw MemoryAbort(exit_code);
  }

 private:
  void expect_other(std::uint32_t rank) const {
    if (rank >= size() || rank == rank_)
      refuse("rank " + std::to_string(rank_) + " of " + std::to_string(size()) +
             " has nothing to do with rank " + std::to_string(rank));
  }

  Crossing& open(const Stream& stream, std::uint32_t other, std::size_t bytes) BASK_REQUIRES(state_.mutex) {
    state_.expect_running();
    expect_other(other);
    if (stream.number >= kStreams)
      refuse(name(stream) + " is used, and " + std::to_string(kStreams) + " exist");
    if (bytes == 0) refuse("no bytes go through " + name(stream));
    return state_.crossings[stream];
  }

  void begin(Crossing& crossing, const Stream& stream) BASK_REQUIRES(state_.mutex) {
    if (!crossing.has_begun()) return;
    if (crossing.source->size() != *crossing.expected)
      refuse(std::to_string(crossing.source->size()) + " bytes are sent and " +
             std::to_string(*crossing.expected) + " expected through " + name(stream));
    crossing.due = state_.draw_due(stream.to);
  }

  /// The transfers to this rank that may move on, in an order drawn by chance, marked as being copied.
  std::vector<Stream> take_due() BASK_REQUIRES(state_.mutex) {
    std::vector<Stream> due;
    for (auto& [stream, crossing] : state_.crossings) {
      if (stream.to != rank_ || !crossing.has_begun() || crossing.due >= state_.calls[rank_]) continue;
      if (crossing.is_copying || state_.is_cut_between(stream.from, stream.to)) continue;
      crossing.is_copying = true;
      due.push_back(stream);
    }
    std::shuffle(due.begin(), due.end(), state_.random);
    return due;
  }

  void copy_piece(const Stream& stream) {
    Held held(state_.mutex);
    Crossing& crossing = state_.crossings.at(stream);  // nobody erases it while it is being copied
    held.unlock();
    const std::size_t left = crossing.source->size() - crossing.copied;
    const std::size_t size = std::min(state_.options.piece_bytes, left);
    std::memcpy(crossing.target.grow(size), crossing.source->data() + crossing.copied, size);
    held.lock();
    crossing.copied += size;
    crossing.is_copying = false;
    if (size < left) return;
    const auto done = std::move(crossing.target.done);
    state_.sent[stream.from].push_back(std::move(crossing.sent));
    state_.crossings.erase(stream);
    held.unlock();
    done();
  }

  MemoryNetwork::State& state_;
  const std::uint32_t rank_;
  Buffer current_, spare_;
};

}  // namespace

MemoryNetwork::MemoryNetwork(const MemoryNetworkOptions& options) : state_(std::make_unique<State>(options)) {
  if (options.ranks == 0 || options.piece_bytes == 0)
    refuse("a network has at least one rank and pieces of a byte");
}

MemoryNetwork::~MemoryNetwork() = default;

std::unique_ptr<Transport> MemoryNetwork::endpoint(std::uint32_t rank) {
  const Held held(state_->mutex);
  if (rank >= state_->options.ranks)
    refuse("rank " + std::to_string(rank) + " does not exist in a network of " +
           std::to_string(state_->options.ranks));
  if (state_->has_endpoint[rank]) refuse("rank " + std::to_string(rank) + " has an endpoint already");
  state_->has_endpoint[rank] = true;
  state_->sent[rank].clear();  // left by an earlier endpoint
  return std::make_unique<MemoryTransport>(*state_, rank);
}

void MemoryNetwork::disconnect(std::uint32_t rank) {
  const Held held(state_->mutex);
  state_->is_cut.at(rank) = true;
  for (std::uint32_t other = 0; other < state_->options.ranks; ++other) {
    state_->link(rank, other).parcels.clear();
    state_->link(other, rank).parcels.clear();
  }
}

std::optional<int> MemoryNetwork::aborted() const {
  const Held held(state_->mutex);
  return state_->abort_code;
}

Traffic MemoryNetwork::traffic(std::uint32_t from, std::uint32_t to) const {
  const Held held(state_->mutex);
  return state_->link(from, to).traffic;
}

}  // namespace bask
