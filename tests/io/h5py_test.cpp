#include "hdf5_files.hpp"

#include <bask/io/hdf5_writer.hpp>

#include <sys/wait.h>
#include <complex>
#include <cstdlib>
#include <iterator>

namespace bask {
namespace {

using namespace testing;

// BASK_PYTHON: a Python interpreter that has h5py; without it these tests are skipped.
class H5py : public Hdf5Files {
 protected:
  void SetUp() override {
    if (std::string(BASK_PYTHON).empty()) GTEST_SKIP() << "there is no Python with h5py";
  }
  int code_of(const std::string& mode) const {
    const std::string command =
        std::string(BASK_PYTHON) + " " + BASK_H5PY_FILES + " " + mode + " " + directory_.string();
    const int status = std::system(command.c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  void run(const std::string& mode) const { ASSERT_EQ(code_of(mode), 0) << mode; }
};

std::string bytes_of_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST_F(H5py, WritesWhatBaskReads) {
  run("write");
  int count = 0, skipped = 0;
  for (const auto& entry : std::filesystem::directory_iterator(directory_)) {
    if (entry.path().extension() != ".bin") continue;
    SCOPED_TRACE(entry.path().stem().string());
    if (entry.path().stem().string().ends_with("_lzf") && !is_built_in(Codec::kLzf)) {
      ++skipped;
      continue;
    }
    const Hdf5Dataset dataset = describe_hdf5(path("numbers.h5"), entry.path().stem().string());
    std::string bytes(static_cast<std::size_t>(product(dataset.shape)) * size_of(dataset.dtype), '\0');
    read_hdf5(dataset, Extents(dataset.shape.size(), 0), dataset.shape, dataset.dtype, Hdf5Decoding::kNone,
              bytes.data());
    EXPECT_TRUE(bytes == bytes_of_file(entry.path().string()));
    ++count;
  }
  EXPECT_EQ(count + skipped, 19 * 3 + 5);
  const Hdf5Dataset u = describe_hdf5(path("numbers.h5"), "u");
  EXPECT_EQ(u.dimensions, (std::vector<std::string>{"lat", "lon"}));
  EXPECT_EQ(u.coordinates, (std::vector<std::string>{"/lat", "/lon"}));
  EXPECT_EQ(text_of(u.attributes, "units"), "m s-1");
  EXPECT_EQ(text_of(u.attributes, "fixed"), "text");
  EXPECT_EQ(find_attribute(u.attributes, "names")->texts, (std::vector<std::string>{"a", "bc"}));
  EXPECT_EQ(numbers_of(u.attributes, "flag"), std::vector<double>{1});
  EXPECT_EQ(numbers_of(u.attributes, "large"), std::vector<double>{18446744073709551616.0});
  EXPECT_EQ(text_of(u.attributes, "empty"), "");
  EXPECT_EQ(find_attribute(u.attributes, "pair"), nullptr);
}

TEST_F(H5py, ReadsWhatBaskWrites) {
  std::vector<double> all(12);
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<double>(i) * 0.5;
  const Extents zero{0, 0}, shape{3, 4};
  {
    Hdf5Writer writer(path("bask.h5"));
    writer.set_attributes({{"Conventions", "CF-1.8"}});
    writer.write_block(writer.create_dataset({.name = "plain", .shape = shape}), zero, shape, all.data());
    const Hdf5DatasetSpec deflated{
        .name = "deflate", .shape = shape, .chunk_shape = {2, 3}, .compression = {Codec::kDeflate}};
    writer.write_block(writer.create_dataset(deflated), zero, shape, all.data());
    if (is_built_in(Codec::kLzf)) {
      const Hdf5DatasetSpec lzf{
          .name = "lzf", .shape = shape, .chunk_shape = {2, 3}, .compression = {Codec::kLzf, 1}};
      writer.write_block(writer.create_dataset(lzf), zero, shape, all.data());
    }
    writer.create_virtual({.name = "virtual", .shape = shape},
                          std::vector<Hdf5VirtualPart>{{"part.h5", "/x", zero, shape}});
    const bool flags[] = {true, false};
    writer.write_block(writer.create_dataset({.name = "flags", .dtype = DType::kBool, .shape = {2}}),
                       Extents{0}, Extents{2}, flags);
    const std::complex<float> one(1, -2);
    writer.write_block(writer.create_dataset({.name = "complex", .dtype = DType::kComplex64}), {}, {}, &one);
    const double lat[] = {10, 20, 30};
    writer.write_block(writer.create_dataset({.name = "lat", .shape = {3}, .dimensions = {"lat"}}),
                       Extents{0}, Extents{3}, lat);
    const Hdf5DatasetSpec speed{
        .name = "speed",
        .shape = shape,
        .chunk_shape = shape,
        .dimensions = {"lat", "lon"},
        .attributes = {{"units", "m s⁻¹"}, {"valid_range", std::vector<double>{0, 90}}, {"_FillValue", 0.0}}};
    writer.write_block(writer.create_dataset(speed), zero, shape, all.data());
    writer.finish();
  }
  Hdf5Writer part(path("part.h5"));
  part.write_block(part.create_dataset({.name = "x", .shape = shape}), zero, shape, all.data());
  part.finish();
  run("check");
}

// Adds to a file that netCDF4 has made, and reads all of it by netCDF4, which is stricter than h5py.
TEST_F(H5py, ReadsWhatBaskAddsToAFileOfNetcdf) {
  constexpr int kSkipped = 77;
  const int code = code_of("netcdf");
  if (code == kSkipped) GTEST_SKIP() << "there is no netCDF4 and xarray";
  ASSERT_EQ(code, 0);
  const double lat[] = {-10, 0, 10}, lon[] = {5, 6}, time[] = {2};
  const float u[] = {100, 101, 102, 103, 104, 105}, growing[] = {1, 2};
  const bool mask[] = {true, false, true};
  const std::int16_t packed[] = {3, -99, 5};
  Hdf5Writer writer(path("netcdf.nc"), Hdf5Mode::kAdd);
  writer.set_attributes({{"title", "by Bask, too"}});
  const auto write = [&](const Hdf5DatasetSpec& spec, const void* data) {
    writer.write_block(writer.create_dataset(spec), Extents(spec.shape.size(), 0), spec.shape, data);
  };
  write({.name = "lat", .shape = {3}, .dimensions = {"lat"}}, lat);  // coordinates that replace others
  write({.name = "lon", .shape = {2}, .dimensions = {"lon"}}, lon);  // coordinates where there were none
  write({.name = "time", .shape = {1}, .append_axis = 0}, time);
  write({.name = "u", .dtype = DType::kFloat32, .shape = {1, 3, 2}, .append_axis = 0}, u);
  write({.name = "mask",
         .dtype = DType::kBool,
         .shape = {3},
         .dimensions = {"lat"},
         .attributes = {{"flag", std::int64_t{1}, DType::kBool}}},
        mask);
  write({.name = "packed",
         .dtype = DType::kInt16,
         .shape = {3},
         .chunk_shape = {2},
         .dimensions = {"lat"},
         .attributes = {{"_FillValue", std::int64_t{-99}},
                        {"missing_value", -99.0},
                        {"valid_range", {0, 100}},
                        {"scale_factor", 0.5}}},
        packed);
  write({.name = "growing",
         .dtype = DType::kFloat32,
         .shape = {1, 2},
         .dimensions = {"step", "lon"},
         .unlimited = {0}},
        growing);
  writer.finish();
  run("added");
}

}  // namespace
}  // namespace bask
