// spilled.hpp: writes to a SpillFile and reads from it that wait until they have ended.
#pragma once

#include <gtest/gtest.h>
#include <bask/execution/spill_file.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <future>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <utility>

namespace bask {

inline constexpr std::size_t kMiB = 1u << 20;

// Memory that begins so many bytes behind the begin of a page, filled with random bytes.
class SpilledBytes {
 public:
  SpilledBytes(std::size_t size, std::size_t behind_page, unsigned seed)
      : memory_(
            static_cast<std::byte*>(std::aligned_alloc(kPage, (size + behind_page + kPage) / kPage * kPage)),
            &std::free),
        bytes_(memory_.get() + behind_page, size) {
    std::mt19937_64 random(seed);
    for (std::size_t begin = 0; begin < size; begin += sizeof(std::uint64_t)) {
      const std::uint64_t word = random();
      std::memcpy(bytes_.data() + begin, &word, std::min(sizeof(word), size - begin));
    }
  }
  std::span<std::byte> bytes() const { return bytes_; }

 private:
  static constexpr std::size_t kPage = 65536;  // the largest there is
  std::unique_ptr<std::byte, decltype(&std::free)> memory_;
  std::span<std::byte> bytes_;
};

inline bool are_equal(std::span<const std::byte> some, std::span<const std::byte> others) {
  return some.size() == others.size() && std::memcmp(some.data(), others.data(), some.size()) == 0;
}

inline SpillOutcome written(SpillFile& file, std::span<const std::byte> bytes) {
  std::promise<SpillOutcome> outcome;
  file.write(bytes, [&](SpillOutcome of_write) { outcome.set_value(std::move(of_write)); });
  return outcome.get_future().get();
}

inline SpillOutcome read_back(SpillFile& file, const Extent& extent, std::span<std::byte> into) {
  std::promise<SpillOutcome> outcome;
  file.read(extent, into, [&](SpillOutcome of_read) { outcome.set_value(std::move(of_read)); });
  return outcome.get_future().get();
}

inline std::string message_of(const SpillOutcome& outcome) {
  return outcome.error ? outcome.error->what() : "no error";
}

inline void expect_back(SpillFile& file, const Extent& extent, std::span<const std::byte> bytes,
                        std::size_t behind_page = 0) {
  ASSERT_EQ(extent.bytes, bytes.size());
  const SpilledBytes back(bytes.size(), behind_page, 0);
  const SpillOutcome outcome = read_back(file, extent, back.bytes());
  ASSERT_EQ(outcome.kind, SpillOutcome::Kind::kDone) << message_of(outcome);
  EXPECT_TRUE(are_equal(back.bytes(), bytes));
}

}  // namespace bask
