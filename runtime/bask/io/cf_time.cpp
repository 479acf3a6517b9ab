#include <fmt/format.h>
#include <bask/core/error.hpp>
#include <bask/io/cf_time.hpp>
#include <bask/io/hdf5_library.hpp>
#include <bask/io/hdf5_read.hpp>
#include <bask/system/file_pattern.hpp>

#include <utility>

namespace bask {
namespace {

constexpr std::int64_t kMicrosecondsOfDay = 86'400'000'000;

struct Moment {
  std::int64_t day = 0;  // its number
  std::int64_t us = 0;   // from midnight on
};
Moment moment_of(std::int64_t us) {
  const std::int64_t day = us / kMicrosecondsOfDay - (us % kMicrosecondsOfDay < 0 ? 1 : 0);
  return {day, us - day * kMicrosecondsOfDay};
}

template <class Number>
std::vector<std::int64_t> times_of(std::span<const Number> numbers, const CfTimeUnits& units) {
  std::vector<std::int64_t> times;
  times.reserve(numbers.size());
  for (const Number number : numbers) times.push_back(units.time_us(number));
  return times;
}

// `dataset` has one axis at most.
template <class Number>
std::vector<Number> numbers_of(const Hdf5Dataset& dataset, Hdf5Decoding decoding) {
  std::vector<Number> numbers(dataset.shape.empty() ? 1 : static_cast<std::size_t>(dataset.shape[0]));
  const std::vector<std::int64_t> start(dataset.shape.size(), 0);
  read_hdf5(dataset, start, dataset.shape, dtype_of<Number>(), decoding, numbers.data());
  return numbers;
}

template <class Label>
auto labels_of(const CfTimes& times, const Label& label) {
  std::vector<decltype(label(CfDate()))> labels;
  labels.reserve(times.size());
  for (std::size_t k = 0; k < times.size(); ++k) labels.push_back(label(times[k]));
  return labels;
}

CfTimes times_of_file(const std::string& path, const std::string& name) {
  const Hdf5Dataset dataset = describe_hdf5(path, name);
  const std::string where = hdf5_place("times_from_hdf5", path, dataset.name);
  if (dataset.shape.size() > 1) {
    throw Error(where, fmt::format("it has shape {}", hdf5_text(dataset.shape)),
                "name a coordinate of one axis");
  }
  const std::string units = text_of(dataset.attributes, "units");
  const std::string calendar = text_of(dataset.attributes, "calendar");
  try {
    // Integers are read as 64-bit integers: microseconds since 1970 need more bits than a double has.
    if (!cf_decoding_of(dataset).is_used && can_cast(dataset.dtype, DType::kInt64)) {
      return CfTimes(numbers_of<std::int64_t>(dataset, Hdf5Decoding::kNone), units, calendar);
    }
    return CfTimes(numbers_of<double>(dataset, Hdf5Decoding::kCf), units, calendar);
  } catch (const Error& error) {
    if (error.where() != "time") throw;
    throw Error(where, error.happened(), error.fix());
  }
}

}  // namespace

CfTimes::CfTimes(std::span<const double> numbers, const std::string& units, const std::string& calendar)
    : calendar_(cf_calendar_of(calendar)),
      microseconds_(times_of(numbers, cf_time_units_of(units, calendar))) {}
CfTimes::CfTimes(std::span<const std::int64_t> numbers, const std::string& units, const std::string& calendar)
    : calendar_(cf_calendar_of(calendar)),
      microseconds_(times_of(numbers, cf_time_units_of(units, calendar))) {}

CfDate CfTimes::operator[](std::size_t k) const {
  const Moment moment = moment_of(microseconds_[k]);
  CfDate date = date_of_day(calendar_, moment.day);
  const std::int64_t seconds = moment.us / 1'000'000;
  date.hour = static_cast<int>(seconds / 3600);
  date.minute = static_cast<int>(seconds / 60 % 60);
  date.second = static_cast<int>(seconds % 60);
  date.microsecond = static_cast<int>(moment.us % 1'000'000);
  return date;
}

std::vector<std::int64_t> CfTimes::year() const {
  return labels_of(*this, [](const CfDate& date) { return date.year; });
}
std::vector<std::int64_t> CfTimes::month() const {
  return labels_of(*this, [](const CfDate& date) -> std::int64_t { return date.month; });
}
std::vector<std::int64_t> CfTimes::day() const {
  return labels_of(*this, [](const CfDate& date) -> std::int64_t { return date.day; });
}
std::vector<std::int64_t> CfTimes::hour() const {
  return labels_of(*this, [](const CfDate& date) -> std::int64_t { return date.hour; });
}
std::vector<std::int64_t> CfTimes::season() const {
  return labels_of(*this, [](const CfDate& date) -> std::int64_t { return date.month % 12 / 3 + 1; });
}
std::vector<std::int64_t> CfTimes::dayofyear() const {
  return labels_of(*this, [&](const CfDate& date) {
    // As cftime: the ten days that the standard calendar leaves out of October 1582 are counted.
    const bool is_behind_gap =
        calendar_ == CfCalendar::kStandard && date.year == 1582 && date.month * 100 + date.day >= 1015;
    const std::int64_t before = day_number(calendar_, date) - day_number(calendar_, {.year = date.year});
    return before + 1 + (is_behind_gap ? 10 : 0);
  });
}
std::vector<double> CfTimes::decimal_year() const {
  std::vector<double> years;
  years.reserve(size());
  for (const std::int64_t us : microseconds_) {
    const Moment moment = moment_of(us);
    const std::int64_t year = date_of_day(calendar_, moment.day).year;
    const std::int64_t begin = day_number(calendar_, {.year = year});
    const std::int64_t end = day_number(calendar_, {.year = year_after(calendar_, year)});
    const double days =
        static_cast<double>(moment.day - begin) + static_cast<double>(moment.us) / kMicrosecondsOfDay;
    years.push_back(static_cast<double>(year) + days / static_cast<double>(end - begin));
  }
  return years;
}

void CfTimes::append(const CfTimes& later) {
  if (later.calendar_ != calendar_) {
    throw Error("time",
                fmt::format("times of the calendar '{}' cannot follow those of '{}'",
                            name_of(later.calendar_), name_of(calendar_)),
                "give times of one calendar");
  }
  microseconds_.insert(microseconds_.end(), later.microseconds_.begin(), later.microseconds_.end());
}

CfTimes times_from_hdf5(const std::vector<std::string>& paths, const std::string& dataset) {
  if (paths.empty()) throw Error("times_from_hdf5 of a list", "there are no files", "give one at least");
  start_hdf5_everywhere();
  CfTimes times = times_of_file(paths.front(), dataset);
  for (std::size_t k = 1; k < paths.size(); ++k) times.append(times_of_file(paths[k], dataset));
  return times;
}

CfTimes times_from_hdf5(const std::string& path, const std::string& dataset) {
  return times_from_hdf5(files_matching(path, "times_from_hdf5"), dataset);
}

}  // namespace bask
