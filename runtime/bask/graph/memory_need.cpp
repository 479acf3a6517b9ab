#include <fmt/format.h>
#include <bask/core/units.hpp>
#include <bask/graph/memory_need.hpp>

#include <algorithm>
#include <array>
#include <numeric>

namespace bask {
namespace {

std::string number_in_words(std::size_t number) {
  constexpr std::array kWords{"no",  "an",    "two",   "three", "four", "five",
                              "six", "seven", "eight", "nine",  "ten"};
  return number < kWords.size() ? kWords[number] : std::to_string(number);
}

std::string inputs_text(const std::vector<std::uint64_t>& inputs, std::uint64_t sum) {
  const std::string first = format_size(inputs.front());
  const bool are_equal = std::all_of(inputs.begin(), inputs.end(),
                                     [&](std::uint64_t bytes) { return format_size(bytes) == first; });
  return fmt::format("{} input{} of {}{}", number_in_words(inputs.size()), inputs.size() == 1 ? "" : "s",
                     are_equal ? first : format_size(sum), are_equal ? "" : " together");
}

std::string made_text(const MemoryNeed& need) {
  if (need.is_annotated) return format_size(need.made) + " by its annotation";
  std::string text = (need.is_chain ? "results of " : "a result of ") + format_size(need.made - need.scratch);
  if (need.scratch > need.total() / 100) text += ", " + format_size(need.scratch) + " scratch";
  return text;
}

}  // namespace

std::uint64_t MemoryNeed::of_inputs() const {
  return std::accumulate(inputs.begin(), inputs.end(), std::uint64_t{0});
}

std::string MemoryNeed::text() const {
  const std::string read = inputs.empty() ? "" : inputs_text(inputs, of_inputs());
  const std::string written = made == 0 ? "" : made_text(*this);
  return fmt::format("{} ({}{}{})", format_size(total()), read, read.empty() || written.empty() ? "" : ", ",
                     written);
}

std::string MemoryRoom::text() const {
  std::string text = fmt::format("{} may use {}", rank, format_size(limit));
  if (constants > limit / 100)
    text += fmt::format(", of which the program's constants take {}", format_size(constants));
  return text;
}

Error memory_refusal(const std::string& layer, std::string_view task, const MemoryNeed& need,
                     const MemoryRoom& room, std::string fix) {
  return {layer, fmt::format("{} needs {}, and {}", task, need.text(), room.text()), std::move(fix)};
}

Error results_refusal(std::uint64_t bytes, const MemoryRoom& room) {
  return {"memory limit",
          fmt::format("the results that were asked for have {} together, and {} may use {}",
                      format_size(bytes), room.rank, format_size(room.limit)),
          "persist them, write them to files, or compute in parts; or raise --bask-memory-limit"};
}

}  // namespace bask
