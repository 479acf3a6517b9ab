// ex13_bag.cpp: a bag, a lazy list of anything: the most frequent words of a text, and a count for each key.
//
//   build/release/apps/ex13_bag
//   mpirun -n 3 build/release/apps/ex13_bag
//
// Prints: 17 long words; beware 2, that 2; by length 6:3 10:1 4:8 5:2 8:1 12:1 7:1
#include <bask/bask.hpp>

#include <cctype>
#include <cstdio>
#include <string>
#include <vector>

// 1. Functions of one element. A list of words for each line becomes a bag of words by flatten().
std::vector<std::string> words_of(const std::string& line) {
  std::vector<std::string> words(1);
  for (const char c : line) {
    if (std::isalpha(static_cast<unsigned char>(c))) {
      words.back() += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  return words;
}

std::size_t length(const std::string& word) {
  return word.size();
}

int main(int argc, char** argv) {
  return bask::run(argc, argv, [](bask::Client&) {
    const std::vector<std::string> text{
        "Beware the Jabberwock, my son!", "The jaws that bite, the claws that catch!",
        "Beware the Jubjub bird, and shun", "The frumious Bandersnatch!", "Come to my arms, my beamish boy!"};

    // 2. Partitions are the units of work. The chain is one pass over each; values follow the function.
    const auto words =
        bask::bag::from_sequence(text, {.partitions = 3})
            .map<words_of>()
            .flatten()
            .filter([](const std::string& word, std::size_t least) { return word.size() >= least; }, 4);

    // 3. Reduce: results of partitions are combined in a tree. Keys come in the order of the text.
    const auto top = words.frequencies().topk<1>(2);
    const auto by_length =
        words.foldby<length>([](int n, const std::string&) { return n + 1; }, 0, std::plus<>());

    // 4. Run everything at once.
    const auto [count, most, lengths] = bask::compute(words.count(), top, by_length);
    std::printf("%d long words", static_cast<int>(count));
    const char* separator = "; ";
    for (const auto& [word, times] : most) {
      std::printf("%s%s %d", separator, word.c_str(), static_cast<int>(times));
      separator = ", ";
    }
    std::printf("; by length");
    for (const auto& [letters, times] : lengths) std::printf(" %d:%d", static_cast<int>(letters), times);
    std::printf("\n");
  });
}
