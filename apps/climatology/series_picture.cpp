#include "series_picture.hpp"

#include "canvas.hpp"
#include "ticks.hpp"
#include "time_ticks.hpp"

#include <fmt/format.h>
#include <bask/core/error.hpp>

#include <algorithm>
#include <cmath>

namespace {

constexpr Color kSeriesInk{0.15, 0.15, 0.15}, kSeriesGrid{0.85, 0.85, 0.85}, kFaint{0.35, 0.35, 0.35};
constexpr double kBandOpacity = 0.22;

// One line, band or trend in the legend.
struct Entry {
  std::string name;
  Color color;
  bool is_band = false, is_dashed = false;
};

struct PlacedEntry {
  Entry entry;
  double x;
  int row;
};

// Calls `draw(begin, end)` for each run of consecutive values that are there.
template <class IsThere, class Draw>
void for_each_run(std::size_t count, const IsThere& is_there, const Draw& draw) {
  std::size_t begin = 0;
  for (std::size_t k = 0; k <= count; ++k) {
    if (k < count && is_there(k)) continue;
    if (k > begin) draw(begin, k);
    begin = k + 1;
  }
}

class SeriesDrawing {
 public:
  SeriesDrawing(const SeriesPicture& series, int width, int height)
      : series_(series),
        unit_(width / 1600.0),
        left_(110 * unit_),
        right_(width - 45 * unit_),
        bottom_(height - 100 * unit_),
        canvas_(width, height),
        legend_(place_legend()),
        top_((90 + 28 * (legend_.empty() ? 0 : legend_.back().row)) * unit_) {
    find_ranges();
  }

  void draw(const std::filesystem::path& png) {
    if (!is_empty_) {
      grid();
      canvas_.begin_clip(left_, top_, right_, bottom_);
      std::size_t color = 0;
      for (const SeriesBand& band : series_.bands) this->band(band, line_color(color++));
      color = 0;
      for (const SeriesLine& line : series_.lines) this->line(line, line_color(color++));
      for (const StraightLine& trend : series_.trends) this->trend(trend, line_color(color++));
      canvas_.end_clip();
    } else {
      canvas_.text("no data", {(left_ + right_) / 2, (top_ + bottom_) / 2}, Align::kCenter,
                   {40 * unit_, kFaint, true});
    }
    canvas_.outline_box(left_, top_, right_, bottom_, kSeriesInk, 1.2 * unit_);
    legend();
    const double room = right_ - left_;
    canvas_.text(series_.title, {left_, 35 * unit_}, Align::kLeft, {28 * unit_, kSeriesInk, true, room});
    canvas_.text(series_.source, {left_, bottom_ + 70 * unit_}, Align::kLeft,
                 {16 * unit_, kFaint, false, room});
    canvas_.text_upwards(series_.units, {28 * unit_, (top_ + bottom_) / 2},
                         {18 * unit_, kSeriesInk, false, bottom_ - top_});
    canvas_.write_png(png);
  }

 private:
  double x(double time) const { return left_ + times_.part(time) * (right_ - left_); }
  double y(double value) const { return bottom_ - values_.part(value) * (bottom_ - top_); }
  static double value_at(const StraightLine& trend, double time) {
    return trend.value + trend.slope * (time - trend.time);
  }

  void find_ranges() {
    const auto add = [&](double time, double value) {
      if (!std::isfinite(time) || !std::isfinite(value)) return;
      times_.add(time);
      values_.add(value);
    };
    for (const SeriesLine& line : series_.lines) {
      for (std::size_t k = 0; k < line.times.size(); ++k) add(line.times[k], line.values[k]);
    }
    for (const SeriesBand& band : series_.bands) {
      for (std::size_t k = 0; k < band.times.size(); ++k) {
        add(band.times[k], band.low[k]);
        add(band.times[k], band.high[k]);
      }
    }
    is_empty_ = times_.is_empty();
    if (is_empty_) return;
    for (const StraightLine& trend : series_.trends) {
      for (const double time : {times_.low, times_.high}) values_.add(value_at(trend, time));
    }
    if (times_.span() == 0) times_.widen(0.5);
    drawn_times_ = times_;
    times_.widen(0.01 * times_.span());
    values_ = values_.with_width();
    values_.widen(0.06 * values_.span());
  }

  void grid() {
    const Font font{18 * unit_, kSeriesInk};
    const double room = 115 * unit_;  // for a label
    for (const TimeTick& tick :
         time_ticks(times_, std::clamp(static_cast<int>((right_ - left_) / room), 2, 14))) {
      canvas_.line({{x(tick.time), top_}, {x(tick.time), bottom_}}, kSeriesGrid, unit_);
      canvas_.text(tick.label, {x(tick.time), bottom_ + 22 * unit_}, Align::kCenter, font);
    }
    const std::vector<double> ticks =
        round_ticks(values_, std::clamp(static_cast<int>((bottom_ - top_) / (55 * unit_)), 2, 10));
    const std::vector<std::string> labels = tick_labels(ticks);
    for (std::size_t k = 0; k < ticks.size(); ++k) {
      canvas_.line({{left_, y(ticks[k])}, {right_, y(ticks[k])}}, kSeriesGrid, unit_);
      canvas_.text(labels[k], {left_ - 10 * unit_, y(ticks[k])}, Align::kRight,
                   {18 * unit_, kSeriesInk, false, 58 * unit_});
    }
  }

  void band(const SeriesBand& band, Color color) {
    const auto is_there = [&](std::size_t k) {
      return std::isfinite(band.times[k]) && std::isfinite(band.low[k]) && std::isfinite(band.high[k]);
    };
    for_each_run(band.times.size(), is_there, [&](std::size_t begin, std::size_t end) {
      std::vector<Point> outline;
      for (std::size_t k = begin; k < end; ++k) outline.push_back({x(band.times[k]), y(band.high[k])});
      for (std::size_t k = end; k-- > begin;) outline.push_back({x(band.times[k]), y(band.low[k])});
      canvas_.fill(outline, color, kBandOpacity);
    });
  }

  void line(const SeriesLine& line, Color color) {
    const auto is_there = [&](std::size_t k) {
      return std::isfinite(line.times[k]) && std::isfinite(line.values[k]);
    };
    for_each_run(line.times.size(), is_there, [&](std::size_t begin, std::size_t end) {
      std::vector<Point> run;
      for (std::size_t k = begin; k < end; ++k) run.push_back({x(line.times[k]), y(line.values[k])});
      if (run.size() > 1) return canvas_.line(run, color, 2.2 * unit_, line.dashed);
      const double half = 2.5 * unit_;  // a single value is drawn as a small box
      canvas_.fill_box(run[0].x - half, run[0].y - half, run[0].x + half, run[0].y + half, color);
    });
  }

  void trend(const StraightLine& trend, Color color) {
    std::vector<Point> ends;
    for (const double time : {drawn_times_.low, drawn_times_.high})
      ends.push_back({x(time), y(value_at(trend, time))});
    canvas_.line(ends, color, 2.2 * unit_, true);
  }

  Font legend_font() const { return {18 * unit_, kSeriesInk, false, right_ - left_ - 60 * unit_}; }

  // Places the entries from left to right, in as many rows as they need.
  std::vector<PlacedEntry> place_legend() {
    std::vector<Entry> entries;
    for (const SeriesLine& line : series_.lines)
      entries.push_back({line.name, line_color(entries.size()), false, line.dashed});
    for (const StraightLine& trend : series_.trends)
      entries.push_back({trend.name, line_color(entries.size()), false, true});
    for (std::size_t k = 0; k < series_.bands.size(); ++k)
      entries.push_back({series_.bands[k].name, line_color(k), true, false});
    std::vector<PlacedEntry> placed;
    double at = left_;
    int row = 0;
    for (Entry& entry : entries) {
      const double width =
          50 * unit_ + std::min(canvas_.text_width(entry.name, legend_font()), legend_font().most_width);
      if (at > left_ && at + width > right_) {
        at = left_;
        ++row;
      }
      placed.push_back({std::move(entry), at, row});
      at += width + 40 * unit_;
    }
    return placed;
  }

  void legend() {
    for (const PlacedEntry& place : legend_) {
      const double left = place.x, right = left + 40 * unit_, middle = (70 + 28 * place.row) * unit_;
      if (place.entry.is_band) {
        const double half = 8 * unit_;
        canvas_.fill(
            {{left, middle - half}, {right, middle - half}, {right, middle + half}, {left, middle + half}},
            place.entry.color, kBandOpacity);
      } else {
        canvas_.line({{left, middle}, {right, middle}}, place.entry.color, 2.2 * unit_,
                     place.entry.is_dashed);
      }
      canvas_.text(place.entry.name, {left + 50 * unit_, middle}, Align::kLeft, legend_font());
    }
  }

  const SeriesPicture& series_;
  const double unit_;
  const double left_, right_, bottom_;
  Canvas canvas_;
  const std::vector<PlacedEntry> legend_;
  const double top_;  // below the legend
  ValueRange times_, values_, drawn_times_;
  bool is_empty_ = true;
};

void check(const std::string& name, std::size_t times, std::size_t values) {
  if (times == values) return;
  throw bask::Error("series", fmt::format("'{}' has {} times and {} values", name, times, values),
                    "give one value for each time");
}

}  // namespace

void draw_series(const SeriesPicture& series, const std::filesystem::path& png, int width_px, int height_px) {
  for (const SeriesLine& line : series.lines) check(line.name, line.times.size(), line.values.size());
  for (const SeriesBand& band : series.bands) {
    check(band.name, band.times.size(), band.low.size());
    check(band.name, band.times.size(), band.high.size());
  }
  SeriesDrawing(series, width_px, height_px).draw(png);
}
