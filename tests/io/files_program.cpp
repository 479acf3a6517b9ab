// files_program.cpp: files that several ranks write, for tests to run under mpirun: one file, and one for
// each rank; written beside other results, added to, moved, and given up.
//
//   mpirun -n 3 files_program          checks all of that
//   mpirun -n 3 files_program large    checks one file of more than a gigabyte
#include <bask/bask.hpp>
#include <bask/collections/array.hpp>
#include <bask/io/hdf5.hpp>

#include <stdlib.h>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace {

namespace fs = std::filesystem;
using bask::Array;

void expect(bool is_right, const char* what) {
  if (!is_right) throw std::runtime_error(std::string(what) + " is wrong");
}

// 0, 1, … in 60 x 50, in blocks of 16 x 20, which do not fit the file's chunks.
Array<double> numbers() {
  return bask::arange<double>(3000).reshape({60, 50}).rechunk({16, 20});
}

double refuse(double x) {
  if (x == 2500) throw std::domain_error("x is 2500");
  return x;
}

template <class E>
bool holds(const std::string& path, const std::string& name, const Array<E>& x) {
  return bask::from_hdf5<E>(path, name).compute() == x.compute();
}

void write_beside_other_results(const std::string& path, bask::Hdf5Output output) {
  const auto x = numbers();
  const bask::ToHdf5Options how{.chunks = bask::Shape{10, 15},
                                .compression = {bask::Codec::kDeflate, 1, true}};
  const auto stored =
      bask::to_hdf5_lazily(path, {{"x", x, how}, {"sums", x.sum(0)}}, {{"title", "numbers"}}, output);
  const auto [mean, written, largest] = bask::compute(x.mean(), stored, x.max());
  expect(mean.item() == 2999 / 2.0 && largest.item() == 2999 && written == path, "what is computed beside");
  expect(holds(path, "x", x) && holds(path, "sums", x.sum(0)), "the file");
}

void add_and_replace(const std::string& path, bask::Hdf5Output output) {
  const auto gaps = bask::where(numbers() == 9.0, std::nan(""), numbers());
  const bask::ToHdf5Options packed{.dtype = bask::DType::kInt16, .fill_value = -1.0};
  bask::to_hdf5(path, {{"packed", gaps, packed}}, {}, output);
  const auto missing = bask::isnan(bask::from_hdf5<double>(path, "packed"));
  expect(missing.compute() == bask::isnan(gaps).compute(), "what is packed");
  bask::to_hdf5(path, {{"x", numbers() + 1.0}}, {}, output);
  expect(holds(path, "x", numbers() + 1.0) && holds(path, "sums", numbers().sum(0)), "what is added to");
}

void give_up(const std::string& path, bask::Hdf5Output output) {
  bool is_refused = false;
  try {
    bask::to_hdf5(path, {{"x", numbers().map<refuse>()}}, {}, output);
  } catch (const bask::TaskError&) {
    is_refused = true;
  }
  expect(is_refused && holds(path, "x", numbers() + 1.0), "the file of a run that has failed");
}

void move_and_write_again(const std::string& path) {
  const auto output = bask::Hdf5Output::kFilePerRank;
  fs::rename(path, path + ".old");
  bask::to_hdf5(path, {{"x", numbers() * 2.0}}, {}, output);
  bask::to_hdf5(path, {{"x", numbers() * 3.0}}, {}, output);
  expect(holds(path + ".old", "x", numbers() + 1.0), "the file that was moved");
  expect(holds(path, "x", numbers() * 3.0), "the file that was written again");
}

void append(const std::string& path) {
  for (int i = 0; i < 2; ++i) {
    bask::to_hdf5(path, {{"x", numbers() + 3000.0 * i, {.append_axis = 0}}});
  }
  expect(holds(path, "x", bask::arange<double>(6000).reshape({120, 50})), "what is appended");
}

std::ptrdiff_t entries(const fs::path& directory) {
  return std::distance(fs::directory_iterator(directory), {});
}

void write_small_files(const fs::path& directory) {
  for (const auto output : {bask::Hdf5Output::kOneFile, bask::Hdf5Output::kFilePerRank}) {
    const std::string path = directory / (output == bask::Hdf5Output::kOneFile ? "one.h5" : "parts.h5");
    write_beside_other_results(path, output);
    add_and_replace(path, output);
    give_up(path, output);
  }
  move_and_write_again(directory / "parts.h5");
  append(directory / "growing.h5");
  // The one file, the growing one, that with parts, its old one, and their directory of parts.
  expect(entries(directory) == 5, "what lies beside the files");
}

void write_large_file(const fs::path& directory) {
  const auto row = bask::arange<std::int64_t>(0, 1 << 20, 1, 1 << 20) % std::int64_t{251};
  const auto x = bask::broadcast_to(row.astype<std::uint8_t>(), {1100, 1 << 20}).rechunk({20, 1 << 20});
  const std::string path = directory / "large.h5";
  const bask::ToHdf5Options how{.chunks = bask::Shape{20, 1 << 20},
                                .compression = {bask::Codec::kDeflate, 1, false}};
  bask::to_hdf5(path, {{"x", x, how}, {"y", x["::100, :"], {.append_axis = 0}}}, {},
                bask::Hdf5Output::kOneFile);
  const auto back = bask::from_hdf5<std::uint8_t>(path, "x");
  expect(bask::all(back["::99, :"] == x["::99, :"]).compute().item(), "the large file");
  expect(holds(path, "y", x["::100, :"]), "the small dataset beside");
  expect(entries(directory) == 1, "what lies beside the file");
}

}  // namespace

int main(int argc, char** argv) {
  return bask::run(argc, argv, [&](bask::Client&) {
    std::string name = (fs::temp_directory_path() / "bask-files-XXXXXX").string();
    const fs::path directory = ::mkdtemp(name.data());
    (argc > 1 ? write_large_file : write_small_files)(directory);
    fs::remove_all(directory);
    std::puts("all is right");
  });
}
