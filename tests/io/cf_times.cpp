// cf_times: prints the dates of times, for a comparison with cftime. Reads lines
// "<calendar>|<units>|<numbers…>"; a number without a point is an integer. Prints for each number "<year>
// <month> <day> <hour> <minute> <second> <microsecond> <day of year>", or "refused" for a whole line.
#include <bask/core/error.hpp>
#include <bask/io/cf_time.hpp>

#include <cstdio>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

namespace {

template <class Number>
bask::CfTimes times_of(const std::string& text, const std::string& units, const std::string& calendar) {
  std::vector<Number> numbers;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    if constexpr (std::is_integral_v<Number>) {
      numbers.push_back(std::stoll(word));
    } else {
      numbers.push_back(std::stod(word));
    }
  }
  return bask::CfTimes(numbers, units, calendar);
}

void print(const bask::CfTimes& times) {
  const auto days = times.dayofyear();
  for (std::size_t k = 0; k < times.size(); ++k) {
    const bask::CfDate date = times[k];
    std::printf("%lld %d %d %d %d %d %d %lld\n", static_cast<long long>(date.year), date.month, date.day,
                date.hour, date.minute, date.second, date.microsecond, static_cast<long long>(days[k]));
  }
}

}  // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    const std::size_t first = line.find('|'), second = line.find('|', first + 1);
    const std::string calendar = line.substr(0, first), units = line.substr(first + 1, second - first - 1);
    const std::string numbers = line.substr(second + 1);
    try {
      const bool is_floating = numbers.find('.') != std::string::npos;
      print(is_floating ? times_of<double>(numbers, units, calendar)
                        : times_of<std::int64_t>(numbers, units, calendar));
    } catch (const bask::Error&) {
      std::puts("refused");
    }
  }
}
