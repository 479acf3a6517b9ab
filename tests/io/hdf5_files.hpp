// hdf5_files.hpp: files for the tests of io: a directory that is removed with its test, and datasets that the
// HDF5 library itself writes. Threads: one.
#pragma once

#include <gtest/gtest.h>
#include <hdf5.h>
#include <unistd.h>
#include <bask/core/error.hpp>
#include <bask/io/codec.hpp>
#include <bask/io/hdf5_library.hpp>
#include <bask/io/hdf5_open_file.hpp>
#include <bask/io/hdf5_read.hpp>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <numeric>
#include <string>
#include <vector>

namespace bask::testing {

using Extents = std::vector<std::int64_t>;

class Hdf5Files : public ::testing::Test {
 protected:
  Hdf5Files() {
    std::string name = (std::filesystem::temp_directory_path() / "bask-io-XXXXXX").string();
    directory_ = ::mkdtemp(name.data());
  }
  ~Hdf5Files() override {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }
  std::string path(const std::string& name) const { return (directory_ / name).string(); }
  void write_text(const std::string& name, const std::string& text) const {
    std::ofstream(path(name)) << text;
  }

  std::filesystem::path directory_;
};

/// The properties of a dataset in a test file.
struct Written {
  std::string name = "x";
  hid_t type = H5T_NATIVE_INT32;
  std::vector<hsize_t> shape = {};
  std::vector<hsize_t> chunk = {};  // empty: contiguous
  std::function<void(hid_t creation_list)> more = [](hid_t) {};
};

/// Writes `data`, of type `memory_type`, with the library itself; no data when null.
inline void write_with_hdf5(const std::string& path, const Written& written, hid_t memory_type,
                            const void* data) {
  const Hdf5Lock lock;
  close_for_reading(path);
  const Hdf5Id file(std::filesystem::exists(path)
                        ? H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT)
                        : H5Fcreate(path.c_str(), H5F_ACC_EXCL, H5P_DEFAULT, H5P_DEFAULT));
  const Hdf5Id list(H5Pcreate(H5P_DATASET_CREATE));
  const Hdf5Id space(H5Screate_simple(static_cast<int>(written.shape.size()), written.shape.data(), nullptr));
  if (!written.chunk.empty())
    H5Pset_chunk(list.get(), static_cast<int>(written.chunk.size()), written.chunk.data());
  written.more(list.get());
  const Hdf5Id dataset(H5Dcreate2(file.get(), written.name.c_str(), written.type, space.get(), H5P_DEFAULT,
                                  list.get(), H5P_DEFAULT));
  ASSERT_TRUE(dataset) << hdf5_error_text();
  if (data == nullptr) return;
  ASSERT_GE(H5Dwrite(dataset.get(), memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data), 0)
      << hdf5_error_text();
}

inline std::int64_t product(const Extents& extent) {
  return std::accumulate(extent.begin(), extent.end(), std::int64_t{1}, std::multiplies<>());
}

/// A box of an array in C order, element by element.
template <class T>
std::vector<T> box_of(const std::vector<T>& all, const Extents& shape, const Extents& start,
                      const Extents& extent) {
  std::vector<T> box;
  for (std::int64_t i = 0; i < product(extent); ++i) {
    std::int64_t rest = i, at = 0, stride = 1;
    for (std::size_t a = shape.size(); a-- > 0;) {
      at += (start[a] + rest % extent[a]) * stride;
      rest /= extent[a];
      stride *= shape[a];
    }
    box.push_back(all[static_cast<std::size_t>(at)]);
  }
  return box;
}

template <class T>
std::vector<T> read_box(const Hdf5Dataset& dataset, const Extents& start, const Extents& extent,
                        Hdf5Decoding decoding = Hdf5Decoding::kNone) {
  std::vector<T> values(static_cast<std::size_t>(product(extent)));
  read_hdf5(dataset, start, extent, dtype_of<T>(), decoding, values.data());
  return values;
}
template <class T>
std::vector<T> read_all(const Hdf5Dataset& dataset, Hdf5Decoding decoding = Hdf5Decoding::kNone) {
  return read_box<T>(dataset, Extents(dataset.shape.size(), 0), dataset.shape, decoding);
}

inline std::string message_of(const std::function<void()>& act) {
  try {
    act();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace bask::testing

/// Checks that `act` throws an Error whose message contains the text.
#define EXPECT_REFUSED(act, text)                                                    \
  EXPECT_NE(::bask::testing::message_of([&] { act; }).find(text), std::string::npos) \
      << ::bask::testing::message_of([&] { act; })
