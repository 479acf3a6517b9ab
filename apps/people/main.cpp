// people: the lesson's bag of people: how many are over 30, by occupation, the ten most frequent ones.
//
//   people                                          makes 100,000 records in ten files, and reads them
//   people --make 1000000 --data 'p-*.json.gz'      more of them, compressed
//   mpirun -n 3 people 'people-*.json' --csv occupations.csv --hdf5 occupations.h5
//
// Prints: 70538 of 100000 people are over 30, in 40 occupations
//         then the ten most frequent occupations, how many of these people have them, and their mean age.
#include "person.hpp"
#include "settings.hpp"

#include <bask/bask.hpp>
#include <bask/core/utf8_text.hpp>
#include <bask/system/replaced_file.hpp>

#include <cinttypes>
#include <cstdio>
#include <map>
#include <results/hdf5_columns.hpp>

using namespace people;

namespace {

struct Ages {
  std::int64_t sum = 0, count = 0;
};
Ages with(Ages ages, const Worker& worker) {
  return {ages.sum + worker.age, ages.count + 1};
}
Ages both(Ages a, const Ages& b) {
  return {a.sum + b.sum, a.count + b.count};
}

struct Occupation {
  std::string occupation;
  std::int64_t people = 0;
  double mean_age = 0;
  static constexpr auto fields = bask::fields("occupation", &Occupation::occupation, "people",
                                              &Occupation::people, "mean_age", &Occupation::mean_age);
};

using Counts = std::vector<std::pair<std::string, std::int64_t>>;

std::vector<Occupation> rows_of(const Counts& counts, const std::map<std::string, Ages>& ages) {
  std::vector<Occupation> rows;
  for (const auto& [occupation, people] : counts) {
    const Ages& of = ages.at(occupation);
    rows.push_back({occupation, people, static_cast<double>(of.sum) / static_cast<double>(of.count)});
  }
  return rows;
}

void print(const std::vector<Occupation>& rows) {
  std::size_t width = 0;
  for (const Occupation& row : rows)
    width = std::max(width, bask::columns_of(bask::printable(row.occupation)));
  for (const Occupation& row : rows) {
    std::printf("%s  %8" PRId64 "   mean age %.2f\n",
                bask::padded(bask::printable(row.occupation), width).c_str(), row.people, row.mean_age);
  }
}

}  // namespace

int main(int argc, char** argv) {
  return bask::run(argc, argv, [&](bask::Client&) {
    const auto settings = read_settings(argc, argv);
    if (!settings) return 0;
    for (const std::string& path : {settings->csv, settings->hdf5}) {
      if (!path.empty())
        bask::ReplacedFile("people", path);  // throws now for one that cannot be written later
    }
    // 1. The files, or records that are made now, a file for each partition.
    std::vector<std::string> files = settings->files;
    if (files.empty()) {
      files = bask::bag::range(settings->records, {.partitions = settings->partitions})
                  .map<make_person>(settings->seed)
                  .to_json(settings->made);
    }
    // 2. What is to be known of them. Nothing is read yet.
    const auto all = bask::bag::read_json<Worker>(files);
    const auto chosen =
        all.filter([](const Worker& worker, int age) { return worker.age > age; }, settings->over);
    const auto by_occupation = chosen.pluck<&Worker::occupation>().frequencies({.sort = true});
    const auto ages = chosen.foldby<&Worker::occupation, with, both>(Ages());
    // 3. Read the files once and compute all of it.
    const auto [people, over, counts, top, ages_of] =
        bask::compute(all.count(), chosen.count(), by_occupation, by_occupation.topk<1>(settings->top), ages);
    // 4. The results.
    const std::map<std::string, Ages> each(ages_of.begin(), ages_of.end());
    std::printf("%" PRId64 " of %" PRId64 " people are over %d, in %zu occupations\n", over, people,
                settings->over, counts.size());
    print(rows_of(top, each));
    if (!settings->csv.empty()) bask::write_csv_part(settings->csv, rows_of(counts, each));
    if (!settings->hdf5.empty()) results::write_hdf5("people", settings->hdf5, rows_of(counts, each));
    return 0;
  });
}
