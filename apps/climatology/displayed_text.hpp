// displayed_text.hpp: text from files, made fit for drawing.
// Runs on: rank 0. Threads: any.
#pragma once

#include <string>
#include <string_view>

/// Valid UTF-8 in one line: bytes that are not valid UTF-8 are taken as Latin-1, and control characters
/// become spaces. Needed because titles and units come out of files, and drawing libraries refuse other text.
std::string displayed_text(std::string_view words);
/// The text without its last character; `valid` must be valid UTF-8.
std::string_view without_last_character(std::string_view valid);
