#include <gtest/gtest.h>
#include <bask/core/error.hpp>
#include <bask/exchange/parts.hpp>
#include <bask/exchange/parts_backing.hpp>

#include <algorithm>
#include <cstring>
#include <map>
#include <mutex>
#include <random>
#include <string>

namespace bask {
namespace {

// Keeps what is written in memory, and counts.
class FakeBacking final : public PartsBacking {
 public:
  explicit FakeBacking(std::uint64_t limit) : limit_(limit) {}
  bool try_take(std::uint64_t bytes) override {
    const std::lock_guard lock(mutex_);
    if (bytes > limit_ - held_) return false;
    held_ += bytes;
    return true;
  }
  void give_back(std::uint64_t bytes) noexcept override {
    const std::lock_guard lock(mutex_);
    held_ -= bytes;
  }
  std::vector<Place> write(std::span<const std::span<const std::byte>> parts) override {
    const std::lock_guard lock(mutex_);
    std::vector<Place> places;
    for (const auto& part : parts) {
      places.push_back({next_++, part.size(), 0});
      kept_[places.back().offset].assign(part.begin(), part.end());
    }
    return places;
  }
  void read(std::span<const Reading> readings) override {
    const std::lock_guard lock(mutex_);
    for (const Reading& reading : readings) {
      if (is_broken) throw Error("disk", "it is gone", "");
      const auto& bytes = kept_.at(reading.from.offset);
      ASSERT_EQ(bytes.size(), reading.into.size());
      std::ranges::copy(bytes, reading.into.begin());
    }
  }
  void free(std::span<const Place> places) noexcept override {
    const std::lock_guard lock(mutex_);
    for (const Place& place : places) kept_.erase(place.offset);
  }
  std::size_t kept() const { return kept_.size(); }
  std::uint64_t held() const { return held_; }
  bool is_broken = false;

 private:
  const std::uint64_t limit_;
  std::mutex mutex_;
  std::uint64_t next_ = 0, held_ = 0;
  std::map<std::uint64_t, std::vector<std::byte>> kept_;
};

class PartsTest : public testing::TestWithParam<std::uint64_t> {
 protected:
  void SetUp() override { PartsBacking::set_of_process(backing_); }
  void TearDown() override { PartsBacking::set_of_process(nullptr); }

  std::shared_ptr<FakeBacking> backing_ = std::make_shared<FakeBacking>(GetParam());
};

std::string text_of(std::uint32_t input, std::uint32_t part) {
  return std::string((input * 7919 + part * 104729) % 300, static_cast<char>('a' + (input + part) % 26));
}

Parts parts_of(std::uint32_t input, std::uint32_t count) {
  std::vector<std::uint64_t> sizes;
  for (std::uint32_t part = 0; part < count; ++part) sizes.push_back(text_of(input, part).size());
  PartsBuilder builder(sizes);
  for (std::uint32_t part = 0; part < count; ++part) {
    const std::string text = text_of(input, part);
    if (!text.empty()) std::memcpy(builder.part(part).data(), text.data(), text.size());
  }
  return std::move(builder).finish();
}

std::string string_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Parts sent(const Parts& parts) {
  ByteWriter writer;
  parts.encode(writer);
  ByteReader reader(writer.bytes());
  Parts back = Parts::decode(reader);
  reader.expect_end();
  return back;
}

TEST_P(PartsTest, EachTargetReadsItsPartOfEachInput) {
  constexpr std::uint32_t kInputs = 20, kTargets = 13;
  {
    std::vector<Parts> all;
    for (std::uint32_t input = 0; input < kInputs; ++input) {
      all.push_back(parts_of(input, kTargets));
      if (input % 3 == 1) all.back() = sent(all.back());
      if (input % 3 == 2) all.back() = sent(all.back().part(std::vector<std::int64_t>{0, kTargets}));
    }
    std::vector<const Parts*> inputs;
    for (const Parts& parts : all) inputs.push_back(&parts);
    for (std::uint32_t target = 0; target < kTargets; ++target) {
      const PartReader reader(inputs, target);
      std::uint64_t bytes = 0;
      for (std::uint32_t input = 0; input < kInputs; ++input) {
        EXPECT_EQ(string_of(reader.of(input)), text_of(input, target)) << input << ", " << target;
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(reader.of(input).data()) % Parts::kAlignment, 0u);
        bytes += reader.of(input).size();
      }
      EXPECT_EQ(reader.all_bytes(), bytes);
    }
    EXPECT_LE(backing_->held(), GetParam());
    const bool fits = GetParam() > 1'000'000;
    EXPECT_EQ(backing_->kept() == 0, fits);
  }
  EXPECT_EQ(backing_->held(), 0u);
  EXPECT_EQ(backing_->kept(), 0u) << "parts that nobody reads stay on the disk";
}

TEST_P(PartsTest, AnotherRankGetsTheStretchThatItReads) {
  const Parts whole = parts_of(3, 10);
  for (std::int64_t first = 0; first <= 10; ++first) {
    for (std::int64_t count = 0; first + count <= 10; ++count) {
      const Parts stretch = sent(whole.part(std::vector<std::int64_t>{first, count}));
      EXPECT_EQ(stretch.first(), first);
      ASSERT_EQ(stretch.count(), count);
      for (std::uint32_t part = stretch.first(); part < stretch.first() + stretch.count(); ++part) {
        const Parts* const inputs[] = {&stretch};
        EXPECT_EQ(string_of(PartReader(inputs, part).of(0)), text_of(3, part));
      }
    }
  }
}

TEST_P(PartsTest, RefusesPartsThatAreNotHereAndBytesThatAreCutOff) {
  const Parts some = parts_of(1, 10).part(std::vector<std::int64_t>{4, 3});
  const Parts* const inputs[] = {&some};
  for (const std::uint32_t part : {3u, 7u}) EXPECT_THROW(PartReader(inputs, part), Error);
  EXPECT_THROW(some.part(std::vector<std::int64_t>{3, 2}), Error);
  EXPECT_THROW(some.part(std::vector<std::int64_t>{6, 2}), Error);
  ByteWriter writer;
  some.encode(writer);
  for (std::size_t bytes = 0; bytes < writer.size(); ++bytes) {
    ByteReader reader(writer.bytes().first(bytes));
    EXPECT_THROW(Parts::decode(reader), Error) << bytes;
  }
}

TEST_P(PartsTest, SaysWhyAPartCannotBeRead) {
  const Parts parts = parts_of(1, 10);
  if (!parts.is_on_disk()) return;
  backing_->is_broken = true;
  const Parts* const inputs[] = {&parts};
  try {
    const PartReader reader(inputs, 2);
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "disk: it is gone");
  }
}

// All on the disk, some of them, none.
INSTANTIATE_TEST_SUITE_P(Memory, PartsTest, testing::Values(0, 10'000, 1 << 30));

}  // namespace
}  // namespace bask
