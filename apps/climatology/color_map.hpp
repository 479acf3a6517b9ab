// color_map.hpp: numbers as colours, so that equal steps look equal: dark blue over green to yellow.
// Runs on: rank 0. Threads: any.
#pragma once

#include <cstddef>

struct Color {
  double red, green, blue;  ///< sRGB, 0 to 1
};

/// The colour of `part`, 0 to 1; what lies outside is taken as the nearer end. Lightness rises evenly from
/// dark to light, so that the order shows without colours too. Source: a path through Oklab (Ottosson 2020),
/// whose lightness is a straight line.
Color color_of(double part);

/// The colour of the k-th of several lines: neighbours differ in hue and in lightness.
Color line_color(std::size_t k);
