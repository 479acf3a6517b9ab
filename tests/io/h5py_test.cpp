#include "hdf5_files.hpp"

#include <bask/io/hdf5_writer.hpp>

#include <complex>
#include <cstdlib>
#include <iterator>

namespace bask {
namespace {

using namespace testing;

// BASK_PYTHON: an interpreter that knows h5py, or nothing.
class H5py : public Hdf5Files {
 protected:
  void SetUp() override {
    if (std::string(BASK_PYTHON).empty()) GTEST_SKIP() << "there is no Python with h5py";
  }
  void run(const std::string& mode) const {
    const std::string command =
        std::string(BASK_PYTHON) + " " + BASK_H5PY_FILES + " " + mode + " " + directory_.string();
    ASSERT_EQ(std::system(command.c_str()), 0) << command;
  }
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

}  // namespace
}  // namespace bask
