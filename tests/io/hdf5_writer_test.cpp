#include "hdf5_files.hpp"

#include <sys/mount.h>
#include <bask/io/hdf5_writer.hpp>

#include <cmath>
#include <complex>
#include <numeric>
#include <thread>

namespace bask {
namespace {

using namespace testing;
using Hdf5WriterTest = Hdf5Files;

std::vector<double> rising(std::int64_t count) {
  std::vector<double> all(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<double>(i % 97) * 0.5;
  return all;
}

// Writes an array in blocks of this shape, which need not fit the chunks.
void write_in_blocks(Hdf5Writer& writer, std::size_t id, const Extents& shape, const Extents& block,
                     const std::vector<double>& all) {
  for (std::int64_t i = 0; i < shape[0]; i += block[0]) {
    for (std::int64_t j = 0; j < shape[1]; j += block[1]) {
      const Extents start{i, j}, extent{std::min(block[0], shape[0] - i), std::min(block[1], shape[1] - j)};
      const auto data = box_of(all, shape, start, extent);
      writer.write_block(id, start, extent, data.data());
    }
  }
}

TEST_F(Hdf5WriterTest, WritesBlocksThatFitChunksAndBlocksThatDoNot) {
  const Extents shape{23, 31};
  const auto all = rising(product(shape));
  const std::vector<Hdf5Compression> compressions{{},
                                                  {Codec::kDeflate, 4, true},
                                                  {Codec::kDeflate, 9, false},
                                                  {Codec::kLzf, 1, true},
                                                  {Codec::kZstd, 3, true}};
  int number = 0;
  for (const auto& compression : compressions) {
    if (compression.codec && !is_built_in(*compression.codec)) continue;
    for (const Extents& block : {Extents{10, 8}, Extents{20, 16}, Extents{7, 9}, Extents{23, 31}}) {
      const std::string name = path("x" + std::to_string(number++));
      Hdf5Writer writer(name);
      const auto id = writer.create_dataset(
          {.name = "x", .shape = shape, .chunk_shape = {10, 8}, .compression = compression});
      write_in_blocks(writer, id, shape, block, all);
      writer.finish();
      const Hdf5Dataset dataset = describe_hdf5(name, "x");
      EXPECT_EQ(read_all<double>(dataset), all) << number;
      std::vector<double> by_hdf5(all.size());
      const Hdf5Lock lock;
      const Hdf5Id file(H5Fopen(name.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT)),
          opened(H5Dopen2(file.get(), "x", H5P_DEFAULT));
      ASSERT_GE(H5Dread(opened.get(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, by_hdf5.data()), 0)
          << hdf5_error_text();
      EXPECT_EQ(by_hdf5, all);
    }
  }
}

TEST_F(Hdf5WriterTest, WritesContiguousScalarAndEmptyDatasets) {
  Hdf5Writer writer(path("x"));
  const auto all = rising(12);
  const std::complex<float> one(1, -2);
  const bool flags[3] = {true, false, true};
  writer.write_block(writer.create_dataset({.name = "a/b", .shape = {3, 4}}), Extents{0, 0}, Extents{3, 4},
                     all.data());
  writer.write_block(writer.create_dataset({.name = "s", .dtype = DType::kComplex64}), {}, {}, &one);
  writer.write_block(
      writer.create_dataset({.name = "f", .dtype = DType::kBool, .shape = {3}, .chunk_shape = {2}}),
      Extents{0}, Extents{3}, flags);
  writer.create_dataset({.name = "e", .shape = {0, 4}, .chunk_shape = {1, 4}});
  writer.finish();
  EXPECT_EQ(read_all<double>(describe_hdf5(path("x"), "a/b")), all);
  EXPECT_EQ(read_all<std::complex<float>>(describe_hdf5(path("x"), "s"))[0], one);
  const Hdf5Dataset boolean = describe_hdf5(path("x"), "f");
  EXPECT_EQ(boolean.dtype, DType::kBool);
  EXPECT_EQ(read_all<int>(boolean), (std::vector<int>{1, 0, 1}));
  EXPECT_EQ(describe_hdf5(path("x"), "e").shape, (Extents{0, 4}));
}

TEST_F(Hdf5WriterTest, KeepsNamesAttributesAndCoordinates) {
  Hdf5Writer writer(path("x"));
  writer.set_attributes({{"Conventions", "CF-1.8"}});
  const auto all = rising(6);
  writer.write_block(
      writer.create_dataset(
          {.name = "lat", .shape = {3}, .dimensions = {"lat"}, .attributes = {{"units", "degrees_north"}}}),
      Extents{0}, Extents{3}, all.data());
  writer.create_dataset({.name = "u",
                         .dtype = DType::kFloat32,
                         .shape = {3, 2},
                         .chunk_shape = {2, 2},
                         .fill_value = -1.0,
                         .dimensions = {"lat", "lon"},
                         .attributes = {{"units", "m s⁻¹"},
                                        {"_FillValue", -1.0, DType::kFloat32},
                                        {"range", std::vector<double>{0, 9}},
                                        {"levels", 4}}});
  writer.finish();
  const Hdf5Dataset u = describe_hdf5(path("x"), "u");
  EXPECT_EQ(u.dimensions, (std::vector<std::string>{"lat", "lon"}));
  EXPECT_EQ(u.coordinates, (std::vector<std::string>{"/lat", ""}));
  EXPECT_EQ(text_of(u.attributes, "units"), "m s⁻¹");
  EXPECT_EQ(numbers_of(u.attributes, "range"), (std::vector<double>{0, 9}));
  EXPECT_EQ(numbers_of(u.attributes, "levels"), std::vector<double>{4});
  EXPECT_EQ(find_attribute(u.attributes, "_FillValue")->dtype, DType::kFloat32);
  EXPECT_EQ(u.attributes.size(), 4U);
  EXPECT_EQ(read_all<float>(u), std::vector<float>(6, -1));
  EXPECT_TRUE(std::isnan(read_all<float>(u, Hdf5Decoding::kCf)[0]));
  EXPECT_EQ(describe_hdf5(path("x"), "lat").dimensions, std::vector<std::string>{"lat"});
}

TEST_F(Hdf5WriterTest, TakesBlocksFromManyThreads) {
  const Extents shape{64, 40};
  const auto all = rising(product(shape));
  Hdf5Writer writer(path("x"));
  const auto id = writer.create_dataset(
      {.name = "x", .shape = shape, .chunk_shape = {8, 40}, .compression = {Codec::kDeflate, 1, true}});
  std::vector<std::thread> threads;
  for (std::int64_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (std::int64_t row = t * 8; row < 64; row += 32) {
        writer.write_block(id, Extents{row, 0}, Extents{8, 40}, all.data() + row * 40);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  writer.finish();
  EXPECT_EQ(read_all<double>(describe_hdf5(path("x"), "x")), all);
}

TEST_F(Hdf5WriterTest, LeavesTheOldFileAndNothingElseWhenItDoesNotFinish) {
  write_text("x", "the old one");
  {
    Hdf5Writer writer(path("x"));
    writer.create_dataset({.name = "x", .shape = {3}});
  }
  std::string text;
  std::getline(std::ifstream(path("x")), text);
  EXPECT_EQ(text, "the old one");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory_), {}), 1);
}

TEST_F(Hdf5WriterTest, ReplacesAFileThatIsBeingRead) {
  for (const double value : {1.0, 2.0}) {
    Hdf5Writer writer(path("x"));
    writer.write_block(writer.create_dataset({.name = "x", .shape = {1}}), Extents{0}, Extents{1}, &value);
    writer.finish();
    EXPECT_EQ(read_all<double>(describe_hdf5(path("x"), "x")), std::vector<double>{value});
  }
}

TEST_F(Hdf5WriterTest, ShowsDatasetsOfManyFilesAsOne) {
  const auto all = rising(20);
  std::vector<Hdf5VirtualPart> parts;
  std::filesystem::create_directory(path("x.parts"));
  for (std::int64_t rank = 0; rank < 2; ++rank) {
    const std::string part = "x.parts/" + std::to_string(rank) + ".h5";
    Hdf5Writer writer(path(part));
    writer.write_block(writer.create_dataset({.name = "x", .shape = {2, 5}, .chunk_shape = {1, 5}}),
                       Extents{0, 0}, Extents{2, 5}, all.data() + rank * 10);
    writer.finish();
    parts.push_back({part, "/x", {rank * 2, 0}, {2, 5}});
  }
  Hdf5Writer writer(path("x.h5"));
  writer.create_virtual({.name = "x", .shape = {4, 5}, .attributes = {{"units", "m"}}}, parts);
  writer.finish();
  const Hdf5Dataset dataset = describe_hdf5(path("x.h5"), "x");
  EXPECT_EQ(dataset.layout, Hdf5Layout::kVirtual);
  EXPECT_EQ(read_all<double>(dataset), all);
  EXPECT_EQ(read_box<double>(dataset, {1, 1}, {2, 3}), box_of(all, {4, 5}, {1, 1}, {2, 3}));
  std::filesystem::remove(path("x.parts/1.h5"));
  EXPECT_REFUSED(describe_hdf5(path("x.h5"), "x"), path("x.parts/1.h5") + "'): there is no such file");
  EXPECT_REFUSED(read_all<double>(dataset), path("x.parts/1.h5"));
}

TEST_F(Hdf5WriterTest, RefusesWhatCannotBeWritten) {
  EXPECT_REFUSED(Hdf5Writer(path("no/x.h5")), "to_hdf5('" + path("no/x.h5") + "'): there is no directory '" +
                                                  path("no") + "'; create it first");
  Hdf5Writer writer(path("x"));
  writer.create_dataset({.name = "x", .shape = {3}, .dimensions = {"t"}});
  EXPECT_REFUSED(writer.create_dataset({.name = "x", .shape = {3}}),
                 "there is a dataset of that name already");
  EXPECT_REFUSED(writer.create_dataset({.name = "y", .shape = {3}, .chunk_shape = {2, 2}}),
                 "chunks of shape (2, 2) do not fit the shape (3,)");
  EXPECT_REFUSED(writer.create_dataset({.name = "y", .shape = {3}, .chunk_shape = {0}}),
                 "chunks of shape (0,) do not fit");
  EXPECT_REFUSED(writer.create_dataset({.name = "y", .shape = {3}, .compression = {Codec::kDeflate}}),
                 "without chunks cannot be compressed");
  EXPECT_REFUSED(writer.create_dataset(
                     {.name = "y", .shape = {3}, .chunk_shape = {3}, .compression = {Codec::kDeflate, 12}}),
                 "deflate has no level 12; use a level from 1 to 9");
  EXPECT_REFUSED(writer.create_dataset({.name = "y", .shape = {3}, .dimensions = {"a", "b"}}),
                 "2 names for 1 dimensions");
  const double value = 0;
  EXPECT_REFUSED(writer.write_block(0, Extents{2}, Extents{2}, &value),
                 "a block of shape (2,) from element (2,) on does not lie within its shape (3,)");
  writer.create_dataset({.name = "z", .shape = {4}, .dimensions = {"t"}});
  EXPECT_REFUSED(writer.finish(), "axis 0 has length 4, and '/t', its dimension, has the shape (3,)");
}

TEST_F(Hdf5WriterTest, WritesAttributesInTheTypeOfTheirDataset) {
  constexpr std::int64_t kLarge = (std::int64_t{1} << 53) + 1;  // no double equals it
  Hdf5Writer writer(path("x"));
  writer.create_dataset({.name = "short",
                         .dtype = DType::kInt16,
                         .shape = {2},
                         .chunk_shape = {2},
                         .attributes = {{"_FillValue", std::int64_t{-99}},
                                        {"missing_value", -99.0},
                                        {"valid_range", {0.0, 90.0}},
                                        {"flag_values", {1, 2, 3}},
                                        {"scale_factor", 0.5},
                                        {"names", {"a", "b"}}}});
  writer.create_dataset(
      {.name = "long", .dtype = DType::kInt64, .shape = {2}, .attributes = {{"_FillValue", kLarge}}});
  writer.create_dataset(
      {.name = "narrow", .dtype = DType::kFloat32, .shape = {2}, .attributes = {{"_FillValue", -999.9}}});
  writer.finish();
  const Hdf5Dataset narrow = describe_hdf5(path("x"), "narrow"), whole = describe_hdf5(path("x"), "short");
  for (const char* name : {"_FillValue", "missing_value", "valid_range", "flag_values"}) {
    EXPECT_EQ(find_attribute(whole.attributes, name)->dtype, DType::kInt16) << name;
  }
  EXPECT_EQ(numbers_of(whole.attributes, "valid_range"), (std::vector<double>{0, 90}));
  EXPECT_EQ(numbers_of(whole.attributes, "flag_values"), (std::vector<double>{1, 2, 3}));
  EXPECT_EQ(find_attribute(whole.attributes, "scale_factor")->dtype, DType::kFloat64);
  EXPECT_EQ(find_attribute(whole.attributes, "names")->texts, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(read_all<std::int16_t>(whole), (std::vector<std::int16_t>{-99, -99}));  // never written
  EXPECT_EQ(read_all<std::int64_t>(describe_hdf5(path("x"), "long"))[0], kLarge);
  EXPECT_EQ(find_attribute(narrow.attributes, "_FillValue")->numbers, std::vector<double>{-999.9F});
}

TEST_F(Hdf5WriterTest, RefusesAttributesThatNobodyCouldRead) {
  Hdf5Writer writer(path("x"));
  const auto message = [&](DType dtype, const Hdf5Attribute& attribute) {
    return message_of([&] {
      writer.create_dataset({.name = "x", .dtype = dtype, .shape = {1}, .attributes = {attribute}});
    });
  };
  const auto expect = [&](const std::string& said, const std::string& part) {
    EXPECT_NE(said.find(part), std::string::npos) << said;
    writer.dataset_for({.name = "y", .shape = {1}});  // nothing hinders this one
  };
  expect(message(DType::kInt16, {"_FillValue", 40000}),
         "to_hdf5('" + path("x") +
             "', '/x'): _FillValue is 40000, which int16 does not hold; give a number of the");
  expect(message(DType::kInt16, {"valid_range", {0.5, 1.0}}),
         "valid_range is 0.5, which int16 does not hold");
  expect(message(DType::kUInt8, {"missing_value", -1}), "missing_value is -1, which uint8 does not hold");
  expect(message(DType::kFloat32, {"_FillValue", 1e300}), "which float32 does not hold");
  expect(message(DType::kInt32, {"_FillValue", std::nan("")}), "which int32 does not hold");
  expect(message(DType::kInt32, {"_FillValue", "none"}), "the attribute '_FillValue' is no number");
  expect(message(DType::kInt32, {"_FillValue", {1, 2}}),
         "the attribute '_FillValue' has 2 numbers; give one");
  expect(message(DType::kBool, {"_FillValue", 1}), "a dataset of bool has no '_FillValue'");
  for (const char* name :
       {"DIMENSION_LIST", "REFERENCE_LIST", "CLASS", "NAME", "DIMENSION_LABELS", "_NCProperties",
        "_Netcdf4Dimid", "_Netcdf4Coordinates", "_nc3_strict", "_IsNetcdf4", "_SuperblockVersion"}) {
    const std::string expected =
        std::string("HDF5 and netCDF keep the attribute '") + name + "' to themselves";
    expect(message(DType::kInt32, {name, 1}), expected);
    EXPECT_REFUSED(writer.set_attributes({{name, "text"}}), expected);
  }
}

TEST_F(Hdf5WriterTest, RefusesNamesThatHdf5HasNot) {
  Hdf5Writer writer(path("x"));
  writer.create_dataset({.name = "u", .shape = {3}});
  writer.create_dataset({.name = "group/u", .shape = {3}});
  EXPECT_REFUSED(writer.create_dataset({.name = "u/v", .shape = {3}}),
                 "'/u' is no group, and holds no datasets");
  EXPECT_REFUSED(writer.create_dataset({.name = "group", .shape = {3}}),
                 "the file has something else of that name");
  for (const char* name : {"", "/", "a//b", "a/", "a/./b"}) {
    EXPECT_REFUSED(writer.create_dataset({.name = name, .shape = {3}}), "this is no name of a dataset");
  }
}

TEST_F(Hdf5WriterTest, SaysThatTheDiskIsFullAndLeavesTheOldFile) {
  std::filesystem::create_directory(path("small"));
  if (::mount("bask", path("small").c_str(), "tmpfs", 0, "size=256k") != 0)
    GTEST_SKIP() << "no tmpfs may be mounted";
  write_text("small/x.h5", "the old one");
  const std::vector<double> all(100000, 1.5);
  for (const bool is_chunked : {true, false}) {
    const auto write = [&] {
      Hdf5Writer writer(path("small/x.h5"));
      const auto id = writer.create_dataset(
          {.name = "x", .shape = {100000}, .chunk_shape = is_chunked ? Extents{1000} : Extents{}});
      writer.write_block(id, Extents{0}, Extents{100000}, all.data());
      writer.finish();
    };
    EXPECT_REFUSED(write(), "No space left on device");
    EXPECT_REFUSED(write(), "to_hdf5('" + path("small/x.h5"));
  }
  EXPECT_EQ(std::filesystem::file_size(path("small/x.h5")), 11U);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(path("small")), {}), 1);
  ::umount2(path("small").c_str(), MNT_DETACH);
}

}  // namespace
}  // namespace bask
