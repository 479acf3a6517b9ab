// color_map.hpp: numbers as colours, from dark blue over green to yellow; equal steps look equal.
// Runs on: rank 0. Threads: any.
#pragma once

#include <cstddef>

struct Color {
  double red, green, blue;  ///< sRGB, 0 to 1
};

/// The colour of `part`, from 0 to 1; other numbers have the colour of the nearer end. Lightness rises evenly
/// from dark to light, so that the order is visible without colours, too. Source: a path through Oklab
/// (Ottosson 2020), linear in lightness.
Color color_of(double part);

/// The colour of the k-th of several lines: neighbours differ in hue and in lightness.
Color line_color(std::size_t k);
