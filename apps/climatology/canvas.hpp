// canvas.hpp: a picture in the making: lines, boxes and words on a page of pixels, then a PNG file.
// Runs on: rank 0. Threads: each canvas belongs to one.
#pragma once

#include "color_map.hpp"

#include <filesystem>
#include <limits>
#include <memory>
#include <string>
#include <vector>

struct Point {
  double x, y;
};

enum class Align { kLeft, kCenter, kRight };

struct Font {
  double size;
  Color color;
  bool bold = false;
  /// Words that are wider become smaller, down to two thirds, and then lose their end.
  double most_width = std::numeric_limits<double>::infinity();
};

class Canvas {
 public:
  /// White, so many pixels wide and high. Throws: bask::Error when this build has no cairo, or the size is
  /// none that words can be read on.
  Canvas(int width, int height);
  ~Canvas();
  Canvas(const Canvas&) = delete;
  Canvas& operator=(const Canvas&) = delete;

  /// A box without a seam to its neighbours: its edges are those of pixels.
  void fill_box(double left, double top, double right, double bottom, Color color);
  void outline_box(double left, double top, double right, double bottom, Color color, double width);
  void line(const std::vector<Point>& points, Color color, double width, bool dashed = false);
  void fill(const std::vector<Point>& outline, Color color, double opacity);
  /// Until `end_clip`, only what lies in the box is drawn.
  void begin_clip(double left, double top, double right, double bottom);
  void end_clip();

  /// Centred upon `at` vertically. Words are UTF-8; bytes that are not are taken as Latin-1, as old files
  /// have it.
  void text(const std::string& words, Point at, Align align, const Font& font);
  /// The same, from below to above, and centred.
  void text_upwards(const std::string& words, Point at, const Font& font);
  double text_width(const std::string& words, const Font& font);

  /// The file appears when it is complete. Throws: bask::Error when it cannot be written.
  void write_png(const std::filesystem::path& path) const;

 private:
  struct Page;
  std::unique_ptr<Page> page_;
};
