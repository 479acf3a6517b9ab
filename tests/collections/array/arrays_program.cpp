// arrays_program.cpp: array programs for tests to run under mpirun: prints a hash of all bytes of each
// result, which must not depend on ranks, threads or the scheduler.
//
//   mpirun -n 4 arrays_program        prints "mean 8d0c0ff4e3a04ba1" and so on, a line for each
#include <bask/bask.hpp>
#include <bask/collections/array.hpp>
#include <bask/collections/array/blockwise.hpp>
#include <bask/io/hdf5.hpp>

#include <stdlib.h>
#include <cstdio>
#include <filesystem>
#include <string>

namespace {

template <class E>
void print(const std::string& name, const bask::NdArray<E>& result) {
  std::uint64_t hash = 0xcbf29ce484222325u;  // FNV-1a
  const auto take = [&](const void* data, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i)
      hash = (hash ^ static_cast<const unsigned char*>(data)[i]) * 0x100000001b3u;
  };
  take(result.shape().data(), result.shape().size_bytes());
  take(result.data(), result.size() * sizeof(E));
  std::printf("%s %016llx\n", name.c_str(), static_cast<unsigned long long>(hash));
}

template <class... Es>
void compute_and_print(const std::string& names, const bask::Array<Es>&... arrays) {
  const auto results = bask::compute(std::tuple(arrays...));
  int k = 0;
  std::apply([&](const auto&... each) { (print(names + "." + std::to_string(k++), each), ...); }, results);
}

bask::NdArray<double> squares(bask::NdView<const double> x) {
  bask::NdArray<double> result(bask::Shape(x.shape.begin(), x.shape.end()));
  for (std::size_t i = 0; i < result.size(); ++i) result[i] = x.data[i] * x.data[i];
  return result;
}

std::vector<std::int64_t> months(std::int64_t count) {
  std::vector<std::int64_t> labels;
  for (std::int64_t k = 0; k < count; ++k) labels.push_back(k % 12 + 1);
  return labels;
}

// Writes and reads one file, and a file per rank.
void write_and_read(const bask::Array<double>& x) {
  std::string name = (std::filesystem::temp_directory_path() / "bask-arrays-XXXXXX").string();
  const std::filesystem::path directory = ::mkdtemp(name.data());
  for (const auto output : {bask::Hdf5Output::kOneFile, bask::Hdf5Output::kFilePerRank}) {
    const std::string path = directory / "x.h5";
    bask::to_hdf5(path,
                  {{"x", x, {.chunks = bask::Shape{20, 40}, .compression = {bask::Codec::kDeflate, 1, true}}},
                   {"sum", x.sum(0)}},
                  {}, output);
    compute_and_print("files", bask::from_hdf5<double>(path, "x"), bask::from_hdf5<double>(path, "sum"));
  }
  std::filesystem::remove_all(directory);
}

void run_all() {
  auto rng = bask::random::default_rng(7);
  const auto x = rng.normal(3, 2, {240, 150}, {50, 40}), y = rng.random({150, 240}, {33, 100});
  compute_and_print("random", x, y, rng.poisson(20, {500}, 90), rng.integers(-5, 1000, {500}, 70),
                    rng.exponential(2, {300}, 64));
  compute_and_print("elementwise", x + y.T(), sqrt(x * x + 1.0), exp(-x) / (1.0 + y.T()));
  compute_and_print("reductions", x.mean(), x.mean(0), x.std(1), x.var(), x.sum({0, 1}), x.prod(1), x.min(0),
                    x.max());
  compute_and_print("normed", (x - x.mean(0)) / x.std(0), ((x - x.mean()) / x.std()).sum());
  compute_and_print("order", x.T()["::-2, 3:200"], x.reshape({-1, 100}), x.rechunk({240, 7}), roll(x, 11, 1));
  compute_and_print("cumulative", x.cumsum(0), x.cumsum(1), y.cumprod(0));
  compute_and_print("places", x.argmax(), x.argmin(1), x.argmax(0));
  compute_and_print("products", matmul(x, y), dot(y, x.astype<float>()), tensordot(x, x, {0, 1}, {0, 1}));
  const auto by_month = groupby(x, months(240), 0);
  compute_and_print("groups", by_month.mean(), by_month.std(), by_month.sum(), by_month.max());
  compute_and_print("picked", x.take({239, 0, 100, 100, 7}, 0), x[x > 5.0], x[x > 5.0] - x[x > 5.0].mean());
  compute_and_print("joined", bask::concatenate<double>({x, y.T()}, 1),
                    bask::stack<double>({x, y.T()}).sum(0), pad(x, {{3, 5}}, bask::PadMode::kReflect));
  compute_and_print("blocks", bask::map_blocks<squares>(x).sum(0));
  write_and_read(x);
  const auto kept = (x * 2.0).persist();
  compute_and_print("persisted", kept.sum(1), kept["::7"]);
}

}  // namespace

int main(int argc, char** argv) {
  return bask::run(argc, argv, [](bask::Client&) { run_all(); });
}
