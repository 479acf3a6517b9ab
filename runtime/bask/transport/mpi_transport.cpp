#include <mpi.h>
#include <bask/core/error.hpp>
#include <bask/transport/mpi_transport.hpp>

#include <algorithm>
#include <array>
#include <boost/mpi/communicator.hpp>
#include <cassert>
#include <cstdlib>
#include <list>
#include <string>
#include <utility>

namespace bask {
namespace {

[[noreturn]] void fail(int code, const char* call) {
  std::array<char, MPI_MAX_ERROR_STRING> text{};
  int length = 0;
  MPI_Error_string(code, text.data(), &length);
  throw Error("MPI", std::string(call) + " failed: " + std::string(text.data(), length),
              "look for a rank that ended, or for a broken link, in what MPI and the nodes logged");
}

/// Every return code of MPI passes here.
inline void check(int code, const char* call) {
  if (code != MPI_SUCCESS) [[unlikely]]
    fail(code, call);
}

bool is_finalised() {
  int finalised = 0;
  MPI_Finalized(&finalised);
  return finalised != 0;
}

std::size_t bytes_in(const MPI_Status& status) {
  int bytes = 0;
  check(MPI_Get_count(&status, MPI_BYTE, &bytes), "MPI_Get_count");
  return static_cast<std::size_t>(bytes);
}

/// A duplicate of a communicator, on which errors are returned.
class Communicator {
 public:
  explicit Communicator(MPI_Comm of) {
    check(MPI_Comm_dup(of, &comm_), "MPI_Comm_dup");
    check(MPI_Comm_set_errhandler(comm_, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler");
  }
  ~Communicator() {
    if (!is_finalised()) MPI_Comm_free(&comm_);
  }
  Communicator(const Communicator&) = delete;
  Communicator& operator=(const Communicator&) = delete;

  MPI_Comm get() const { return comm_; }

 private:
  MPI_Comm comm_ = MPI_COMM_NULL;
};

/// Gives up a request whose memory is about to go. If MPI does not cancel it at once, it is left to MPI.
void give_up(MPI_Request request) {
  int finished = 0;
  MPI_Cancel(&request);
  if (MPI_Test(&request, &finished, MPI_STATUS_IGNORE) != MPI_SUCCESS || finished == 0)
    MPI_Request_free(&request);
}

/// Open requests, each with what it is for. However many there are, one call tests only a few, in turn.
template <class Subject>
class RequestSet {
 public:
  bool empty() const { return requests_.empty(); }
  std::vector<MPI_Request>& requests() { return requests_; }
  std::vector<Subject>& subjects() { return subjects_; }

  void add(MPI_Request request, Subject subject) {
    requests_.push_back(request);
    subjects_.push_back(std::move(subject));
  }

  /// Takes requests that have finished out of the set, then calls `finish(subject, status)` for each, which
  /// may add others. Returns how many have finished.
  template <class Finish>
  int test(const Finish& finish) {
    if (next_ >= requests_.size()) next_ = 0;
    const std::size_t count = std::min(requests_.size() - next_, kTested);
    std::array<int, kTested> indices;
    std::array<MPI_Status, kTested> statuses;
    int finished = 0;
    const int code = MPI_Testsome(static_cast<int>(count), requests_.data() + next_, &finished,
                                  indices.data(), statuses.data());
    if (code == MPI_ERR_IN_STATUS) fail_of(statuses, finished);
    check(code, "MPI_Testsome");
    if (finished <= 0) {  // MPI_UNDEFINED, when there is no request, is negative
      next_ += count;
      return 0;
    }
    std::array<Subject, kTested> done;
    for (int i = 0; i < finished; ++i) done[i] = std::move(subjects_[next_ + indices[i]]);
    remove_null(next_, next_ + count);
    for (int i = 0; i < finished; ++i) finish(std::move(done[i]), statuses[i]);
    return finished;
  }

 private:
  static constexpr std::size_t kTested = 32;

  [[noreturn]] static void fail_of(const std::array<MPI_Status, kTested>& statuses, int count) {
    for (int i = 0; i < count; ++i) check(statuses[i].MPI_ERROR, "MPI_Testsome");
    fail(MPI_ERR_IN_STATUS, "MPI_Testsome");
  }

  void remove_null(std::size_t first, std::size_t last) {
    for (std::size_t i = last; i-- > first;) {
      if (requests_[i] != MPI_REQUEST_NULL) continue;
      requests_[i] = requests_.back();
      subjects_[i] = std::move(subjects_.back());
      requests_.pop_back();
      subjects_.pop_back();
    }
  }

  std::vector<MPI_Request> requests_;
  std::vector<Subject> subjects_;
  std::size_t next_ = 0;  // the first to be tested by the next call
};

/// Receives posted ahead, used in turn. MPI matches them in the order of posting, so only the oldest is
/// tested. That costs half as much as probing, and a parcel that has come lies in its buffer already.
class ParcelRing {
 public:
  static constexpr int kTag = 1;

  explicit ParcelRing(MPI_Comm comm) : comm_(comm), memory_(kSlots * kStride) {
    for (std::size_t slot = 0; slot < kSlots; ++slot) post(slot);
  }
  ~ParcelRing() {
    if (is_finalised()) return;
    for (MPI_Request request : requests_)
      if (request != MPI_REQUEST_NULL) give_up(request);
  }
  ParcelRing(const ParcelRing&) = delete;
  ParcelRing& operator=(const ParcelRing&) = delete;

  std::optional<Parcel> receive() {
    if (requests_[oldest_] == MPI_REQUEST_NULL) {  // the caller has read what the last call returned
      post(oldest_);
      oldest_ = (oldest_ + 1) % kSlots;
    }
    int arrived = 0;
    MPI_Status status;
    check(MPI_Test(&requests_[oldest_], &arrived, &status), "MPI_Test");
    if (arrived == 0) return std::nullopt;
    return Parcel{static_cast<std::uint32_t>(status.MPI_SOURCE), {slot(oldest_), bytes_in(status)}};
  }

 private:
  static constexpr std::size_t kSlots = 64;
  // Not a power of two, so that the slots begin in different cache sets.
  static constexpr std::size_t kStride = Transport::kMostParcelBytes + 64;

  std::byte* slot(std::size_t index) { return memory_.data() + index * kStride; }

  void post(std::size_t index) {
    check(MPI_Irecv(slot(index), static_cast<int>(Transport::kMostParcelBytes), MPI_BYTE, MPI_ANY_SOURCE,
                    kTag, comm_, &requests_[index]),
          "MPI_Irecv");
  }

  MPI_Comm comm_;
  std::vector<std::byte> memory_;
  std::array<MPI_Request, kSlots> requests_{};
  std::size_t oldest_ = 0;
};

/// One bulk transfer, in or out.
struct Transfer {
  int peer, tag;
  std::size_t size;
  const std::byte* source;                            // null: it comes in
  std::function<std::byte*(std::size_t bytes)> grow;  // if it comes in
  std::function<void()> done;
  std::size_t posted = 0, finished = 0;  // bytes
  int in_flight = 0;                     // pieces
};

using Transfers = std::list<Transfer>;

struct Piece {
  Transfers::iterator transfer;
  std::size_t size = 0;
};

/// Bulk transfers, in and out. All pieces of one transfer have its stream as tag: MPI matches them in order.
class Bulk {
 public:
  explicit Bulk(MPI_Comm comm) : comm_(comm) {
    int* most = nullptr;
    int is_set = 0;
    check(MPI_Comm_get_attr(comm, MPI_TAG_UB, &most, &is_set), "MPI_Comm_get_attr");
    if (is_set == 0 || *most < static_cast<int>(Transport::kStreams - 1))
      throw Error("MPI",
                  "the largest tag of the MPI library is " + std::to_string(is_set ? *most : 0) +
                      ", but Bask needs tags up to " + std::to_string(Transport::kStreams - 1),
                  "use an MPI library, or a setting of its network layer, with more bits for tags");
  }
  ~Bulk() {
    if (is_finalised()) return;
    for (MPI_Request request : pieces_.requests()) give_up(request);
  }
  Bulk(const Bulk&) = delete;
  Bulk& operator=(const Bulk&) = delete;

  void start(Transfer transfer) {
    ++traffic(transfer).transfers;
    transfers_.push_front(std::move(transfer));
    post_pieces(transfers_.begin());
  }

  bool progress() {
    return pieces_.test([this](Piece piece, const MPI_Status& status) { finish(piece, status); }) > 0;
  }

  bool empty() const { return pieces_.empty(); }
  bool is_sending() const { return out_.transfers > 0; }

 private:
  /// How many pieces are on their way at most. Each transfer always has one, whatever the limits: otherwise
  /// both ends could wait for ever, each for a transfer that the other has put off. A piece to send costs no
  /// more than a request; the more there are, the longer the receiver goes on by itself while the sender
  /// computes. A piece to receive costs memory that is touched early; in shared memory, the call that posts
  /// it also copies it.
  struct Limits {
    int of_a_transfer;
    std::size_t of_all;
  };
  static constexpr Limits kSending{32, 128};
  static constexpr Limits kReceiving{4, 32};

  struct Traffic {
    std::size_t transfers = 0, pieces = 0;  // on their way
  };
  Traffic& traffic(const Transfer& transfer) { return transfer.source != nullptr ? out_ : in_; }

  void post_pieces(Transfers::iterator transfer) {
    const Limits limits = transfer->source != nullptr ? kSending : kReceiving;
    const std::size_t& pieces = traffic(*transfer).pieces;
    while (transfer->posted < transfer->size && transfer->in_flight < limits.of_a_transfer &&
           (transfer->in_flight == 0 || pieces < limits.of_all)) {
      post_piece(transfer);
    }
  }

  void post_piece(Transfers::iterator transfer) {
    Transfer& t = *transfer;
    const std::size_t size = std::min(Transport::kPieceBytes, t.size - t.posted);
    const int count = static_cast<int>(size);
    MPI_Request request = MPI_REQUEST_NULL;
    if (t.source != nullptr)
      check(MPI_Isend(t.source + t.posted, count, MPI_BYTE, t.peer, t.tag, comm_, &request), "MPI_Isend");
    else
      check(MPI_Irecv(t.grow(size), count, MPI_BYTE, t.peer, t.tag, comm_, &request), "MPI_Irecv");
    t.posted += size;
    ++t.in_flight;
    ++traffic(t).pieces;
    pieces_.add(request, {transfer, size});
  }

  void finish(const Piece& piece, const MPI_Status& status) {
    Transfer& t = *piece.transfer;
    if (t.source == nullptr && bytes_in(status) != piece.size)
      throw Error("transport", "a piece from rank " + std::to_string(t.peer) + " is shorter than expected",
                  "report this as a bug in Bask");
    t.finished += piece.size;
    --t.in_flight;
    --traffic(t).pieces;
    if (t.finished < t.size) return post_pieces(piece.transfer);
    const auto done = std::move(t.done);
    --traffic(t).transfers;
    transfers_.erase(piece.transfer);
    done();
  }

  MPI_Comm comm_;
  Transfers transfers_;
  RequestSet<Piece> pieces_;
  Traffic out_, in_;
};

class MpiTransport final : public Transport {
 public:
  explicit MpiTransport(const boost::mpi::communicator& ranks)
      : rank_(static_cast<std::uint32_t>(ranks.rank())),
        size_(static_cast<std::uint32_t>(ranks.size())),
        parcels_(ranks),
        bulk_bytes_(ranks),
        ring_(parcels_.get()),
        bulk_(bulk_bytes_.get()) {}

  ~MpiTransport() override {
    if (sends_.empty() || is_finalised()) return;
    for (MPI_Request request : sends_.requests()) MPI_Request_free(&request);
    // The buffers are leaked: MPI may still read them, and waiting for that could take for ever.
    static_cast<void>(new std::vector<Buffer>(std::move(sends_.subjects())));
  }

  std::uint32_t rank() const override { return rank_; }
  std::uint32_t size() const override { return size_; }

  Buffer send(std::uint32_t to, Buffer parcel) override {
    assert(to < size_ && to != rank_ && !parcel.empty() && parcel.size() <= kMostParcelBytes);
    MPI_Request request = MPI_REQUEST_NULL;
    int finished = 0;
    check(MPI_Isend(parcel.data(), static_cast<int>(parcel.size()), MPI_BYTE, static_cast<int>(to),
                    ParcelRing::kTag, parcels_.get(), &request),
          "MPI_Isend");
    check(MPI_Test(&request, &finished, MPI_STATUS_IGNORE), "MPI_Test");
    if (finished == 0) {  // the parcel is large, or too many are on their way for MPI
      sends_.add(request, std::move(parcel));
      return spare_buffer();
    }
    parcel.clear();
    return parcel;
  }

  std::optional<Parcel> receive() override { return ring_.receive(); }

  void send_bulk(std::uint32_t to, std::uint32_t stream, std::span<const std::byte> bytes,
                 std::function<void()> sent) override {
    assert(to < size_ && to != rank_ && stream < kStreams && !bytes.empty());
    bulk_.start({.peer = static_cast<int>(to),
                 .tag = static_cast<int>(stream),
                 .size = bytes.size(),
                 .source = bytes.data(),
                 .grow = nullptr,
                 .done = std::move(sent)});
  }

  void receive_bulk(std::uint32_t from, std::uint32_t stream, std::size_t size, BulkTarget target) override {
    assert(from < size_ && from != rank_ && stream < kStreams && size > 0);
    bulk_.start({.peer = static_cast<int>(from),
                 .tag = static_cast<int>(stream),
                 .size = size,
                 .source = nullptr,
                 .grow = std::move(target.grow),
                 .done = std::move(target.done)});
  }

  bool progress() override {
    bool has_moved = false;
    if (!sends_.empty())
      has_moved = sends_.test([this](Buffer buffer, const MPI_Status&) { keep(std::move(buffer)); }) > 0;
    if (!bulk_.empty()) has_moved = bulk_.progress() || has_moved;
    return has_moved;
  }

  bool is_sending() const override { return !sends_.empty() || bulk_.is_sending(); }

  [[noreturn]] void abort(int exit_code) override {
    MPI_Abort(parcels_.get(), exit_code);
    std::_Exit(exit_code);
  }

 private:
  static constexpr std::size_t kMostSpare = 256;

  Buffer spare_buffer() {
    Buffer buffer;
    if (spare_.empty()) {
      buffer.reserve(kMostParcelBytes);
    } else {
      buffer = std::move(spare_.back());
      spare_.pop_back();
    }
    return buffer;
  }

  void keep(Buffer buffer) {
    if (spare_.size() == kMostSpare) return;
    buffer.clear();
    spare_.push_back(std::move(buffer));
  }

  const std::uint32_t rank_, size_;
  Communicator parcels_, bulk_bytes_;
  ParcelRing ring_;
  Bulk bulk_;
  RequestSet<Buffer> sends_;   // parcels that MPI still reads
  std::vector<Buffer> spare_;  // for parcels to come
};

}  // namespace

std::unique_ptr<Transport> make_mpi_transport(const boost::mpi::communicator& ranks) {
  return std::make_unique<MpiTransport>(ranks);
}

}  // namespace bask
