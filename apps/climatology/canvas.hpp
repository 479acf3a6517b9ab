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
  /// Wider text is drawn smaller, down to two thirds of the size; what is still too wide is cut at its end.
  double most_width = std::numeric_limits<double>::infinity();
};

class Canvas {
 public:
  /// A white page of this size in pixels. Throws: bask::Error when this build has no cairo, or the page is
  /// smaller than 200 x 100 or too large for cairo.
  Canvas(int width, int height);
  ~Canvas();
  Canvas(const Canvas&) = delete;
  Canvas& operator=(const Canvas&) = delete;

  /// Fills a box. Its edges are rounded to whole pixels, so that there is no seam between neighbouring boxes.
  void fill_box(double left, double top, double right, double bottom, Color color);
  void outline_box(double left, double top, double right, double bottom, Color color, double width);
  void line(const std::vector<Point>& points, Color color, double width, bool dashed = false);
  void fill(const std::vector<Point>& outline, Color color, double opacity);
  /// Until end_clip(), drawing outside of the box has no effect.
  void begin_clip(double left, double top, double right, double bottom);
  void end_clip();

  /// Draws text, vertically centred at `at`. It is UTF-8; bytes that are not valid UTF-8 are taken as
  /// Latin-1, which old files have.
  void text(const std::string& words, Point at, Align align, const Font& font);
  /// The same, written upwards and centred in both directions.
  void text_upwards(const std::string& words, Point at, const Font& font);
  double text_width(const std::string& words, const Font& font);

  /// Writes the file; it gets its name when it is complete. Throws: bask::Error when it cannot be written.
  void write_png(const std::filesystem::path& path) const;

 private:
  struct Page;
  std::unique_ptr<Page> page_;
};
