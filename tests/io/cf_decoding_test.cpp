// Decoding by attributes: of every type of attribute, and for every type of stored numbers.
#include "hdf5_files.hpp"

#include <bask/client.hpp>
#include <bask/io/hdf5.hpp>

#include <cmath>
#include <limits>

namespace bask {
namespace {

using testing::Hdf5Files;
using testing::message_of;
using testing::write_with_hdf5;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

class CfDecodingTest : public Hdf5Files {
 protected:
  template <class T>
  void write(hid_t type, const std::vector<T>& values) {
    std::filesystem::remove(path("x.h5"));
    write_with_hdf5(path("x.h5"), {.type = type, .shape = {values.size()}}, type, values.data());
  }
  void add_bytes(const char* name, hid_t type, hsize_t count, const void* values) {
    const Hdf5Lock lock;
    close_for_reading(path("x.h5"));
    const Hdf5Id file(H5Fopen(path("x.h5").c_str(), H5F_ACC_RDWR, H5P_DEFAULT));
    const Hdf5Id dataset(H5Dopen2(file.get(), "x", H5P_DEFAULT));
    const Hdf5Id space(count == 1 ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, &count, nullptr));
    const Hdf5Id attribute(H5Acreate2(dataset.get(), name, type, space.get(), H5P_DEFAULT, H5P_DEFAULT));
    ASSERT_GE(H5Awrite(attribute.get(), type, values), 0);
  }
  template <class T>
  void add(const char* name, hid_t type, const std::vector<T>& values) {
    add_bytes(name, type, values.size(), values.data());
  }
  void add_text(const char* name, const std::string& text) {
    const Hdf5Id type(H5Tcopy(H5T_C_S1));
    H5Tset_size(type.get(), text.size() + 1);
    add_bytes(name, type.get(), 1, text.c_str());
  }
  void expect(const std::vector<double>& expected, Hdf5Decoding how = Hdf5Decoding::kCf) {
    const auto values = from_hdf5<double>(path("x.h5"), "x", {.decoding = how}).compute();
    ASSERT_EQ(values.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      if (std::isnan(expected[i])) {
        EXPECT_TRUE(std::isnan(values[i])) << i << ": " << values[i];
      } else {
        EXPECT_EQ(values[i], expected[i]) << i;
      }
    }
  }
  std::string refusal() {
    const std::string text = message_of([&] { from_hdf5<double>(path("x.h5"), "x"); });
    const std::string place = hdf5_place("from_hdf5", path("x.h5"), "/x") + ": its attribute ";
    const std::string fix =
        "; correct it in the file, or read the numbers as they are stored: "
        "{.decoding = Hdf5Decoding::kNone}";
    if (!text.starts_with(place) || !text.ends_with(fix)) return text;
    return text.substr(place.size(), text.size() - place.size() - fix.size());
  }
  Client client_ = Client(Options{.threads = 1});
};

TEST_F(CfDecodingTest, TakesBytesForUnsignedWhereTheFileSaysSo) {
  write<std::int8_t>(H5T_NATIVE_INT8, {0, 5, -1, -128, 127});
  add_text("_Unsigned", "true");
  expect({0, 5, 255, 128, 127});
  expect({0, 5, -1, -128, 127}, Hdf5Decoding::kNone);
  EXPECT_EQ(from_hdf5<std::int8_t>(path("x.h5"), "x").compute()[2], -1);
  add<double>("scale_factor", H5T_NATIVE_DOUBLE, {0.5});
  add<std::int8_t>("_FillValue", H5T_NATIVE_INT8, {-1});
  expect({0, 2.5, kNan, 64, 63.5});
  add<std::int8_t>("valid_range", H5T_NATIVE_INT8, {1, -128});
  expect({kNan, 2.5, kNan, 64, 63.5}, Hdf5Decoding::kValidRange);

  write<std::int16_t>(H5T_STD_I16LE, {-1, 1});
  add_text("_Unsigned", "False");
  expect({-1, 1});
  write<std::uint16_t>(H5T_STD_U16LE, {65535, 1});
  add_text("_Unsigned", "false");
  add<std::uint16_t>("missing_value", H5T_STD_U16LE, {65534});
  expect({-1, 1});
  write<std::int64_t>(H5T_NATIVE_INT64, {-1, -2, 3});
  add_text("_Unsigned", "true");
  add<std::int64_t>("_FillValue", H5T_NATIVE_INT64, {-2});
  expect({18446744073709551616.0, kNan, 3});
}

TEST_F(CfDecodingTest, TakesNumbersThatAreGivenAsTextOrLongDouble) {
  const std::vector<std::int16_t> values{0, 1, -999, 100};
  write(H5T_NATIVE_INT16, values);
  add_text("scale_factor", "0.01");
  expect({0, 1 * 0.01, -999 * 0.01, 100 * 0.01});
  add_text("missing_value", " -999 ");
  add_text("add_offset", "+1e1");
  expect({10, 10 + 0.01, kNan, 11});
  write(H5T_NATIVE_INT16, values);
  add<long double>("scale_factor", H5T_NATIVE_LDOUBLE, {0.01L});
  add<long double>("_FillValue", H5T_NATIVE_LDOUBLE, {-999.0L});
  expect({0, 1 * 0.01, kNan, 100 * 0.01});
}

TEST_F(CfDecodingTest, RefusesWhatItCannotFollowByNameAndValue) {
  const std::vector<std::int16_t> values{0, 1};
  const auto with_text = [&](const char* name, const char* text) {
    write(H5T_NATIVE_INT16, values);
    add_text(name, text);
    return refusal();
  };
  EXPECT_EQ(with_text("scale_factor", "0,01"), "scale_factor is '0,01', which is no number");
  EXPECT_EQ(with_text("missing_value", "none"), "missing_value is 'none', which is no number");
  EXPECT_EQ(with_text("_FillValue", ""), "_FillValue is '', which is no number");
  EXPECT_EQ(with_text("_Unsigned", "yes"), "_Unsigned is 'yes', neither true nor false");
  expect({0, 1}, Hdf5Decoding::kNone);
  write(H5T_NATIVE_INT16, values);
  add<double>("scale_factor", H5T_NATIVE_DOUBLE, {1, 2});
  EXPECT_EQ(refusal(), "scale_factor is 1, 2, where one number is expected");
  write(H5T_NATIVE_INT16, values);
  const Hdf5Id bits(H5Tcreate(H5T_OPAQUE, 2));
  add<std::int16_t>("add_offset", bits.get(), {1});
  EXPECT_EQ(refusal(), "add_offset is neither numbers nor text");
  expect({0, 1}, Hdf5Decoding::kNone);
}

TEST_F(CfDecodingTest, ComparesMissingNumbersAsTheyAreStored) {
  constexpr std::int64_t kEven = std::int64_t{1} << 53;
  write<std::int64_t>(H5T_NATIVE_INT64, {kEven, kEven + 1, std::int64_t{1} << 62});
  add<std::int64_t>("_FillValue", H5T_NATIVE_INT64, {kEven + 1});
  expect({0x1p53, kNan, 0x1p62});
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
  write<std::uint64_t>(H5T_NATIVE_UINT64, {kMost, kMost - 1, kMost - 2});
  add<std::uint64_t>("_FillValue", H5T_NATIVE_UINT64, {kMost - 1});
  expect({0x1p64, kNan, 0x1p64});
  write<std::int32_t>(H5T_STD_I32LE, {7, -9, -99, 8});
  add<std::int32_t>("missing_value", H5T_STD_I32LE, {-9, -99, 8});
  expect({7, kNan, kNan, kNan});
}

TEST_F(CfDecodingTest, MarksWhatATypeHoldsOfFillsOfAnotherType) {
  write<std::int16_t>(H5T_NATIVE_INT16, {0, -999, 1});
  add<double>("_FillValue", H5T_NATIVE_DOUBLE, {-999});
  expect({0, kNan, 1});
  for (const double fill : {kNan, 1e20, 0.5, -32769.0}) {  // no 16-bit integer equals one of these
    write<std::int16_t>(H5T_NATIVE_INT16, {0, -32768, 1});
    add<double>("_FillValue", H5T_NATIVE_DOUBLE, {fill});
    expect({0, -32768, 1});
  }
  write<float>(H5T_NATIVE_FLOAT, {1e20F, 1, std::numeric_limits<float>::infinity()});
  add<double>("missing_value", H5T_NATIVE_DOUBLE, {1e20, 1e300});
  expect({kNan, 1, std::numeric_limits<double>::infinity()});
}

TEST_F(CfDecodingTest, LeavesOutWhatIsNotValidOnRequest) {
  write<std::int16_t>(H5T_NATIVE_INT16, {0, 1, -999, 100, 50});
  add<std::int16_t>("valid_range", H5T_NATIVE_INT16, {0, 50});
  expect({0, 1, -999, 100, 50});
  expect({0, 1, kNan, kNan, 50}, Hdf5Decoding::kValidRange);
  add<double>("add_offset", H5T_NATIVE_DOUBLE, {10});  // the range is that of stored numbers
  expect({10, 11, kNan, kNan, 60}, Hdf5Decoding::kValidRange);

  write<std::int16_t>(H5T_NATIVE_INT16, {0, 1, -999, 100, 50});
  add<double>("scale_factor", H5T_NATIVE_DOUBLE, {0.5});
  add<double>("valid_max", H5T_NATIVE_DOUBLE, {25});  // and here that of unpacked ones
  expect({0, 0.5, -499.5, kNan, 25}, Hdf5Decoding::kValidRange);

  constexpr std::int64_t kEven = std::int64_t{1} << 53;
  write<std::int64_t>(H5T_NATIVE_INT64, {kEven, kEven + 1, kEven + 2});
  add<std::int64_t>("valid_min", H5T_NATIVE_INT64, {kEven + 1});
  expect({kNan, 0x1p53, 0x1p53 + 2}, Hdf5Decoding::kValidRange);
  write<std::uint8_t>(H5T_NATIVE_UINT8, {0, 255});
  add<std::int16_t>("valid_min", H5T_NATIVE_INT16, {256});
  expect({kNan, kNan}, Hdf5Decoding::kValidRange);
  write<float>(H5T_NATIVE_FLOAT, {0.1F, 2, -1});
  add<double>("valid_min", H5T_NATIVE_DOUBLE, {0.1});
  expect({static_cast<double>(0.1F), 2, kNan}, Hdf5Decoding::kValidRange);
}

TEST_F(CfDecodingTest, LeavesOutDefaultFillsOnRequest) {
  write<std::int16_t>(H5T_NATIVE_INT16, {0, -32767});
  expect({0, -32767});
  expect({0, kNan}, Hdf5Decoding::kDefaultFills);
  expect({0, kNan}, Hdf5Decoding::kDefaultFills | Hdf5Decoding::kValidRange);
  add<std::int16_t>("_FillValue", H5T_NATIVE_INT16, {0});
  expect({kNan, -32767}, Hdf5Decoding::kDefaultFills);
  write<std::uint64_t>(H5T_NATIVE_UINT64, {18446744073709551614U, 18446744073709551615U});
  expect({kNan, 0x1p64}, Hdf5Decoding::kDefaultFills);
  write<float>(H5T_NATIVE_FLOAT, {9.9692099683868690e+36F, 1});
  expect({kNan, 1}, Hdf5Decoding::kDefaultFills);
  write<std::int8_t>(H5T_NATIVE_INT8, {-127, 1});
  expect({-127, 1}, Hdf5Decoding::kDefaultFills);
}

}  // namespace
}  // namespace bask
