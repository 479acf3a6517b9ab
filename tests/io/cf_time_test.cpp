// Times of CF's coordinates: compared with std::chrono and with calendars counted by hand, and the cases that
// cftime refuses or reads only in part; cf_times.py compares the rest with cftime.
#include "hdf5_files.hpp"

#include <bask/bask.hpp>
#include <bask/collections/array/creation.hpp>
#include <bask/collections/array/groupby.hpp>
#include <bask/io/cf_time.hpp>

#include <chrono>
#include <limits>

namespace bask {
namespace {

using testing::Hdf5Files;
using testing::message_of;

using Labels = std::vector<std::int64_t>;

CfTimes times(const std::vector<double>& numbers, const std::string& units,
              const std::string& calendar = "") {
  return CfTimes(numbers, units, calendar);
}
Labels months_of(const std::vector<double>& numbers, const std::string& units,
                 const std::string& calendar = "") {
  return times(numbers, units, calendar).month();
}
CfDate first_of(const std::string& units, double number = 0, const std::string& calendar = "") {
  return times({number}, units, calendar)[0];
}

TEST(CfTime, CountsHoursFromThePlaceInTheDay) {
  const CfTimes dates = times({0, 9, 10, 730.5, 8760}, "hours since 1980-12-31 14:00:00", "standard");
  EXPECT_EQ(dates.month(), (Labels{12, 12, 1, 1, 12}));
  EXPECT_EQ(dates.year(), (Labels{1980, 1980, 1981, 1981, 1981}));
  EXPECT_EQ(dates.day(), (Labels{31, 31, 1, 31, 31}));
  EXPECT_EQ(dates.hour(), (Labels{14, 23, 0, 0, 14}));
  EXPECT_EQ(dates.dayofyear(), (Labels{366, 366, 1, 31, 365}));
  EXPECT_EQ(dates.season(), (Labels{1, 1, 1, 1, 1}));
  EXPECT_EQ(times({0, 31, 91, 183, 274}, "days since 2001-02-01").season(), (Labels{1, 2, 2, 3, 4}));
  EXPECT_NEAR(dates.decimal_year()[0], 1980 + 365.0 / 366 + 14.0 / 24 / 366, 1e-9);
  EXPECT_EQ(dates.decimal_year()[2], 1981);
  EXPECT_DOUBLE_EQ(mean_year_days(dates.calendar()), 365.2425);
}

TEST(CfTime, HasLeapDaysByTheGregorianRule) {
  EXPECT_EQ(months_of({0, 1, 2}, "days since 2000-02-28", ""), (Labels{2, 2, 3}));
  EXPECT_EQ(months_of({0, 1, 2}, "days since 1996-02-28", "gregorian"), (Labels{2, 2, 3}));
  EXPECT_EQ(months_of({0, 1}, "days since 1900-02-28", "proleptic_gregorian"), (Labels{2, 3}));
  EXPECT_EQ(months_of({-1, -60}, "days since 2000-03-01", "standard"), (Labels{2, 1}));
}

TEST(CfTime, IsJulianBeforeOctober1582InTheStandardCalendar) {
  EXPECT_EQ(first_of("days since 1582-10-04", 1), (CfDate{.year = 1582, .month = 10, .day = 15}));
  EXPECT_EQ(first_of("days since 1-1-1 00:00:00", 722846), (CfDate{.year = 1980, .month = 1, .day = 31}));
  EXPECT_EQ(first_of("days since 1-1-1", 722846, "Proleptic_Gregorian"),
            (CfDate{.year = 1980, .month = 2, .day = 2}));
  EXPECT_EQ(months_of({0, 1, 2}, "days since 1900-02-28", "JULIAN"), (Labels{2, 2, 3}));
  EXPECT_EQ(first_of("days since 1-1-1", -1), (CfDate{.year = -1, .month = 12, .day = 31}));
  EXPECT_EQ(first_of("days since 1-1-1", -1, "proleptic_gregorian"),
            (CfDate{.year = 0, .month = 12, .day = 31}));
}

TEST(CfTime, HasNoLeapDaysInNoleap) {
  for (const char* name : {"noleap", "365_day", "NoLeap"}) {
    EXPECT_EQ(months_of({0, 1, 306, 307}, "days since 2000-02-28", name), (Labels{2, 3, 12, 1})) << name;
    const CfTimes dates = times({0, 31, 365 * 4 + 59, -1}, "days since 2000-01-01", name);
    EXPECT_EQ(mean_year_days(dates.calendar()), 365);
    EXPECT_EQ(dates.month(), (Labels{1, 2, 3, 12}));
    EXPECT_NEAR(dates.decimal_year()[2], 2004 + 59.0 / 365, 1e-9);
  }
  EXPECT_EQ(months_of({0, 1, 2}, "days since 2001-02-28", "all_leap"), (Labels{2, 2, 3}));
}

TEST(CfTime, HasMonthsOfThirtyDaysIn360Day) {
  const CfTimes dates = times({0, 1, 30.5, 31, 331, -60}, "days since 2000-02-30", "360_day");
  EXPECT_EQ(dates.month(), (Labels{2, 3, 3, 4, 2, 12}));
  EXPECT_NEAR(dates.decimal_year()[0], 2000 + 59.0 / 360, 1e-9);
  EXPECT_EQ(mean_year_days(dates.calendar()), 360);
  EXPECT_EQ(months_of({0, 1, 1.5, -3}, "months since 2000-01-16", "360_day"), (Labels{1, 2, 3, 10}));
}

TEST(CfTime, KnowsUnitsByTheirNames) {
  for (const char* unit : {"days", "day", "d", "DAYS", "Day"})
    EXPECT_EQ(months_of({31}, std::string(unit) + " since 2001-01-01", ""), Labels{2}) << unit;
  for (const char* unit : {"hours", "hour", "hr", "hrs", "h"})
    EXPECT_EQ(months_of({744}, std::string(unit) + " since 2001-1-1", ""), Labels{2}) << unit;
  for (const char* unit : {"minutes", "min", "mins"})
    EXPECT_EQ(months_of({44640}, std::string(unit) + " since 2001-01-01T00:00:00", ""), Labels{2}) << unit;
  for (const char* unit : {"seconds", "sec", "s"})
    EXPECT_EQ(months_of({2678400}, std::string(unit) + " since 2001-01-01 00:00", ""), Labels{2}) << unit;
}

// cftime has no such years and months, but UDUNITS has: 365.242198781 days, and a twelfth of that.
TEST(CfTime, TakesMonthsAndYearsAsUdunitsDoes) {
  const CfDate year{
      .year = 2000, .month = 12, .day = 31, .hour = 5, .minute = 48, .second = 45, .microsecond = 974678};
  EXPECT_EQ(first_of("years since 2000-01-01", 1), year);
  EXPECT_EQ(first_of("months since 2000-01-01", 12), year);
  EXPECT_EQ(CfTimes(std::vector<std::int64_t>{12}, "months since 2000-01-01")[0], year);
  EXPECT_EQ(first_of("month since 2001-01-01", 1), (CfDate{.year = 2001,
                                                           .month = 1,
                                                           .day = 31,
                                                           .hour = 10,
                                                           .minute = 29,
                                                           .second = 3,
                                                           .microsecond = 831223}));
}

// In floating point, 24 times the length of an hour in days is not exactly a day.
TEST(CfTime, PutsEveryMidnightInItsOwnMonth) {
  using namespace std::chrono;
  for (int hour = 0; hour < 24; ++hour) {
    std::vector<double> numbers, days;
    Labels expected;
    const sys_days first = 1980y / 1 / 1;
    for (int month = 1; month < 1200; ++month) {
      const sys_days day = (1980y / 1 / 1) + std::chrono::months{month};
      numbers.push_back(static_cast<double>((day - first).count() * 24 - hour));
      days.push_back(numbers.back() / 24);
      expected.push_back(1 + month % 12);
    }
    const std::string start = " since 1980-01-01 " + std::to_string(hour) + ":00:00";
    EXPECT_EQ(months_of(numbers, "hours" + start, "standard"), expected) << start;
    EXPECT_EQ(months_of(days, "days" + start, "standard"), expected) << start;
  }
}

TEST(CfTime, TakesTheZoneOfTheReferenceOff) {
  const CfDate west{
      .year = 1992, .month = 10, .day = 8, .hour = 21, .minute = 15, .second = 42, .microsecond = 500000};
  for (const char* zone : {"-6:00", "-06:00", "-6", "-06", "-0600"}) {
    EXPECT_EQ(first_of("seconds since 1992-10-8 15:15:42.5 " + std::string(zone)), west) << zone;
  }
  EXPECT_EQ(first_of("hours since 1980-01-01 00:00:00 +06:00"),
            (CfDate{.year = 1979, .month = 12, .day = 31, .hour = 18}));
  const CfDate noon{.year = 2000, .hour = 12};
  for (const char* text :
       {"2000-01-01 12:00 UTC", "2000-01-01T12:00:00Z", "2000-1-1 12", "2000-01-01  12:0:0.0",
        "2000-01-01_12:00:00", "+2000-01-01 12:00 gmt", "2000-01-01 17:30+05:30"}) {
    EXPECT_EQ(first_of("days since " + std::string(text)), noon) << text;
  }
  EXPECT_EQ(first_of("days since 2000-01-01 +06"), first_of("hours since 1999-12-31 12:00", 6));
}

TEST(CfTime, SaysWhichUnitsAndCalendarsThereAre) {
  const std::string fix = "; give units such as \"hours since 1980-01-14 14:00:00\"";
  for (const char* units :
       {"", "days", "days since yesterday", "since 1980-01-01", "days since 1980", "days since 1980/01/01",
        "days since 1980-01-01-06:00", "days since 1980-01-01 1200", "days since 1980-01-01 12:00 EST",
        "days since 1980-01-01 12:00 +630", "days since 1980-01-01T", "days since 1980-01-01 12:00:00,5"}) {
    EXPECT_EQ(message_of([&] { times({0}, units); }),
              "time: the units of time are '" + std::string(units) + "'" + fix);
  }
  for (const char* units : {"days since 1980-13-01", "days since 1980-01-00", "days since 1981-02-29",
                            "days since 1582-10-10", "days since 0-1-1", "days since 1980-01-01 24:00"}) {
    EXPECT_EQ(message_of([&] { times({0}, units); }),
              "time: the units of time are '" + std::string(units) +
                  "', and the calendar 'standard' has no such date or time" + fix);
  }
  EXPECT_REFUSED(times({0}, "months since 1980-01-01", "365_day"),
                 ", and the calendar 'noleap' has no unit 'months'");
  EXPECT_REFUSED(times({0}, "weeks since 1980-01-01"), ", and the calendar 'standard' has no unit 'weeks'");
  EXPECT_EQ(
      message_of([] { times({0}, "days since 1980-01-01", "lunar"); }),
      "time: there is no calendar 'lunar'; use standard, proleptic_gregorian, julian, noleap, all_leap or "
      "360_day");
  EXPECT_EQ(message_of([] { times({std::numeric_limits<double>::quiet_NaN()}, "days since 1980-01-01"); }),
            "time: there is a time of nan; give times within 292,000 years of now, and none missing");
  EXPECT_REFUSED(times({1e9}, "days since 1980-01-01"), "there is a time of 1000000000");
  EXPECT_REFUSED(CfTimes(Labels{std::int64_t{1} << 62}, "seconds since 1980-01-01"),
                 "there is a time of 4611686018427387904");
}

class CfTimeFiles : public Hdf5Files {
 protected:
  template <class E>
  void write(const std::string& name, const std::vector<E>& numbers, const std::string& units,
             const std::vector<Hdf5Attribute>& attributes = {}) {
    to_hdf5(path(name), "time", from_array<E>(numbers, {static_cast<std::int64_t>(numbers.size())}),
            {.units = units, .dimensions = {"time"}, .attributes = attributes});
  }
  Client client_ = Client(Options{.threads = 1});
};

TEST_F(CfTimeFiles, GiveTimesByTheirUnitsAndCalendar) {
  write<float>("a.nc", {0, 31}, "days since 2001-02-28", {{"calendar", "360_DAY"}});
  EXPECT_EQ(times_from_hdf5(path("a.nc")).month(), (Labels{2, 3}));
  const std::int64_t odd = (std::int64_t{1} << 56) + 1;  // no double equals it
  write<std::int64_t>("b.nc", {odd}, "microseconds since 1970-01-01");
  EXPECT_EQ(times_from_hdf5(path("b.nc"), "time").microseconds(), Labels{odd});
  write<std::int32_t>("c.nc", {0, -1}, "days since 2001-01-01",
                      {{"_FillValue", std::int64_t{-1}, DType::kInt32}});
  EXPECT_EQ(message_of([&] { times_from_hdf5(path("c.nc")); }),
            hdf5_place("times_from_hdf5", path("c.nc"), "/time") +
                ": there is a time of nan; give times within 292,000 years of now, and none missing");
  write<std::int32_t>("d.nc", {0}, "m");
  EXPECT_REFUSED(times_from_hdf5(path("d.nc")), hdf5_place("times_from_hdf5", path("d.nc"), "/time") +
                                                    ": the units of time are 'm'; give units such as");
}

TEST_F(CfTimeFiles, AreJoinedWhateverTheirReferenceDates) {
  write<double>("y10.nc", {0}, "days since 2010-03-01");
  write<double>("y9.nc", {0, 744}, "hours since 2009-01-01", {{"calendar", "gregorian"}});
  EXPECT_EQ(times_from_hdf5(path("y*.nc")).month(), (Labels{1, 2, 3}));
  EXPECT_EQ(times_from_hdf5(std::vector<std::string>{path("y10.nc"), path("y9.nc")}).month(),
            (Labels{3, 1, 2}));
  write<double>("y11.nc", {0}, "days since 2011-03-01", {{"calendar", "noleap"}});
  EXPECT_REFUSED(times_from_hdf5(path("y*.nc")),
                 "time: times of the calendar 'noleap' cannot follow those of 'standard'; give times of one");
}

TEST_F(CfTimeFiles, GroupArraysByMonth) {
  write<double>("x.nc", {0, 31, 365, 396}, "days since 2001-01-01");
  const auto values = arange<double>(4);
  const auto by_month = groupby(values, times_from_hdf5(path("x.nc")).month(), 0);
  EXPECT_EQ(by_month.labels(), (Labels{1, 2}));
  EXPECT_EQ(by_month.mean().compute(), NdArray<double>({2}, {1, 2}));
}

}  // namespace
}  // namespace bask
