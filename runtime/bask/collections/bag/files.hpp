// files.hpp: bags of the lines and records of files, and files of bags.
// Runs on: rank 0; files are read and written on the ranks of the tasks. Threads: any.
#pragma once

#include <bask/collections/bag/feeds.hpp>
#include <bask/collections/bag/partition_operations.hpp>
#include <bask/text/csv_lines.hpp>
#include <bask/text/json_lines.hpp>
#include <bask/text/lines.hpp>
#include <bask/text/write_parts.hpp>

#include <string>
#include <vector>

namespace bask {

namespace bags {

/// A bag with a partition for each stretch, which tasks read by `feed`; it takes the stretches, and then
/// `values`.
PassPtr pass_of_stretches(const std::vector<TextStretch>& stretches, const std::string& name, KernelId feed,
                          std::vector<TaskRef> values);
inline const TextStretch& stretch_of(FeedRequest& request) {
  return request.values.next<std::vector<TextStretch>>()[request.task];
}

void feed_lines(FeedRequest& request);

template <class T>
void feed_json(FeedRequest& request) {
  const TextStretch& stretch = stretch_of(request);
  JsonLines lines(stretch, {.errors = static_cast<Errors>(request.values.next<std::uint8_t>())});
  Sender<T> sender(request.first);
  for (T record{}; lines.next(&record, kJsonRecord<T>); record = T()) {
    if (!sender.add([&] { return std::move(record); })) break;
  }
  sender.end();
}

template <class T>
void feed_csv(FeedRequest& request) {
  const TextStretch& stretch = stretch_of(request);
  CsvOptions options;
  options.errors = static_cast<Errors>(request.values.next<std::uint8_t>());
  options.delimiter = request.values.next<char>();
  CsvLines lines(stretch, options, {kCsvColumns<T>, [](void* record) { *static_cast<T*>(record) = T(); }});
  Sender<T> sender(request.first);
  for (T record{}; lines.next(&record); record = T()) {
    if (!sender.add([&] { return std::move(record); })) break;
  }
  sender.end();
}

/// Writes a partition to the file of its number; returns the file's name.
template <class T, auto Write>
struct WritePartition {
  static void run(KernelCall& call) {
    StepValues values(call.inputs);
    const auto& path = values.next<std::string>();
    const auto parts = values.next<std::uint64_t>();
    std::uint64_t part;
    std::memcpy(&part, call.arguments, sizeof(part));
    const std::string name = part_path(path, part, parts);
    Write(name, values.rest()[0].value->template get<std::vector<T>>());
    call.result.emplace<std::string>(name);
  }
  static inline const KernelId kernel = KernelRegistry::instance().add(
      "bag-write", typeid(WritePartition).name(), &run, &value_type_of<std::string>);
};

template <auto Write, class T>
std::vector<std::string> write_partitions(const Bag<T>& bag, const std::string& path, const char* name) {
  const Partitions read = bag.partitions();
  const std::uint64_t parts = read.size();
  for (std::uint64_t part = 0; part < parts; part += std::max<std::uint64_t>(parts - 1, 1))
    part_path(path, part, parts, name);  // throws now for a path that does not fit
  const Step step{WritePartition<T, Write>::kernel, {delayed(path).ref(), delayed(parts).ref()}};
  const Partitions names = add_tasks(name, step, {.sources = {read}, .tasks = read.size()});
  std::vector<Delayed<std::string>> each;
  for (const TaskRef& ref : names.refs()) each.emplace_back(ref);
  return compute(each);
}

inline void write_text(const std::string& name, const std::vector<std::string>& lines) {
  write_text_part(name, lines);
}
template <class T>
void write_json(const std::string& name, const std::vector<T>& records) {
  write_json_part(name, records);
}
template <class T>
void write_csv_records(const std::string& name, const std::vector<T>& records) {
  write_csv_part(name, records);
}

}  // namespace bags

struct ReadTextOptions {
  std::uint64_t blocksize = 64u << 20;  ///< bytes of a partition, up to a line end; 0: a partition each file
  TextCompression compression = TextCompression::kByEnding;
  bool keep_ends = false;  ///< lines keep their ends, as Dask's do
};
struct ReadJsonOptions {
  std::uint64_t blocksize = 64u << 20;
  TextCompression compression = TextCompression::kByEnding;
  Errors errors = Errors::kRaise;  ///< what becomes of records that cannot be read
};
struct ReadCsvOptions {
  std::uint64_t blocksize = 64u << 20;  ///< 0 where texts in quotes have line ends
  TextCompression compression = TextCompression::kByEnding;
  Errors errors = Errors::kRaise;
  char delimiter = ',';
};

namespace bag {

/// The lines of files: of a path, a pattern ("logs/*.txt"), or a list of these, in their order. Compressed
/// files (.gz, .zst) are a partition each, others are cut at line ends. Nothing but their sizes is looked at
/// before the tasks run. Throws: Error when no file matches, or one cannot be read.
template <class Paths>
Bag<std::string> read_text(const Paths& paths, const ReadTextOptions& options = {}) {
  const TextCut cut{options.blocksize, options.compression};
  return Bag<std::string>(bags::pass_of_stretches(text_stretches(paths, cut, "read_text"), "read_text",
                                                  bags::FeedKernel<bags::feed_lines>::kernel,
                                                  {delayed(options.keep_ends).ref()}));
}

/// Records of JSON, one in each line, as structures with named `fields` (core/fields.hpp), or as JsonDynamic.
/// Files: as read_text(). Tasks throw: Error with the file, line and column of a record that cannot be read.
template <JsonReadable T, class Paths>
Bag<T> read_json(const Paths& paths, const ReadJsonOptions& options = {}) {
  const TextCut cut{options.blocksize, options.compression};
  return Bag<T>(bags::pass_of_stretches(text_stretches(paths, cut, "read_json"), "read_json",
                                        bags::FeedKernel<bags::feed_json<T>>::kernel,
                                        {delayed(static_cast<std::uint8_t>(options.errors)).ref()}));
}

/// Records of CSV with a header, as structures with named `fields`. Files and errors: as read_json().
template <HasFields T, class Paths>
Bag<T> read_csv(const Paths& paths, const ReadCsvOptions& options = {}) {
  const TextCut cut{options.blocksize, options.compression};
  return Bag<T>(bags::pass_of_stretches(
      text_stretches(paths, cut, "read_csv"), "read_csv", bags::FeedKernel<bags::feed_csv<T>>::kernel,
      {delayed(static_cast<std::uint8_t>(options.errors)).ref(), delayed(options.delimiter).ref()}));
}

}  // namespace bag

template <class T>
std::vector<std::string> Bag<T>::to_text(const std::string& path) const {
  static_assert(std::is_same_v<T, std::string>, "bask: to_text writes strings: map the elements to these");
  return bags::write_partitions<bags::write_text>(*this, path, "to_text");
}
template <class T>
std::vector<std::string> Bag<T>::to_json(const std::string& path) const {
  static_assert(JsonWritable<T>, "bask: elements that are written as JSON need named `fields`");
  return bags::write_partitions<bags::write_json<T>>(*this, path, "to_json");
}
template <class T>
std::vector<std::string> Bag<T>::to_csv(const std::string& path) const {
  static_assert(HasFields<T>, "bask: elements that are written as CSV need named `fields`");
  return bags::write_partitions<bags::write_csv_records<T>>(*this, path, "to_csv");
}

}  // namespace bask
