#include "color_map.hpp"

#include <algorithm>
#include <cmath>

namespace {

constexpr double kPi = 3.14159265358979323846;

double to_srgb(double linear) {
  linear = std::clamp(linear, 0.0, 1.0);
  return linear <= 0.0031308 ? 12.92 * linear : 1.055 * std::pow(linear, 1 / 2.4) - 0.055;
}

Color from_oklch(double lightness, double chroma, double hue_degrees) {
  const double hue = hue_degrees * kPi / 180;
  const double a = chroma * std::cos(hue), b = chroma * std::sin(hue);
  const double l = std::pow(lightness + 0.3963377774 * a + 0.2158037573 * b, 3);
  const double m = std::pow(lightness - 0.1055613458 * a - 0.0638541728 * b, 3);
  const double s = std::pow(lightness - 0.0894841775 * a - 1.2914855480 * b, 3);
  return {to_srgb(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
          to_srgb(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
          to_srgb(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s)};
}

}  // namespace

Color color_of(double part) {
  const double t = std::clamp(part, 0.0, 1.0);
  // The sine keeps the colours within what screens can show: around teal that is little chroma.
  const double chroma = 0.13 + 0.03 * t - 0.06 * std::sin(kPi * t);
  return from_oklch(0.28 + 0.65 * t, chroma, 285 - 180 * t);  // violet blue, teal, green, yellow
}

Color line_color(std::size_t k) {
  const double step = static_cast<double>(k);
  return from_oklch(0.50 + 0.08 * static_cast<double>(k % 3), 0.13, std::fmod(255 + 155 * step, 360));
}
