// wordcount: how often each word comes in texts.
//
//   wordcount                                            makes a text and counts its words, a thread per core
//   wordcount 'books/*.txt' letters.txt.gz --top 20      of these files
//   mpirun -n 3 wordcount 'books/*.txt' --csv words.csv --hdf5 words.h5
//
// Prints: 3634505 words, 65513 different ones, in 1 file (16 MiB)
//         then the most frequent words and their counts; all of them are in words.csv and words.h5.
#include "made_text.hpp"
#include "settings.hpp"
#include "word_table.hpp"

#include <bask/bask.hpp>
#include <bask/core/units.hpp>
#include <bask/core/utf8_text.hpp>
#include <bask/system/replaced_file.hpp>

#include <cinttypes>
#include <cstdio>
#include <results/hdf5_columns.hpp>

using namespace wordcount;

namespace {

WordTable words_of(const bask::TextStretch& stretch) {
  WordTable table;
  bask::LineBlocks blocks(stretch, "wordcount");
  for (std::string_view lines = blocks.next(); !lines.empty(); lines = blocks.next()) table.count(lines);
  return table;
}

WordTable joined(WordTable so_far, const WordTable& more) {
  so_far.add(more);
  return so_far;
}

void print(const WordTable& table, const std::vector<WordCount>& words,
           const std::vector<bask::TextStretch>& stretches, std::uint64_t top) {
  std::uint64_t files = 0, bytes = 0;
  for (const bask::TextStretch& stretch : stretches) {
    files += stretch.begin_bytes == 0;
    bytes += stretch.end_bytes - stretch.begin_bytes;
  }
  std::printf("%" PRId64 " words, %zu different ones, in %" PRIu64 " file%s (%s)\n", table.words(),
              table.size(), files, files == 1 ? "" : "s", bask::format_size(bytes).c_str());
  std::size_t width = 0;
  top = std::min<std::uint64_t>(top, words.size());
  for (std::size_t i = 0; i < top; ++i)
    width = std::max(width, bask::columns_of(bask::printable(words[i].word)));
  for (std::size_t i = 0; i < top; ++i)
    std::printf("%s  %" PRId64 "\n", bask::padded(bask::printable(words[i].word), width).c_str(),
                words[i].count);
}

}  // namespace

int main(int argc, char** argv) {
  return bask::run(argc, argv, [&](bask::Client&) {
    const auto settings = read_settings(argc, argv);
    if (!settings) return 0;
    for (const std::string& path : {settings->csv, settings->hdf5}) {
      if (!path.empty())
        bask::ReplacedFile("wordcount", path);  // throws now for one that cannot be written later
    }
    // 1. The files, or a text that is made now.
    const std::vector<std::string> files =
        settings->files.empty() ? make_text(settings->made, settings->made_bytes) : settings->files;
    // 2. A task counts the words of each stretch of a file; tables are joined in a tree.
    const auto stretches = bask::text_stretches(files, {.blocksize = settings->block_bytes}, "wordcount");
    const WordTable table =
        bask::bag::from_sequence(stretches, {.partition_size = 1}).map<words_of>().fold<joined>().compute();
    // 3. The results.
    const std::vector<WordCount> words = table.most_frequent(settings->least_characters);
    print(table, words, stretches, settings->top);
    if (!settings->csv.empty()) bask::write_csv_part(settings->csv, words);
    if (!settings->hdf5.empty()) results::write_hdf5("wordcount", settings->hdf5, words);
    return 0;
  });
}
