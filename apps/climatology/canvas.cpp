#include "canvas.hpp"

#include "displayed_text.hpp"

#include <fmt/format.h>
#include <bask/core/error.hpp>
#include <bask/system/replaced_file.hpp>

#if defined(CLIMATOLOGY_WITH_CAIRO)
#include <cairo.h>

#include <cmath>

struct Canvas::Page {
  cairo_surface_t* surface;
  cairo_t* pen;
  Page(int width, int height)
      : surface(cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height)), pen(cairo_create(surface)) {}
  ~Page() {
    cairo_destroy(pen);
    cairo_surface_destroy(surface);
  }
  Page(const Page&) = delete;
  Page& operator=(const Page&) = delete;

  void color(Color color, double opacity = 1) {
    cairo_set_source_rgba(pen, color.red, color.green, color.blue, opacity);
  }
  void path(const std::vector<Point>& points) {
    cairo_new_path(pen);
    for (const Point& point : points) cairo_line_to(pen, point.x, point.y);
  }
  double width(const std::string& words, double size, bool bold) {
    cairo_select_font_face(pen, "sans-serif", CAIRO_FONT_SLANT_NORMAL,
                           bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(pen, size);
    cairo_text_extents_t extents;
    cairo_text_extents(pen, words.c_str(), &extents);
    return extents.x_advance;
  }
};

Canvas::Canvas(int width, int height) {
  if (width >= 200 && height >= 100) page_ = std::make_unique<Page>(width, height);
  if (!page_ || cairo_status(page_->pen) != CAIRO_STATUS_SUCCESS) {
    throw bask::Error("picture", fmt::format("a picture of {} x {} pixels cannot be made", width, height),
                      "ask for one of 200 x 100 pixels at least, and of some thousands at most",
                      bask::ExitCode::kUsage);
  }
  fill_box(0, 0, width, height, {1, 1, 1});
}

Canvas::~Canvas() = default;

void Canvas::fill_box(double left, double top, double right, double bottom, Color color) {
  const double x = std::round(left), y = std::round(top);
  const double width = std::round(right) - x, height = std::round(bottom) - y;
  if (width <= 0 || height <= 0) return;
  page_->color(color);
  cairo_set_antialias(page_->pen, CAIRO_ANTIALIAS_NONE);
  cairo_rectangle(page_->pen, x, y, width, height);
  cairo_fill(page_->pen);
  cairo_set_antialias(page_->pen, CAIRO_ANTIALIAS_DEFAULT);
}

void Canvas::outline_box(double left, double top, double right, double bottom, Color color, double width) {
  page_->color(color);
  cairo_set_line_width(page_->pen, width);
  cairo_rectangle(page_->pen, std::round(left) - 0.5, std::round(top) - 0.5,
                  std::round(right) - std::round(left) + 1, std::round(bottom) - std::round(top) + 1);
  cairo_stroke(page_->pen);
}

void Canvas::line(const std::vector<Point>& points, Color color, double width, bool dashed) {
  const double dashes[] = {4 * width, 3 * width};
  page_->color(color);
  cairo_set_line_width(page_->pen, width);
  cairo_set_line_join(page_->pen, CAIRO_LINE_JOIN_ROUND);
  cairo_set_dash(page_->pen, dashes, dashed ? 2 : 0, 0);
  page_->path(points);
  cairo_stroke(page_->pen);
  cairo_set_dash(page_->pen, dashes, 0, 0);
}

void Canvas::fill(const std::vector<Point>& outline, Color color, double opacity) {
  page_->color(color, opacity);
  page_->path(outline);
  cairo_fill(page_->pen);
}

void Canvas::begin_clip(double left, double top, double right, double bottom) {
  cairo_save(page_->pen);
  cairo_rectangle(page_->pen, std::round(left), std::round(top), std::round(right) - std::round(left),
                  std::round(bottom) - std::round(top));
  cairo_clip(page_->pen);
}

void Canvas::end_clip() {
  cairo_restore(page_->pen);
}

void Canvas::text(const std::string& words, Point at, Align align, const Font& font) {
  std::string shown = displayed_text(words);
  double size = font.size, width = page_->width(shown, size, font.bold);
  if (width > font.most_width) {
    size *= std::max(2.0 / 3, font.most_width / width);
    width = page_->width(shown, size, font.bold);
  }
  // Half a pixel of tolerance, because sizes of letters are rounded.
  for (std::string_view rest = shown; width > font.most_width + 0.5 && !rest.empty();) {
    rest = without_last_character(rest);
    width = page_->width(std::string(rest) + "…", size, font.bold);
    if (width <= font.most_width + 0.5 || rest.empty()) shown = std::string(rest) + "…";
  }
  const double shift = align == Align::kLeft ? 0 : align == Align::kCenter ? width / 2 : width;
  page_->color(font.color);
  cairo_move_to(page_->pen, at.x - shift, at.y + size * 0.35);
  cairo_show_text(page_->pen, shown.c_str());
}

void Canvas::text_upwards(const std::string& words, Point at, const Font& font) {
  cairo_save(page_->pen);
  cairo_translate(page_->pen, at.x, at.y);
  cairo_rotate(page_->pen, -std::acos(0.0));
  text(words, {0, 0}, Align::kCenter, font);
  cairo_restore(page_->pen);
}

double Canvas::text_width(const std::string& words, const Font& font) {
  return page_->width(displayed_text(words), font.size, font.bold);
}

void Canvas::write_png(const std::filesystem::path& path) const {
  std::string bytes;  // the whole file in memory first: no exception may pass through cairo
  const auto append = [](void* to, const unsigned char* data, unsigned length) {
    static_cast<std::string*>(to)->append(reinterpret_cast<const char*>(data), length);
    return CAIRO_STATUS_SUCCESS;
  };
  cairo_status_t status = cairo_status(page_->pen);
  cairo_surface_flush(page_->surface);
  if (status == CAIRO_STATUS_SUCCESS) {
    status = cairo_surface_write_to_png_stream(page_->surface, append, &bytes);
  }
  if (status != CAIRO_STATUS_SUCCESS) {
    throw bask::Error("picture",
                      fmt::format("'{}' cannot be drawn: {}", path.string(), cairo_status_to_string(status)),
                      "look at its values and its size; the program can go on without pictures");
  }
  bask::ReplacedFile file("picture", path);
  file.write(bytes);
  file.put_in_place();
}

#else

struct Canvas::Page {};
Canvas::Canvas(int, int) {
  throw bask::Error("picture", "this program was built without pictures",
                    "install cairo (Debian: libcairo2-dev) and build again, or use --no-pictures");
}
Canvas::~Canvas() = default;
void Canvas::fill_box(double, double, double, double, Color) {}
void Canvas::outline_box(double, double, double, double, Color, double) {}
void Canvas::line(const std::vector<Point>&, Color, double, bool) {}
void Canvas::fill(const std::vector<Point>&, Color, double) {}
void Canvas::begin_clip(double, double, double, double) {}
void Canvas::end_clip() {}
void Canvas::text(const std::string&, Point, Align, const Font&) {}
void Canvas::text_upwards(const std::string&, Point, const Font&) {}
double Canvas::text_width(const std::string&, const Font&) {
  return 0;
}
void Canvas::write_png(const std::filesystem::path&) const {}

#endif
