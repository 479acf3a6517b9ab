#include "hdf5_files.hpp"

#include <bask/core/archive.hpp>
#include <bask/core/serialization.hpp>

#include <cmath>
#include <random>
#include <thread>

namespace bask {
namespace {

using namespace testing;
using Hdf5Read = Hdf5Files;

std::vector<int> numbers(std::int64_t count) {
  std::vector<int> all(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<int>(i * 7 % 1000);
  return all;
}

// Reads boxes of any place and size, and compares them with the elements that lie there.
void expect_any_box(const std::string& path, const Extents& shape, const std::vector<int>& all) {
  const Hdf5Dataset dataset = describe_hdf5(path, "x");
  EXPECT_EQ(dataset.shape, shape);
  std::mt19937 random(7);
  for (int trial = 0; trial < 20; ++trial) {
    Extents start, extent;
    for (const std::int64_t length : shape) {
      start.push_back(static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(length)));
      extent.push_back(
          1 + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(length - start.back())));
    }
    ASSERT_EQ(read_box<int>(dataset, start, extent), box_of(all, shape, start, extent));
    const auto wide = box_of(all, shape, start, extent);
    ASSERT_EQ(read_box<double>(dataset, start, extent), std::vector<double>(wide.begin(), wide.end()));
  }
  EXPECT_EQ(read_all<int>(dataset), all);
}

struct LayoutOfRead {
  const char* name;
  std::vector<hsize_t> chunk;
  std::function<void(hid_t)> more;
};

void filter(hid_t list, int id, std::vector<unsigned> client) {
  H5Pset_filter(list, id, H5Z_FLAG_OPTIONAL, client.size(), client.data());
}

TEST_F(Hdf5Read, GivesAnyBoxOfEveryLayoutAndFilter) {
  const Extents shape{13, 24, 31};
  const auto all = numbers(product(shape));
  const std::vector<hsize_t> chunk{5, 6, 9};
  const std::vector<LayoutOfRead> layouts{
      {"contiguous", {}, [](hid_t) {}},
      {"chunked", chunk, [](hid_t) {}},
      {"deflate", chunk, [](hid_t list) { H5Pset_deflate(list, 6); }},
      {"shuffled", chunk,
       [](hid_t list) { H5Pset_shuffle(list), H5Pset_deflate(list, 1), H5Pset_fletcher32(list); }},
      {"checked first", chunk, [](hid_t list) { H5Pset_fletcher32(list), H5Pset_deflate(list, 1); }},
      {"lzf", chunk,
       [](hid_t list) {
         filter(list, 32000, {4, 0x105, 5 * 6 * 9 * 4});
       }},
      {"zstd", chunk, [](hid_t list) { H5Pset_shuffle(list), filter(list, 32015, {3}); }},
      {"nbit", chunk, [](hid_t list) { H5Pset_nbit(list); }},  // through HDF5
      {"two codecs", chunk, [](hid_t list) { H5Pset_deflate(list, 1), filter(list, 32015, {3}); }},
      {"compact", {}, [](hid_t list) { H5Pset_layout(list, H5D_COMPACT); }},
      {"early", {}, [](hid_t list) { H5Pset_alloc_time(list, H5D_ALLOC_TIME_EARLY); }},
  };
  for (const auto& layout : layouts) {
    SCOPED_TRACE(layout.name);
    write_with_hdf5(path(layout.name), {.shape = {13, 24, 31}, .chunk = layout.chunk, .more = layout.more},
                    H5T_NATIVE_INT, all.data());
    expect_any_box(path(layout.name), shape, all);
  }
}

TEST_F(Hdf5Read, GivesChunksOfManyAndOfOtherFiles) {
  // So many small chunks that HDF5 reads them, under its lock; and a file that begins with a user block.
  const Extents shape{60, 50};
  const auto all = numbers(product(shape));
  write_with_hdf5(path("small"), {.shape = {60, 50}, .chunk = {2, 2}}, H5T_NATIVE_INT, all.data());
  expect_any_box(path("small"), shape, all);
  {
    const Hdf5Lock lock;
    const Hdf5Id creation(H5Pcreate(H5P_FILE_CREATE));
    H5Pset_userblock(creation.get(), 512);
    const Hdf5Id file(H5Fcreate(path("block").c_str(), H5F_ACC_EXCL, creation.get(), H5P_DEFAULT));
  }
  write_with_hdf5(path("block"), {.shape = {60, 50}, .chunk = {20, 20}}, H5T_NATIVE_INT, all.data());
  expect_any_box(path("block"), shape, all);
}

TEST_F(Hdf5Read, ReadsLongRunsAndNarrowColumnsOfLargeDatasets) {
  const Extents shape{400, 6000};
  const auto all = numbers(product(shape));
  write_with_hdf5(path("x"), {.shape = {400, 6000}}, H5T_NATIVE_INT, all.data());
  const Hdf5Dataset dataset = describe_hdf5(path("x"), "x");
  for (const Extents& extent : {Extents{400, 3}, Extents{399, 2000}, Extents{3, 6000}, Extents{2, 5000}}) {
    const Extents start{400 - extent[0], (6000 - extent[1]) / 2};
    ASSERT_EQ(read_box<int>(dataset, start, extent), box_of(all, shape, start, extent));
    const auto as_double = read_box<double>(dataset, start, extent);
    const auto expected = box_of(all, shape, start, extent);
    ASSERT_TRUE(std::equal(as_double.begin(), as_double.end(), expected.begin(), expected.end()));
  }
}

TEST_F(Hdf5Read, BringsOtherByteOrdersAndWidthsIntoThisMachines) {
  const std::vector<double> values{0, 1, 2, -3.5, 1024, -0.25};
  for (const hid_t type : {H5T_IEEE_F64BE, H5T_IEEE_F32BE, H5T_IEEE_F32LE}) {
    for (const bool is_chunked : {false, true}) {
      const std::string name = "f" + std::to_string(type) + (is_chunked ? "c" : "");
      write_with_hdf5(path(name),
                      {.type = type,
                       .shape = {6},
                       .chunk = is_chunked ? std::vector<hsize_t>{4} : std::vector<hsize_t>{}},
                      H5T_NATIVE_DOUBLE, values.data());
      EXPECT_EQ(read_all<double>(describe_hdf5(path(name), "x")), values);
    }
  }
  const std::vector<int> integers{0, 1, -2, 30000, -30000, 77};
  for (const hid_t type : {H5T_STD_I16BE, H5T_STD_I32BE, H5T_STD_I64BE, H5T_STD_I16LE}) {
    const std::string name = "i" + std::to_string(type);
    write_with_hdf5(path(name), {.type = type, .shape = {2, 3}}, H5T_NATIVE_INT, integers.data());
    EXPECT_EQ(read_all<std::int64_t>(describe_hdf5(path(name), "x")),
              std::vector<std::int64_t>(integers.begin(), integers.end()));
  }
}

TEST_F(Hdf5Read, GivesTheFillValueForChunksThatWereNeverWritten) {
  const int fill = -9;
  const auto set_fill = [&](hid_t list) { H5Pset_fill_value(list, H5T_NATIVE_INT, &fill); };
  write_with_hdf5(path("x"), {.type = H5T_STD_I32BE, .shape = {7, 7}, .chunk = {3, 3}, .more = set_fill}, 0,
                  nullptr);
  write_with_hdf5(path("x"), {.name = "y", .shape = {7, 7}, .more = set_fill}, 0, nullptr);
  EXPECT_EQ(read_all<int>(describe_hdf5(path("x"), "x")), std::vector<int>(49, -9));
  EXPECT_EQ(read_all<double>(describe_hdf5(path("x"), "x")), std::vector<double>(49, -9));
  EXPECT_EQ(read_all<int>(describe_hdf5(path("x"), "y")), std::vector<int>(49, -9));
}

TEST_F(Hdf5Read, DecodesMissingValuesAndScales) {
  const std::vector<short> packed{0, 10, -99, 20, -98, 30};
  write_with_hdf5(path("x"), {.type = H5T_STD_I16BE, .shape = {6}}, H5T_NATIVE_SHORT, packed.data());
  Hdf5Dataset dataset = describe_hdf5(path("x"), "x");
  EXPECT_FALSE(cf_decoding_of(dataset).is_used);
  dataset.attributes = {
      {"_FillValue", -99}, {"missing_value", -98}, {"scale_factor", 0.5}, {"add_offset", 100.0}};
  EXPECT_EQ(decoded_dtype(dataset), DType::kFloat64);
  const auto values = read_all<double>(dataset, Hdf5Decoding::kCf);
  EXPECT_EQ(values[1], 105);
  EXPECT_EQ(values[5], 115);
  EXPECT_TRUE(std::isnan(values[2]) && std::isnan(values[4]));
  EXPECT_EQ(read_all<short>(dataset), packed);
  EXPECT_REFUSED(read_all<short>(dataset, Hdf5Decoding::kCf),
                 "int16 cannot be decoded as int16; ask for float32");
}

TEST_F(Hdf5Read, ReadsAsOtherTypesOnlyWithoutLoss) {
  const auto all = numbers(6);
  write_with_hdf5(path("x"), {.shape = {6}}, H5T_NATIVE_INT, all.data());
  const Hdf5Dataset dataset = describe_hdf5(path("x"), "x");
  EXPECT_EQ(read_all<std::complex<double>>(dataset)[3], std::complex<double>(all[3]));
  EXPECT_REFUSED(read_all<float>(dataset), "int32 cannot be read as float32 without loss");
  EXPECT_REFUSED(read_box<int>(dataset, {3}, {4}),
                 "a box of shape (4,) from element (3,) on does not lie within its shape (6,)");
}

TEST_F(Hdf5Read, GoesToOtherRanksAsPlainData) {
  const auto all = numbers(60);
  write_with_hdf5(path("x"),
                  {.shape = {6, 10}, .chunk = {4, 4}, .more = [](hid_t list) { H5Pset_deflate(list, 1); }},
                  H5T_NATIVE_INT, all.data());
  ByteWriter writer;
  encode(writer, describe_hdf5(path("x"), "x"));
  ByteReader reader(writer.bytes());
  EXPECT_EQ(read_all<int>(decode<Hdf5Dataset>(reader)), all);
}

TEST_F(Hdf5Read, GivesTheSameToManyThreadsAtOnce) {
  const Extents shape{64, 64};
  const auto all = numbers(product(shape));
  write_with_hdf5(path("x"),
                  {.shape = {64, 64}, .chunk = {16, 16}, .more = [](hid_t list) { H5Pset_deflate(list, 1); }},
                  H5T_NATIVE_INT, all.data());
  const Hdf5Dataset dataset = describe_hdf5(path("x"), "x");
  std::vector<int> good(4);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < good.size(); ++t) {
    threads.emplace_back([&, t] {
      for (std::int64_t row = 0; row < 64; row += 8) {
        const Extents start{row, 0}, extent{8, 64};
        good[t] += read_box<int>(dataset, start, extent) == box_of(all, shape, start, extent) ? 1 : 0;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(good, std::vector<int>(4, 8));
}

TEST_F(Hdf5Read, KeepsAFewFilesOpenOfMany) {
  const int value = 3;
  std::vector<Hdf5Dataset> datasets;
  for (int i = 0; i < 80; ++i) {
    const std::string name = path("x" + std::to_string(i));
    write_with_hdf5(name, {.shape = {1}}, H5T_NATIVE_INT, &value);
    datasets.push_back(describe_hdf5(name, "x"));
  }
  for (const auto& dataset : datasets) EXPECT_EQ(read_all<int>(dataset), std::vector<int>{3});
  const auto entries = std::filesystem::directory_iterator("/proc/self/fd");
  const auto open = std::count_if(begin(entries), end(entries), [&](const auto& entry) {
    std::error_code ignored;
    return std::filesystem::read_symlink(entry, ignored).string().starts_with(directory_.string());
  });
  EXPECT_LE(open, 64);
}

}  // namespace
}  // namespace bask
