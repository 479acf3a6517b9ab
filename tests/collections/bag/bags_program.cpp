// bags_program.cpp: bag programs for tests to run under mpirun: prints a hash of the bytes of each result,
// which must not depend on ranks, threads or the scheduler.
//
//   mpirun -n 4 bags_program        prints "frequencies 8d0c0ff4e3a04ba1" and so on, a line for each
#include <bask/bask.hpp>

#include <cmath>
#include <cstdio>
#include <string>

namespace {

template <class T>
void print(const char* name, const T& result) {
  bask::ByteWriter bytes;
  bask::encode(bytes, result);
  std::printf("%s %s\n", name, bask::to_hex(bask::hash_bytes(bytes.bytes())).c_str());
}

double root(std::int64_t x) {
  return std::sqrt(static_cast<double>(x) + 0.1);
}
std::string word(std::int64_t x) {
  return "word" + std::to_string(x * x % 331);
}
std::vector<std::string> twice(const std::string& text) {
  return {text, text + "s"};
}

void numbers() {
  const auto x = bask::bag::range(30000, {.partitions = 23}).map<root>();
  const auto [sum, mean, variance, most] = bask::compute(x.sum(), x.mean(), x.var(), x.topk(9));
  print("sum", sum);
  print("mean", mean);
  print("var", variance);
  print("topk", most);
  print("fold", x.fold([](double a, double b) { return a * 0.5 + b; }).compute());
  print("accumulate", x.accumulate([](double a, double b) { return a / 3 + b; }).compute());
  print("random_sample", x.random_sample(0.1, 5).compute());
  print("to_array", x.filter([](double v) { return v > 100; }).to_array().sum().compute().item());
}

void words() {
  const auto all = bask::bag::range(20000, {.partitions = 31}).map<word>().map<twice>().flatten();
  const auto kept = all.remove([](const std::string& text) { return text.size() > 7; }).persist();
  print("words", kept.compute());
  print("frequencies", kept.frequencies().compute());
  print("sorted", kept.frequencies({.sort = true}).compute());
  print("distinct", kept.distinct().compute());
  print("foldby", kept.foldby([](const std::string& text) { return text.size(); },
                              [](std::int64_t n, const std::string&) { return n + 1; }, 0, std::plus<>())
                      .compute());
  print("groupby", kept.groupby([](const std::string& text) { return text.size(); }).compute());
  print("join", kept.join(
                        kept.distinct(), [](const std::string& text) { return text; },
                        [](const std::string& text) { return text; })
                    .compute());
  print("repartition", kept.repartition({.partitions = 5})
                           .map_partitions([](std::vector<std::string> part) {
                             return std::vector<std::string>(part.rbegin(), part.rend());
                           })
                           .compute());
  const auto ends = bask::bag::from_sequence({std::string("a"), std::string("b")}, {.partitions = 2});
  print("product", kept.product(ends).count().compute());
  print("zip", bask::bag::zip(kept, kept.map([](const std::string& text) { return text.size(); })).compute());
  print("take", kept.take(1000, {.npartitions = 3}));
}

}  // namespace

int main(int argc, char** argv) {
  return bask::run(argc, argv, [](bask::Client&) {
    numbers();
    words();
  });
}
