// draws.hpp: random axes, shapes and indices for cases. Threads: one.
#pragma once

#include "cases.hpp"

namespace bask::numpy_cases {

std::string number(std::int64_t x);
/// An axis, counted from either end.
std::int64_t axis_of(Round& round, const Shape& shape);
/// Some of the axes, each at most once, some counted from the end.
std::vector<std::int64_t> some_axes(Round& round, std::size_t axes);
/// Another shape with as many elements.
Shape other_shape(Round& round, std::int64_t count);
/// "2:-1:3", within and beyond the axis, parts left out.
std::string slice_text(Round& round, std::int64_t extent);
/// "1, ..., np.newaxis, ::2": an index for each axis, an ellipsis for some, newaxis in between.
std::string index_text(Round& round, const Shape& shape);
/// The same text as Bask reads it: without "np.".
std::string without_module(std::string text);

}  // namespace bask::numpy_cases
