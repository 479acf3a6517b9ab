// displayed_text.hpp: words as they are drawn.
// Runs on: rank 0. Threads: any.
#pragma once

#include <string>
#include <string_view>

/// Valid UTF-8 in one line: bytes that are no UTF-8 are taken as Latin-1, control characters as spaces.
/// Drawing libraries refuse other text, and titles and units come out of files.
std::string displayed_text(std::string_view words);
/// Without its last character.
std::string_view without_last_character(std::string_view valid);
