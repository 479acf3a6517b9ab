// The transport over MPI, on any number of ranks, all of which run each test together.
#include <gtest/gtest.h>
#include <bask/transport/mpi_transport.hpp>

#include <algorithm>
#include <boost/mpi/communicator.hpp>
#include <cstring>
#include <random>
#include <string>

namespace bask {
namespace {

constexpr std::size_t kPiece = Transport::kPieceBytes;

std::uint64_t mix(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

/// The bytes that `from` sends to `to` as message number `number`: every rank can compute them.
Buffer pattern(std::uint32_t from, std::uint32_t to, std::uint64_t number, std::size_t size) {
  const std::uint64_t seed = mix(number * 10'007 + from * 101 + to);
  Buffer bytes(size);
  for (std::size_t i = 0; i < size; i += 8) {
    const std::uint64_t word = mix(seed + i);
    std::memcpy(bytes.data() + i, &word, std::min<std::size_t>(8, size - i));
  }
  return bytes;
}

class MpiTransportTest : public testing::Test {
 protected:
  void SetUp() override { transport_ = make_mpi_transport(world_); }
  void TearDown() override {
    world_.barrier();
    EXPECT_FALSE(transport_->receive()) << "a parcel too many";
    transport_.reset();
  }

  Transport& here() { return *transport_; }
  std::uint32_t rank() const { return transport_->rank(); }
  std::uint32_t size() const { return transport_->size(); }
  std::uint32_t right() const { return (rank() + 1) % size(); }
  std::uint32_t left() const { return (rank() + size() - 1) % size(); }

  /// Sends to and receives from every other rank until all that `bulk` names has crossed.
  struct Bulk {
    std::uint32_t stream;
    std::size_t size;
  };
  void exchange_bulk(const std::vector<Bulk>& bulk, std::uint64_t parcels);

  boost::mpi::communicator world_;
  std::unique_ptr<Transport> transport_;
};

/// What arrives through one stream.
struct Landing {
  Buffer bytes, expected;
  std::size_t largest_piece = 0;
  bool is_done = false;

  BulkTarget target() {
    bytes.reserve(expected.size());
    return {.grow =
                [this](std::size_t piece) {
                  largest_piece = std::max(largest_piece, piece);
                  bytes.resize(bytes.size() + piece);
                  return bytes.data() + bytes.size() - piece;
                },
            .done = [this] { is_done = true; }};
  }
};

/// Numbered parcels of random sizes to every other rank, each checked where it arrives.
class ParcelTraffic {
 public:
  ParcelTraffic(Transport& here, std::uint64_t parcels)
      : here_(here), parcels_(parcels), random_(here.rank()), next_(here.size()) {}

  void step() {
    if (sent_ < parcels_) {
      for (std::uint32_t to = 0; to < here_.size(); ++to)
        if (to != here_.rank()) send(to);
      ++sent_;
    }
    while (const auto parcel = here_.receive()) check(*parcel);
  }
  bool is_complete() const { return sent_ == parcels_ && received_ == parcels_ * (here_.size() - 1); }

 private:
  void send(std::uint32_t to) {
    const std::size_t most = random_() % 8 == 0 ? Transport::kMostParcelBytes : 256;
    const Buffer bytes = pattern(here_.rank(), to, sent_, 1 + random_() % most);
    buffer_.assign(bytes.begin(), bytes.end());
    buffer_ = here_.send(to, std::move(buffer_));
    EXPECT_TRUE(buffer_.empty());
  }
  void check(const Parcel& parcel) {
    const Buffer expected = pattern(parcel.from, here_.rank(), next_[parcel.from]++, parcel.bytes.size());
    EXPECT_TRUE(std::ranges::equal(parcel.bytes, expected))
        << "parcel " << next_[parcel.from] - 1 << " from rank " << parcel.from;
    ++received_;
  }

  Transport& here_;
  const std::uint64_t parcels_;
  std::mt19937 random_;
  std::vector<std::uint64_t> next_;
  std::uint64_t sent_ = 0, received_ = 0;
  Buffer buffer_;
};

void MpiTransportTest::exchange_bulk(const std::vector<Bulk>& bulk, std::uint64_t parcels) {
  std::vector<Landing> landings(bulk.size() * size());
  std::vector<Buffer> sources(bulk.size() * size());
  std::size_t sent = 0;
  for (std::size_t i = 0; i < bulk.size(); ++i) {
    for (std::uint32_t other = 0; other < size(); ++other) {
      if (other == rank()) continue;
      const auto [stream, bytes] = bulk[i];
      Landing& landing = landings[i * size() + other];
      landing.expected = pattern(other, rank(), stream, bytes);
      here().receive_bulk(other, stream, bytes, landing.target());
    }
    for (std::uint32_t other = 0; other < size(); ++other) {
      if (other == rank()) continue;
      Buffer& source = sources[i * size() + other] = pattern(rank(), other, bulk[i].stream, bulk[i].size);
      here().send_bulk(other, bulk[i].stream, source, [&sent] { ++sent; });
    }
  }
  const std::size_t transfers = bulk.size() * (size() - 1);
  const auto landed = [&] { return std::ranges::count_if(landings, &Landing::is_done); };
  ParcelTraffic traffic(here(), parcels);
  while (sent < transfers || landed() < static_cast<std::ptrdiff_t>(transfers) || !traffic.is_complete() ||
         here().is_sending()) {
    traffic.step();
    here().progress();
  }
  for (const Landing& landing : landings) {
    EXPECT_EQ(landing.bytes.size(), landing.expected.size());
    EXPECT_TRUE(landing.bytes == landing.expected);
    EXPECT_LE(landing.largest_piece, kPiece);
  }
}

TEST_F(MpiTransportTest, KnowsItsRank) {
  EXPECT_EQ(rank(), static_cast<std::uint32_t>(world_.rank()));
  EXPECT_EQ(size(), static_cast<std::uint32_t>(world_.size()));
  EXPECT_FALSE(here().receive());
  EXPECT_FALSE(here().progress());
  EXPECT_FALSE(here().is_sending());
}

TEST_F(MpiTransportTest, GivesTheSameBufferBackAfterASmallParcel) {
  if (size() == 1) GTEST_SKIP() << "needs two ranks";
  here().send(right(), Buffer(1));  // the first may have to wait for a connection
  while (!here().receive()) {
  }
  world_.barrier();
  Buffer parcel(8);
  const auto* memory = parcel.data();
  const Buffer next = here().send(right(), std::move(parcel));
  EXPECT_TRUE(next.empty());
  EXPECT_EQ(next.data(), memory);
  while (!here().receive()) {
  }
}

TEST_F(MpiTransportTest, CarriesParcelsOfEverySize) {
  if (size() == 1) GTEST_SKIP() << "needs two ranks";
  for (std::size_t bytes = 1; bytes <= Transport::kMostParcelBytes; bytes += bytes < 64 ? 1 : bytes / 5) {
    here().send(right(), pattern(rank(), right(), bytes, bytes));
    std::optional<Parcel> parcel;
    while (!(parcel = here().receive())) here().progress();
    EXPECT_EQ(parcel->from, left());
    EXPECT_TRUE(std::ranges::equal(parcel->bytes, pattern(left(), rank(), bytes, bytes))) << bytes;
  }
  here().send(right(), pattern(rank(), right(), 0, Transport::kMostParcelBytes));
  std::optional<Parcel> largest;
  while (!(largest = here().receive())) here().progress();
  EXPECT_TRUE(std::ranges::equal(largest->bytes, pattern(left(), rank(), 0, Transport::kMostParcelBytes)));
  while (here().is_sending()) here().progress();
}

TEST_F(MpiTransportTest, KeepsTheOrderOfParcelsOfMixedSizes) {
  ParcelTraffic traffic(here(), 5'000);
  while (!traffic.is_complete() || here().is_sending()) {
    traffic.step();
    here().progress();
  }
}

// Nobody receives until all have sent: a call that waited for another rank would never return.
TEST_F(MpiTransportTest, NeverWaitsHoweverMuchIsUnfinished) {
  if (size() == 1) GTEST_SKIP() << "needs two ranks";
  constexpr std::uint64_t kParcels = 3'000;
  for (std::uint64_t i = 0; i < kParcels; ++i) {
    const std::size_t bytes = i % 3 == 0 ? Transport::kMostParcelBytes : 100;
    here().send(right(), pattern(rank(), right(), i, bytes));
  }
  world_.barrier();
  for (std::uint64_t i = 0; i < kParcels;) {
    here().progress();
    const auto parcel = here().receive();
    if (!parcel) continue;
    EXPECT_TRUE(std::ranges::equal(parcel->bytes, pattern(left(), rank(), i++, parcel->bytes.size())));
  }
  while (here().is_sending()) here().progress();
}

TEST_F(MpiTransportTest, CarriesBulkOfAwkwardSizes) {
  exchange_bulk({{0, 1},
                 {1, 4'096},
                 {2, kPiece - 1},
                 {3, kPiece},
                 {4, kPiece + 1},
                 {5, 4 * kPiece},
                 {Transport::kStreams - 1, 9 * kPiece + 12'345}},
                0);
}

TEST_F(MpiTransportTest, CarriesManyStreamsBothWaysBesideParcels) {
  std::vector<Bulk> bulk;
  for (std::uint32_t i = 0; i < 100; ++i)
    bulk.push_back({i * 1'000, 1 + mix(i) % (i % 10 == 0 ? 3 * kPiece : 20'000)});
  exchange_bulk(bulk, 1'000);
}

// More transfers than pieces may be on their way, begun in opposite orders at the two ends.
TEST_F(MpiTransportTest, FinishesTransfersThatTheTwoEndsBeginInOppositeOrders) {
  if (size() == 1) GTEST_SKIP() << "needs two ranks";
  constexpr std::uint32_t kTransfers = 150;
  const std::size_t bytes = kPiece + 100;
  const Buffer source = pattern(rank(), right(), 0, bytes);
  const Buffer expected = pattern(left(), rank(), 0, bytes);
  std::vector<Landing> landings(kTransfers);
  std::uint32_t sent = 0, done = 0;
  for (std::uint32_t i = 0; i < kTransfers; ++i) {
    landings[i].expected.resize(bytes);
    BulkTarget target = landings[i].target();
    target.done = [&done] { ++done; };
    here().send_bulk(right(), i, source, [&sent] { ++sent; });
    here().receive_bulk(left(), kTransfers - 1 - i, bytes, std::move(target));
  }
  while (sent < kTransfers || done < kTransfers) here().progress();
  for (const Landing& landing : landings) EXPECT_TRUE(landing.bytes == expected);
}

// Each end starts the next transfer on the same stream from within the callback of the one before.
TEST_F(MpiTransportTest, LetsCallbacksStartTransfersOnAStreamThatIsFreeAgain) {
  if (size() == 1) GTEST_SKIP() << "needs two ranks";
  constexpr std::uint64_t kRounds = 20;
  std::vector<Buffer> sources;
  std::vector<Landing> landings(kRounds);
  for (std::uint64_t i = 0; i < kRounds; ++i) {
    sources.push_back(pattern(rank(), right(), i, 3 * kPiece));
    landings[i].expected = pattern(left(), rank(), i, 3 * kPiece);
  }
  std::uint64_t sent = 0, received = 0;
  std::function<void()> send_next = [&] {
    if (++sent < kRounds) here().send_bulk(right(), 7, sources[sent], send_next);
  };
  std::function<void()> receive_next = [&] {
    if (++received == kRounds) return;
    BulkTarget target = landings[received].target();
    target.done = receive_next;
    here().receive_bulk(left(), 7, 3 * kPiece, std::move(target));
  };
  here().send_bulk(right(), 7, sources[0], send_next);
  BulkTarget first = landings[0].target();
  first.done = receive_next;
  here().receive_bulk(left(), 7, 3 * kPiece, std::move(first));
  while (sent < kRounds || received < kRounds) here().progress();
  for (const Landing& landing : landings) EXPECT_TRUE(landing.bytes == landing.expected);
}

TEST_F(MpiTransportTest, KeepsTwoTransportsApart) {
  if (size() == 1) GTEST_SKIP() << "needs two ranks";
  const auto other = make_mpi_transport(world_);
  here().send(right(), Buffer(1));
  other->send(right(), Buffer(2));
  std::optional<Parcel> parcel;
  while (!(parcel = other->receive())) {
  }
  EXPECT_EQ(parcel->bytes.size(), 2u);
  while (!(parcel = here().receive())) {
  }
  EXPECT_EQ(parcel->bytes.size(), 1u);
  world_.barrier();
}

}  // namespace
}  // namespace bask
