#include "made_text.hpp"

#include <bask/bask.hpp>

#include <bit>
#include <random>

namespace wordcount {
namespace {

constexpr std::uint64_t kPartBytes = 16u << 20, kSeed = 20'26;
constexpr std::size_t kLineBytes = 72;

// Each number has a word of its own, and small numbers have short ones.
void append_word(std::string& text, std::uint64_t number) {
  constexpr std::string_view kFirst = "tnsrhldcmfpgwybvkxjz", kSecond = "eaoiu";
  do {
    text += kFirst[number % 20];
    number /= 20;
    text += kSecond[number % 5];
    number /= 5;
  } while (number-- != 0);
}

// The kth of sixteen steps has 2^k words.
std::uint64_t draw_word(std::mt19937_64& random) {
  const std::uint64_t bits = random(), first = std::uint64_t{1} << (bits % 16);
  return first - 1 + ((bits >> 4) & (first - 1));
}

}  // namespace

std::string text_part(std::uint64_t part, std::uint64_t bytes) {
  std::seed_seq seed{kSeed, part};
  std::mt19937_64 random(seed);
  std::string text;
  text.reserve(bytes + 2 * kLineBytes);
  std::size_t line = 0;
  bool begins_sentence = true;
  while (text.size() < bytes) {
    const std::size_t begin = text.size();
    append_word(text, draw_word(random));
    if (begins_sentence) text[begin] = static_cast<char>(text[begin] - 'a' + 'A');
    const std::uint64_t mark = random() % 32;
    if (mark < 3) text += mark < 2 ? '.' : ',';
    begins_sentence = mark < 2;
    const bool ends_line = text.size() - line >= kLineBytes;
    text += ends_line ? '\n' : ' ';
    if (ends_line) line = text.size();
  }
  if (!text.empty()) text.back() = '\n';
  return text;
}

std::vector<std::string> make_text(const std::string& path, std::uint64_t bytes) {
  const std::uint64_t parts = std::max<std::uint64_t>(1, (bytes + kPartBytes - 1) / kPartBytes);
  bask::part_path(path, 0, parts, "wordcount --text");  // throws for one without '*', where there are more
  const auto write_part = [](std::int64_t part, const std::string& to, std::uint64_t all,
                             std::uint64_t count) {
    const auto number = static_cast<std::uint64_t>(part);
    const std::string name = bask::part_path(to, number, count);
    bask::PartFile file(name, bask::TextCompression::kByEnding, "wordcount");
    file.write(text_part(number, all * (number + 1) / count - all * number / count));
    file.finish();
    return name;
  };
  return bask::bag::range(parts, {.partition_size = 1}).map(write_part, path, bytes, parts).compute();
}

}  // namespace wordcount
