// made_text.hpp: a text with words as frequent as those of a language, always the same one.
// Runs on: rank 0; its files are written on every rank. Threads: one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace wordcount {

/// Part `part` of the text, in lines: `bytes` long, up to the end of a line. There are 65,535 words; the nth
/// most frequent one comes about as often as 1/n says (Zipf's law), in steps of powers of two.
std::string text_part(std::uint64_t part, std::uint64_t bytes);

/// Writes a text of about so many bytes; the part's number stands for the '*' of the path. Returns the files.
/// Throws: bask::Error when they cannot be written.
std::vector<std::string> make_text(const std::string& path, std::uint64_t bytes);

}  // namespace wordcount
