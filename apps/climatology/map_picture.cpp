#include "map_picture.hpp"

#include "canvas.hpp"
#include "cell_axis.hpp"

#include <fmt/format.h>
#include <bask/core/error.hpp>

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

namespace {

constexpr Color kInk{0.15, 0.15, 0.15}, kGrid{0.35, 0.35, 0.35}, kMissing{0.86, 0.86, 0.86};
constexpr int kTicks = 8;
constexpr double kArrowDegrees = 10;  // from arrow to arrow

struct Scale {
  ValueRange values, colors;
  bool has_missing = false;
};

// When no range is given, the colours reach from a round number to another.
Scale scale_of(const MapPicture& map) {
  Scale scale;
  for (const double value : map.values) {
    scale.values.add(value);
    scale.has_missing = scale.has_missing || !std::isfinite(value);
  }
  if (map.range) {
    scale.colors = *map.range;
  } else if (!scale.values.is_empty()) {
    scale.colors = scale.values.with_width();
    const std::vector<double> ticks = round_ticks(scale.colors, kTicks);
    const double step = ticks.size() > 1 ? ticks[1] - ticks[0] : scale.colors.span();
    scale.colors.low = std::floor(scale.colors.low / step + 1e-6) * step;
    scale.colors.high = std::ceil(scale.colors.high / step - 1e-6) * step;
  }
  return scale;
}

std::string degrees(double value, const char* positive, const char* negative) {
  const int whole = static_cast<int>(std::lround(std::abs(value)));
  return std::to_string(whole) + "°" + (whole == 0 || whole == 180 ? "" : value > 0 ? positive : negative);
}

class MapDrawing {
 public:
  MapDrawing(const MapPicture& map, int width)
      : map_(map),
        unit_(width / 1600.0),
        left_(90 * unit_),
        top_(90 * unit_),
        right_(width - 170 * unit_),
        bottom_(top_ + (right_ - left_) / 2),
        rows_(latitude_cells(map.latitudes)),
        columns_(longitude_cells(map.longitudes, map.west)),
        scale_(scale_of(map)),
        canvas_(width, static_cast<int>(bottom_ + 100 * unit_)) {}

  void draw(const std::filesystem::path& png) {
    canvas_.fill_box(left_, top_, right_, bottom_, kMissing);
    cells();
    graticule();
    arrows();
    canvas_.outline_box(left_, top_, right_, bottom_, kInk, 1.5 * unit_);
    color_bar();
    const double room = right_ - left_;
    canvas_.text(map_.title, {left_, 45 * unit_}, Align::kLeft, {30 * unit_, kInk, true, room});
    canvas_.text(map_.source, {left_, bottom_ + 72 * unit_}, Align::kLeft,
                 {16 * unit_, kGrid, false, 0.75 * room});
    if (scale_.values.is_empty()) {
      canvas_.text("no data", {(left_ + right_) / 2, y(15)}, Align::kCenter, {40 * unit_, kGrid, true});
    }
    canvas_.write_png(png);
  }

 private:
  double x(double longitude) const { return left_ + (longitude - map_.west) / 360 * (right_ - left_); }
  double y(double latitude) const { return top_ + (90 - latitude) / 180 * (bottom_ - top_); }
  std::size_t place(std::size_t row, std::size_t column) const {
    return row * map_.longitudes.size() + column;
  }

  // A pixel has the colour of the cell its centre lies in.
  void cells() {
    for (const Cell& row : rows_.cells) {
      for (const Cell& column : columns_.cells) {
        const double value = map_.values[place(row.index, column.index)];
        if (!std::isfinite(value)) continue;
        canvas_.fill_box(x(column.low), y(row.high), x(column.high), y(row.low),
                         color_of(scale_.colors.part(value)));
      }
    }
  }

  // Arrows are spread about evenly over the map, each in the middle of a cell. The fastest is about as long
  // as the distance between arrows.
  void arrows() {
    std::set<std::size_t> places;
    ValueRange speeds;
    for (double latitude = -80; latitude <= 80; latitude += kArrowDegrees) {
      for (double degrees_east = kArrowDegrees / 2; degrees_east < 360; degrees_east += kArrowDegrees) {
        const auto row = rows_.at(latitude), column = columns_.at(map_.west + degrees_east);
        if (map_.eastward.empty() || !row || !column) continue;
        places.insert(place(*row, *column));
        speeds.add(speed_at(place(*row, *column)));
      }
    }
    if (speeds.is_empty() || speeds.high == 0) return;
    const double length = 1.1 * kArrowDegrees / 360 * (right_ - left_) / speeds.high;  // of a speed of 1
    canvas_.begin_clip(left_, top_, right_, bottom_);
    for (const std::size_t at : places) {
      if (!std::isfinite(speed_at(at))) continue;
      const double longitude = longitude_from(map_.west, map_.longitudes[at % map_.longitudes.size()]);
      const double latitude = map_.latitudes[at / map_.longitudes.size()];
      arrow({x(longitude), y(latitude)}, map_.eastward[at] * length, -map_.northward[at] * length);
    }
    canvas_.end_clip();
    arrow_key(length, round_below(speeds.high));
  }

  double speed_at(std::size_t at) const { return std::hypot(map_.eastward[at], map_.northward[at]); }

  void arrow_key(double length, double speed) {
    const Font font{16 * unit_, kInk};
    const std::string words = tick_labels({speed})[0] + " " + map_.units;
    canvas_.text(words, {right_, bottom_ + 72 * unit_}, Align::kRight, font);
    const double end = right_ - canvas_.text_width(words, font) - 12 * unit_;
    arrow({end - speed * length / 2, bottom_ + 72 * unit_}, speed * length, 0);
  }

  void arrow(Point middle, double dx, double dy) {
    const double size = std::hypot(dx, dy);
    if (size < 3 * unit_) return;
    const double ux = dx / size, uy = dy / size;
    const double barb = std::min(9 * unit_, 0.55 * size), half = 0.42 * barb;
    const Point tail{middle.x - dx / 2, middle.y - dy / 2}, head{middle.x + dx / 2, middle.y + dy / 2};
    const Point neck{head.x - barb * ux, head.y - barb * uy};
    const std::vector<Point> tip{
        {neck.x - half * uy, neck.y + half * ux}, head, {neck.x + half * uy, neck.y - half * ux}};
    std::vector<Point> edge = tip;
    edge.push_back(tip.front());
    edge.push_back(head);
    canvas_.line({tail, neck}, {1, 1, 1}, 3.4 * unit_);  // a white edge, for dark cells
    canvas_.line(edge, {1, 1, 1}, 2 * unit_);
    canvas_.line({tail, neck}, {0, 0, 0}, 1.5 * unit_);
    canvas_.fill(tip, {0, 0, 0}, 1);
  }

  void graticule() {
    const Font font{17 * unit_, kInk};
    for (double latitude = -90; latitude <= 90; latitude += 30) {
      if (std::abs(latitude) < 90)
        canvas_.line({{left_, y(latitude)}, {right_, y(latitude)}}, kGrid, 0.8 * unit_, true);
      canvas_.text(degrees(latitude, "N", "S"), {left_ - 10 * unit_, y(latitude)}, Align::kRight, font);
    }
    for (double longitude = std::ceil(map_.west / 30) * 30; longitude <= map_.west + 360; longitude += 30) {
      if (longitude > map_.west && longitude < map_.west + 360)
        canvas_.line({{x(longitude), top_}, {x(longitude), bottom_}}, kGrid, 0.8 * unit_, true);
      canvas_.text(degrees(std::remainder(longitude, 360), "E", "W"), {x(longitude), bottom_ + 20 * unit_},
                   Align::kCenter, font);
    }
  }

  void color_bar() {
    const double left = right_ + 30 * unit_, right = left + 28 * unit_, label = right + 10 * unit_;
    const bool has_above = scale_.values.high > scale_.colors.high,
               has_below = scale_.values.low < scale_.colors.low;
    const double top = top_ + (has_above ? 20 : 0) * unit_;
    const double bottom = bottom_ - ((has_below ? 20 : 0) + (scale_.has_missing ? 50 : 0)) * unit_;
    const Font font{17 * unit_, kInk, false, 95 * unit_};
    if (!scale_.values.is_empty()) {
      canvas_.text(map_.units, {left, top_ - 20 * unit_}, Align::kLeft,
                   {18 * unit_, kInk, false, 130 * unit_});
      for (double row = std::round(top); row < bottom; ++row) {
        const double next = std::min(row + 1, bottom);
        canvas_.fill_box(left, row, right, next, color_of((bottom - row - 0.5) / (bottom - top)));
      }
      canvas_.outline_box(left, top, right, bottom, kInk, unit_);
      if (has_above) beyond({left, top}, right, top_, color_of(1));
      if (has_below) beyond({left, bottom}, right, bottom + 20 * unit_, color_of(0));
      const std::vector<double> ticks = round_ticks(scale_.colors, kTicks);
      const std::vector<std::string> labels = tick_labels(ticks);
      for (std::size_t k = 0; k < ticks.size(); ++k) {
        const double at = bottom - scale_.colors.part(ticks[k]) * (bottom - top);
        canvas_.line({{right, at}, {right + 5 * unit_, at}}, kInk, unit_);
        canvas_.text(labels[k], {label, at}, Align::kLeft, font);
      }
    }
    if (!scale_.has_missing) return;
    canvas_.fill_box(left, bottom_ - 28 * unit_, right, bottom_, kMissing);
    canvas_.outline_box(left, bottom_ - 28 * unit_, right, bottom_, kInk, unit_);
    canvas_.text("no data", {label, bottom_ - 14 * unit_}, Align::kLeft, font);
  }

  // A triangle at the end of the colour bar: there are values beyond it.
  void beyond(Point corner, double right, double tip, Color color) {
    const std::vector<Point> triangle{corner, {(corner.x + right) / 2, tip}, {right, corner.y}};
    canvas_.fill(triangle, color, 1);
    canvas_.line(triangle, kInk, unit_);
  }

  const MapPicture& map_;
  const double unit_;  // a length in pixels: 1 when the picture is 1600 wide
  const double left_, top_, right_, bottom_;
  const CellAxis rows_, columns_;
  const Scale scale_;
  Canvas canvas_;
};

void check(const MapPicture& map) {
  const std::size_t cells = map.latitudes.size() * map.longitudes.size();
  const auto refuse = [&](const char* what, std::size_t count) {
    throw bask::Error("map",
                      fmt::format("{} {} are given for {} latitudes and {} longitudes", count, what,
                                  map.latitudes.size(), map.longitudes.size()),
                      "give one value for each cell, and one cell at least");
  };
  if (cells == 0 || map.values.size() != cells) refuse("values", map.values.size());
  if (map.eastward.size() != map.northward.size() ||
      (!map.eastward.empty() && map.eastward.size() != cells)) {
    refuse("components of arrows", map.eastward.size() + map.northward.size());
  }
  if (map.range && !(map.range->high > map.range->low)) {
    throw bask::Error("map", fmt::format("colours from {} to {}", map.range->low, map.range->high),
                      "give a range whose high end is above its low one");
  }
}

}  // namespace

void draw_map(const MapPicture& map, const std::filesystem::path& png, int width_px) {
  check(map);
  MapDrawing(map, width_px).draw(png);
}
