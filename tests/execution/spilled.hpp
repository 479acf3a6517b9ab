// spilled.hpp: writes to a SpillFile and reads from it that wait until they have ended.
#pragma once

#include <gtest/gtest.h>
#include <bask/execution/spill_file.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <future>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <utility>

namespace bask {

// Memory that begins so many bytes behind the begin of a page, filled with random bytes.
class SpilledBytes {
 public:
  SpilledBytes(std::size_t size, std::size_t behind_page, unsigned seed)
      : memory_(
            static_cast<std::byte*>(std::aligned_alloc(kPage, (size + behind_page + kPage) / kPage * kPage)),
            &std::free),
        bytes_(memory_.get() + behind_page, size) {
    std::minstd_rand random(seed);
    for (std::byte& byte : bytes_) byte = static_cast<std::byte>(random() >> 8);
  }
  std::span<std::byte> bytes() const { return bytes_; }

 private:
  static constexpr std::size_t kPage = 65536;  // the largest there is
  std::unique_ptr<std::byte, decltype(&std::free)> memory_;
  std::span<std::byte> bytes_;
};

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
  EXPECT_TRUE(std::ranges::equal(back.bytes(), bytes));
}

}  // namespace bask
