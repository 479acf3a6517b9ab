// cf_time.hpp: the times of a file as dates, and as labels to group by.
// Runs on: rank 0 reads times; CfTimes is plain data, for any rank. Threads: any.
//
//   const auto time = bask::times_from_hdf5("winds.nc", "time");
//   auto climate = bask::groupby(u, time.month(), 0).mean();   // xarray: u.groupby("time.month").mean()
#pragma once

#include <bask/io/cf_calendar.hpp>
#include <bask/io/cf_time_units.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace bask {

class CfTimes {
 public:
  /// Throws: Error when the units are not "<unit> since <date>" or the calendar is unknown (see
  /// cf_time_units.hpp), or a number is NaN.
  CfTimes(std::span<const double> numbers, const std::string& units,
          const std::string& calendar = "standard");
  CfTimes(std::span<const std::int64_t> numbers, const std::string& units,
          const std::string& calendar = "standard");

  std::size_t size() const { return microseconds_.size(); }
  CfCalendar calendar() const { return calendar_; }
  /// To the microsecond, in UTC. Rounding is cftime's.
  CfDate operator[](std::size_t k) const;
  /// Microseconds from midnight of the calendar's day_number 0 on.
  const std::vector<std::int64_t>& microseconds() const { return microseconds_; }

  // One label for each time, named as in xarray's `dt`.
  std::vector<std::int64_t> year() const;
  std::vector<std::int64_t> month() const;      ///< 1 to 12
  std::vector<std::int64_t> day() const;        ///< of the month, from 1 on
  std::vector<std::int64_t> hour() const;       ///< 0 to 23
  std::vector<std::int64_t> dayofyear() const;  ///< from 1 on
  std::vector<std::int64_t> season() const;     ///< 1: DJF, 2: MAM, 3: JJA, 4: SON
  std::vector<double> decimal_year() const;     ///< 1980.5 is the middle of 1980

  /// Appends the times of another file. Throws: Error when they are of another calendar.
  void append(const CfTimes& later);

 private:
  CfCalendar calendar_;
  std::vector<std::int64_t> microseconds_;
};

/// Reads a time coordinate now, by its own units and calendar. `path`: a file, or a pattern of files, whose
/// times are joined as `from_hdf5` joins arrays; each file may have a reference date of its own.
/// Throws: Error as `from_hdf5` and CfTimes, naming file and dataset.
CfTimes times_from_hdf5(const std::string& path, const std::string& dataset = "time");
/// The same for several files, joined in the order of the list. Their names are taken literally.
CfTimes times_from_hdf5(const std::vector<std::string>& paths, const std::string& dataset = "time");

}  // namespace bask
