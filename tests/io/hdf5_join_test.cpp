// Arrays from several files: which files, in which order,
// and which properties must be the same in all of them.
#include "hdf5_files.hpp"

#include <bask/bask.hpp>
#include <bask/collections/array/creation.hpp>
#include <bask/io/hdf5.hpp>
#include <bask/system/file_pattern.hpp>

#include <cmath>

namespace bask {
namespace {

using testing::Hdf5Files;
using testing::message_of;

Array<double> values(std::vector<double> list) {
  const auto count = static_cast<std::int64_t>(list.size());
  return from_array<double>(list, {count});
}

// A file of u over time x lat, with changeable attributes.
struct Part {
  std::vector<double> times{0, 1};
  std::string time_units = "days since 2000-01-01";
  std::string calendar = "standard";
  std::vector<double> latitudes{10, 20};
  std::string latitude_units = "degrees_north";
  std::string units = "m/s";
  std::vector<std::string> dimensions{"time", "lat"};
  std::vector<Hdf5Attribute> attributes{};
};

class Hdf5Join : public Hdf5Files {
 protected:
  void write(const std::string& name, const Part& part) {
    std::filesystem::remove(path(name));
    to_hdf5(
        path(name),
        {{"time",
          values(part.times),
          {.units = part.time_units, .dimensions = {"time"}, .attributes = {{"calendar", part.calendar}}}},
         {"lat", values(part.latitudes), {.units = part.latitude_units, .dimensions = {"lat"}}},
         {"u",
          arange<std::int64_t>(4).reshape({2, 2}).astype<std::int16_t>(),
          {.units = part.units, .dimensions = part.dimensions, .attributes = part.attributes}}});
  }
  std::string refusal(const Part& second) {
    write("a.nc", {});
    write("b.nc", second);
    std::string text = message_of([&] { from_hdf5<double>(path("?.nc"), "u").compute(); });
    for (const char* name : {"?.nc", "a.nc", "b.nc"}) {
      for (std::size_t at; (at = text.find(path(name))) != std::string::npos;) {
        text.replace(at, path(name).size(), name);
      }
    }
    return text;
  }
  Client client_ = Client(Options{.threads = 1});
};

TEST(FilePattern, TakesRunsOfDigitsForNumbers) {
  const std::vector<std::string> sorted{"a",   "a01",    "a1", "a2",   "a2b",
                                        "a10", "a10.nc", "b1", "b1.9", "b1.10"};
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    for (std::size_t j = 0; j < sorted.size(); ++j) {
      EXPECT_EQ(comes_before(sorted[i], sorted[j]), i < j) << sorted[i] << " " << sorted[j];
    }
  }
}

TEST_F(Hdf5Join, TakesAPathThatIsThereForThatFile) {
  to_hdf5(path("data [1].h5"), "a", values({0, 1, 2}));
  to_hdf5(path("data 1.h5"), "a", values({9, 9, 9, 9}));
  to_hdf5(path("what?.h5"), "a", values({5}));
  to_hdf5(path("whats.h5"), "a", values({6}));
  EXPECT_EQ(from_hdf5<double>(path("data [1].h5"), "a").compute(), NdArray<double>({3}, {0, 1, 2}));
  EXPECT_EQ(from_hdf5<double>(path("what?.h5"), "a").compute(), NdArray<double>({1}, {5}));
  std::filesystem::create_directory(path("run [1]"));
  to_hdf5(path("run [1]/x1.h5"), "a", values({7}));
  to_hdf5(path("run [1]/x[2].h5"), "a", values({8}));
  EXPECT_EQ(from_hdf5<double>(path("run [1]/x*.h5"), "a").compute(), NdArray<double>({2}, {7, 8}));
  EXPECT_EQ(from_hdf5<double>(path("run*/x[12].h5"), "a").compute(), NdArray<double>({1}, {7}));
  EXPECT_EQ(from_hdf5<double>(path("data [0-9].h5"), "a").compute(), NdArray<double>({4}, {9, 9, 9, 9}));
}

TEST_F(Hdf5Join, OrdersFilesByNumberAndListsAsGiven) {
  for (const int n : {1, 2, 10}) {
    to_hdf5(path("x" + std::to_string(n) + ".h5"), "a", values({static_cast<double>(n)}));
  }
  EXPECT_EQ(from_hdf5<double>(path("x*.h5"), "a").compute(), NdArray<double>({3}, {1, 2, 10}));
  const std::vector<std::string> list{path("x10.h5"), path("x1.h5")};
  EXPECT_EQ(from_hdf5<double>(list, "a").compute(), NdArray<double>({2}, {10, 1}));
  EXPECT_EQ(from_hdf5<double>({path("x2.h5"), path("x1.h5")}, "a").compute(), NdArray<double>({2}, {2, 1}));
  EXPECT_EQ(from_hdf5<double>({path("x2.h5")}, "a").compute(), NdArray<double>({1}, {2}));
  EXPECT_REFUSED(from_hdf5<double>({"none1.h5", "none2.h5"}, "a"), "none1.h5");
  EXPECT_REFUSED(from_hdf5<double>({path("x*.h5")}, "a"), path("x*.h5"));
  EXPECT_REFUSED(from_hdf5<double>(std::vector<std::string>(), "a"),
                 "from_hdf5 of a list: there are no files; give one at least");
}

TEST_F(Hdf5Join, RefusesOtherDimensionsCoordinatesAndUnits) {
  EXPECT_EQ(
      refusal({.dimensions = {"lat", "time"}}),
      "from_hdf5 ?.nc: a.nc has the dimensions (time, lat), but b.nc (lat, time); read them one by one, "
      "bring them into one order with transpose, and concatenate them");
  EXPECT_EQ(
      refusal({.latitudes = {20, 10}}),
      "from_hdf5 ?.nc: a.nc has coordinates 'lat' from 10 to 20, but b.nc from 20 to 10: reversed; read "
      "them one by one, turn one around, as in x[\"::-1\"], and concatenate them");
  EXPECT_EQ(refusal({.latitudes = {10, 21}}),
            "from_hdf5 ?.nc: a.nc has coordinates 'lat' from 10 to 20, but b.nc 21 where that has 20, at 1; "
            "give files of one grid");
  EXPECT_EQ(
      refusal({.latitude_units = "km"}),
      "from_hdf5 ?.nc: a.nc has coordinates 'lat' in units 'degrees_north', but b.nc in 'km'; bring them "
      "into the same units");
  EXPECT_EQ(
      refusal({.time_units = "days"}),
      "from_hdf5 ?.nc: a.nc has coordinates 'time' in units 'days since 2000-01-01', but b.nc in 'days'; "
      "bring them into the same units");
  EXPECT_EQ(
      refusal({.calendar = "noleap"}),
      "from_hdf5 ?.nc: a.nc has the calendar 'standard' in 'time', but b.nc 'noleap'; give files of one "
      "calendar");
  EXPECT_EQ(refusal({.times = {3, 2}}),
            "from_hdf5 ?.nc: a.nc has coordinates 'time' that ascend, but b.nc those that descend; read them "
            "one by one, turn one around, as in x[\"::-1\"], and concatenate them");
  EXPECT_EQ(
      refusal({.units = "knots"}),
      "from_hdf5 ?.nc: a.nc has units 'm/s', but b.nc 'knots'; convert one of them, and concatenate them");
}

TEST_F(Hdf5Join, LetsTimesHaveReferenceDatesOfTheirOwn) {
  EXPECT_EQ(refusal({.time_units = "hours since 2000-01-03"}), "no error");
  EXPECT_EQ(refusal({.calendar = "Gregorian"}), "no error");
  EXPECT_REFUSED(from_hdf5<double>(path("?.nc"), "lat"), "no error");  // joined, these are 10 20 10 20
  write("b.nc", {.time_units = "hours since 2000-01-03"});
  EXPECT_REFUSED(from_hdf5<double>(path("?.nc"), "time"),
                 "but " + path("b.nc") + " 'hours since 2000-01-03'");
}

TEST_F(Hdf5Join, DecodesEachFileByItsOwnAttributes) {
  write("a.nc", {.attributes = {{"scale_factor", 0.5}, {"_FillValue", std::int64_t{3}, DType::kInt16}}});
  write("b.nc", {.attributes = {{"scale_factor", 2.0}, {"add_offset", 1.0}}});
  const auto u = from_hdf5<double>(path("?.nc"), "u").compute();
  EXPECT_TRUE(std::isnan(u(1, 1)));
  EXPECT_EQ(u(1, 0), 1);
  EXPECT_EQ(u(2, 1), 3);
  EXPECT_EQ(u(3, 1), 7);
  EXPECT_REFUSED(from_hdf5<std::int16_t>(path("?.nc"), "u"),
                 path("a.nc") + " has scale_factor 0.5, but " + path("b.nc") +
                     " 2; read them as float64, which decodes each file's numbers as that file says");
}

}  // namespace
}  // namespace bask
