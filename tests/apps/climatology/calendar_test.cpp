// Months of CF's time coordinates, against std::chrono and against calendars counted on fingers.
#include <gtest/gtest.h>
#include <climatology/calendar.hpp>

#include <bask/core/error.hpp>

#include <chrono>
#include <functional>
#include <limits>

namespace {

using Month = std::vector<std::int64_t>;

std::string message_of(const std::function<void()>& wrong) {
  try {
    wrong();
  } catch (const bask::Error& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST(Calendar, CountsHoursFromThePlaceInTheDay) {
  const Months months = months_of({0, 9, 10, 730.5, 8760}, "hours since 1980-12-31 14:00:00", "standard");
  EXPECT_EQ(months.month, (Month{12, 12, 1, 1, 12}));
  EXPECT_NEAR(months.years[0], 1980 + 365.0 / 366 + 14.0 / 24 / 366, 1e-9);
  EXPECT_EQ(months.years[2], 1981);
  EXPECT_DOUBLE_EQ(months.year_length, 365.2425 * 24);
}

TEST(Calendar, HasLeapDaysByTheGregorianRule) {
  EXPECT_EQ(months_of({0, 1, 2}, "days since 2000-02-28", "").month, (Month{2, 2, 3}));
  EXPECT_EQ(months_of({0, 1, 2}, "days since 1996-02-28", "gregorian").month, (Month{2, 2, 3}));
  EXPECT_EQ(months_of({0, 1}, "days since 1900-02-28", "proleptic_gregorian").month, (Month{2, 3}));
  EXPECT_EQ(months_of({-1, -60}, "days since 2000-03-01", "standard").month, (Month{2, 1}));
}

TEST(Calendar, HasNoLeapDaysInNoleap) {
  for (const char* name : {"noleap", "365_day"}) {
    EXPECT_EQ(months_of({0, 1, 306, 307}, "days since 2000-02-28", name).month, (Month{2, 3, 12, 1})) << name;
    EXPECT_EQ(months_of({0}, "days since 2000-01-01", name).year_length, 365);
    const Months months = months_of({0, 31, 365 * 4 + 59, -1}, "days since 2000-01-01", name);
    EXPECT_EQ(months.month, (Month{1, 2, 3, 12}));
    EXPECT_NEAR(months.years[2], 2004 + 59.0 / 365, 1e-9);
  }
}

TEST(Calendar, HasMonthsOfThirtyDaysIn360Day) {
  const Months months = months_of({0, 1, 30.5, 31, 331, -60}, "days since 2000-02-30", "360_day");
  EXPECT_EQ(months.month, (Month{2, 3, 3, 4, 2, 12}));
  EXPECT_NEAR(months.years[0], 2000 + 59.0 / 360, 1e-9);
  EXPECT_EQ(months.year_length, 360);
}

TEST(Calendar, KnowsUnitsByTheirNames) {
  for (const char* unit : {"days", "day", "d"})
    EXPECT_EQ(months_of({31}, std::string(unit) + " since 2001-01-01", "").month, Month{2}) << unit;
  for (const char* unit : {"hours", "hour", "hr", "h"})
    EXPECT_EQ(months_of({744}, std::string(unit) + " since 2001-1-1", "").month, Month{2}) << unit;
  for (const char* unit : {"minutes", "min"})
    EXPECT_EQ(months_of({44640}, std::string(unit) + " since 2001-01-01T00:00:00", "").month, Month{2})
        << unit;
  for (const char* unit : {"seconds", "sec", "s"})
    EXPECT_EQ(months_of({2678400}, std::string(unit) + " since 2001-01-01 00:00", "").month, Month{2})
        << unit;
}

// In floating point, an hour is no whole part of a day.
TEST(Calendar, PutsEveryMidnightInItsOwnMonth) {
  using namespace std::chrono;
  for (int hour = 0; hour < 24; ++hour) {
    std::vector<double> times;
    Month expected;
    const sys_days first = 1980y / 1 / 1;
    for (int month = 1; month < 1200; ++month) {
      const sys_days day = (1980y / 1 / 1) + months{month};
      times.push_back(static_cast<double>((day - first).count() * 24 - hour));
      expected.push_back(1 + month % 12);
    }
    const std::string start = "hours since 1980-01-01 " + std::to_string(hour) + ":00:00";
    EXPECT_EQ(months_of(times, start, "standard").month, expected) << start;
  }
}

TEST(Calendar, SaysWhichUnitsAndCalendarsThereAre) {
  for (const char* units : {"", "days", "months since 1980-01-01", "days since yesterday",
                            "days since 1980-13-01", "days since 1980-01-00", "since 1980-01-01"}) {
    EXPECT_EQ(message_of([&] { months_of({0}, units, ""); }),
              "climatology: the units of time are '" + std::string(units) +
                  "'; give a time coordinate whose units are such as \"hours since 1980-01-14 14:00:00\"");
  }
  EXPECT_EQ(message_of([] { months_of({0}, "days since 1980-01-01", "julian"); }),
            "climatology: the calendar is 'julian'; use standard, proleptic_gregorian, noleap or 360_day");
  for (const double time : {1e9, std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_NE(message_of([&] {
                months_of({time}, "days since 1980-01-01", "");
              }).find("give times within some thousand years"),
              std::string::npos);
  }
}

}  // namespace
