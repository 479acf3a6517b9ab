// Sizes and times: which texts are read, which are refused and by which message, and how they are printed.
#include <gtest/gtest.h>
#include <bask/core/error.hpp>
#include <bask/core/units.hpp>

#include <limits>
#include <string>

namespace bask {
namespace {

using namespace std::chrono_literals;

std::string size_refusal(const std::string& text) {
  try {
    return "read as " + std::to_string(parse_size(text));
  } catch (const Error& error) {
    return error.what();
  }
}

std::string duration_refusal(const std::string& text) {
  try {
    return "read as " + std::to_string(parse_duration(text).count());
  } catch (const Error& error) {
    return error.what();
  }
}

constexpr std::uint64_t kGiB = 1024ull * 1024 * 1024;

TEST(Size, IsReadInEachBinaryUnit) {
  EXPECT_EQ(parse_size("0B"), 0u);
  EXPECT_EQ(parse_size("100B"), 100u);
  EXPECT_EQ(parse_size("64KiB"), 65536u);
  EXPECT_EQ(parse_size("512MiB"), kGiB / 2);
  EXPECT_EQ(parse_size("4GiB"), 4 * kGiB);
  EXPECT_EQ(parse_size("2TiB"), 2048 * kGiB);
  EXPECT_EQ(parse_size("4 GiB"), 4 * kGiB);
}

TEST(Size, IsReadWithAFraction) {
  EXPECT_EQ(parse_size("1.5GiB"), kGiB + kGiB / 2);
  EXPECT_EQ(parse_size("0.25KiB"), 256u);
}

TEST(Size, KeepsEveryByteOfALargeWholeNumber) {
  EXPECT_EQ(parse_size("18446744073709551615B"), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(parse_size("9007199254740993B"), 9007199254740993u);  // 2^53 + 1, which a double cannot hold
}

TEST(Size, RefusesOtherUnitsAndSaysTheBinaryOne) {
  EXPECT_EQ(size_refusal("4GB"), "'4GB' is not a size; say 4GiB (binary units: B, KiB, MiB, GiB, TiB)");
  EXPECT_EQ(size_refusal("4G"), "'4G' is not a size; say 4GiB (binary units: B, KiB, MiB, GiB, TiB)");
  EXPECT_EQ(size_refusal("1.5mb"), "'1.5mb' is not a size; say 1.5MiB (binary units: B, KiB, MiB, GiB, TiB)");
  EXPECT_EQ(size_refusal("8b"), "'8b' is not a size; say 8B (binary units: B, KiB, MiB, GiB, TiB)");
}

TEST(Size, RefusesANumberWithoutUnit) {
  EXPECT_EQ(size_refusal("4"), "'4' has no unit; say 4GiB (binary units: B, KiB, MiB, GiB, TiB)");
}

TEST(Size, RefusesWhatIsNoNumber) {
  for (const char* text : {"", "GiB", "-4GiB", "+4GiB", ".5GiB", "4.GiB", "1.2.3GiB", "1e3GiB", "0x4GiB",
                           "infGiB", "four GiB", " 4GiB", "4GiB "}) {
    EXPECT_NE(size_refusal(text).find("' is not a size; say "), std::string::npos) << size_refusal(text);
  }
  EXPECT_EQ(size_refusal("-4GiB"),
            "'-4GiB' is not a size; say a size such as 4GiB (binary units: B, KiB, MiB, GiB, TiB)");
}

TEST(Size, RefusesWhatSixtyFourBitsCannotHold) {
  EXPECT_EQ(size_refusal("16777216TiB"), "'16777216TiB' is too large a size; say at most 16777215TiB");
  EXPECT_EQ(size_refusal("16777216.0TiB"), "'16777216.0TiB' is too large a size; say at most 16777215TiB");
  EXPECT_EQ(size_refusal("99999999999999999999B"),
            "'99999999999999999999B' is too large a size; say at most 16777215TiB");
}

TEST(Size, IsAUsageError) {
  try {
    parse_size("4GB");
    FAIL() << "4GB was read";
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), ExitCode::kUsage);
    EXPECT_EQ(error.where(), "");
  }
}

TEST(Size, IsPrintedWithAboutThreeFigures) {
  EXPECT_EQ(format_size(0), "0 B");
  EXPECT_EQ(format_size(1023), "1023 B");
  EXPECT_EQ(format_size(1536), "1.5 KiB");
  EXPECT_EQ(format_size(4 * kGiB), "4 GiB");
  EXPECT_EQ(format_size(4 * kGiB + kGiB / 100), "4.01 GiB");
  EXPECT_EQ(format_size(100 * kGiB), "100 GiB");
  EXPECT_EQ(format_size(kGiB - 1), "1 GiB");
  EXPECT_EQ(format_size(4096 * 1024 * kGiB), "4096 TiB");
}

TEST(Size, IsWrittenInProgramsAsInOptions) {
  static_assert(1_KiB == 1024 && 1_MiB == 1024_KiB && 1_GiB == 1024_MiB && 1_TiB == 1024_GiB);
  EXPECT_EQ(3_GiB, parse_size("3GiB"));
}

TEST(Size, IsSpelledSoThatItIsReadBackExactly) {
  EXPECT_EQ(spell_size(4 * kGiB), "4GiB");
  EXPECT_EQ(spell_size(kGiB + kGiB / 2), "1536MiB");
  for (const std::uint64_t size : {0ull, 1ull, 1023ull, 1025ull, 18446744073709551615ull}) {
    EXPECT_EQ(parse_size(spell_size(size)), size);
  }
}

TEST(Duration, IsReadInEachUnit) {
  EXPECT_EQ(parse_duration("7ns"), 7ns);
  EXPECT_EQ(parse_duration("350us"), 350us);
  EXPECT_EQ(parse_duration("350 µs"), 350us);
  EXPECT_EQ(parse_duration("500ms"), 500ms);
  EXPECT_EQ(parse_duration("90s"), 90s);
  EXPECT_EQ(parse_duration("5m"), 5min);
  EXPECT_EQ(parse_duration("5min"), 5min);
  EXPECT_EQ(parse_duration("1.5h"), 90min);
  EXPECT_EQ(parse_duration("1d"), 24h);
}

TEST(Duration, IsReadAsSlurmWritesIt) {
  EXPECT_EQ(parse_duration("30:00"), 30min);
  EXPECT_EQ(parse_duration("90:00"), 90min);
  EXPECT_EQ(parse_duration("1:30:00"), 90min);
  EXPECT_EQ(parse_duration("100:00:01"), 100h + 1s);
  EXPECT_EQ(parse_duration("1-12"), 36h);
  EXPECT_EQ(parse_duration("1-12:30"), 36h + 30min);
  EXPECT_EQ(parse_duration("1-12:00:00"), 36h);
}

TEST(Duration, RefusesANumberWithoutUnit) {
  EXPECT_EQ(duration_refusal("90"),
            "'90' has no unit; say 90s (units: ns, us, ms, s, min, h, d; or a clock such as 1:30:00 or "
            "1-12:00:00)");
}

TEST(Duration, RefusesWhatIsNoTime) {
  const std::string refused =
      "' is not a time; say 90s (units: ns, us, ms, s, min, h, d; or a clock such as 1:30:00 or 1-12:00:00)";
  for (const char* text : {"", "s", "-90s", "90sec", "1h30", "1e3s", "1:60", "1:60:00", "1:2:3:4", ":30",
                           "1:", "1-24:00:00", "1-", "-1", "1-2-3", "1::2", "1.5:00", "9999999999:00"}) {
    EXPECT_EQ(duration_refusal(text), std::string("'").append(text).append(refused));
  }
}

TEST(Duration, RefusesWhatNanosecondsCannotCount) {
  EXPECT_EQ(duration_refusal("110000d"), "'110000d' is too long a time; say at most 100000d");
  EXPECT_EQ(duration_refusal("110000.5d"), "'110000.5d' is too long a time; say at most 100000d");
  EXPECT_EQ(duration_refusal("999999999-0"), "'999999999-0' is too long a time; say at most 100000d");
  EXPECT_EQ(parse_duration("100000d"), 2400000h);
}

TEST(Duration, IsPrintedWithThreeFiguresBelowAMinute) {
  EXPECT_EQ(format_duration(0ns), "0 ns");
  EXPECT_EQ(format_duration(85ns), "85 ns");
  EXPECT_EQ(format_duration(350us), "350 µs");
  EXPECT_EQ(format_duration(12345us), "12.3 ms");
  EXPECT_EQ(format_duration(999600us), "1.00 s");
  EXPECT_EQ(format_duration(4012ms), "4.01 s");
  EXPECT_EQ(format_duration(9996ms), "10.0 s");
  EXPECT_EQ(format_duration(-500ms), "-500 ms");
}

TEST(Duration, IsPrintedAsAClockFromAMinuteOn) {
  EXPECT_EQ(format_duration(59960ms), "1:00");
  EXPECT_EQ(format_duration(30min), "30:00");
  EXPECT_EQ(format_duration(90min), "1:30:00");
  EXPECT_EQ(format_duration(36h + 5s), "1-12:00:05");
}

TEST(Duration, IsSpelledSoThatItIsReadBackExactly) {
  EXPECT_EQ(spell_duration(1s), "1s");
  EXPECT_EQ(spell_duration(1500ms), "1500ms");
  EXPECT_EQ(spell_duration(90min), "90min");
  for (const std::chrono::nanoseconds time : {0ns, 1ns, 1001ns, 350000ns, 86400000000000ns}) {
    EXPECT_EQ(parse_duration(spell_duration(time)), time);
  }
}

}  // namespace
}  // namespace bask
