// The other files in which a dataset's elements lie: Bask takes the same ones as the library,
// and closes them.
#include "hdf5_files.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <bask/io/hdf5_sources.hpp>
#include <bask/io/hdf5_type.hpp>

#include <algorithm>
#include <cstdlib>
#include <map>

namespace bask {
namespace {

using namespace testing;
namespace fs = std::filesystem;

// Set before HDF5 starts, which reads these variables only then.
const bool are_set = ::setenv("HDF5_EXTFILE_PREFIX", "${ORIGIN}/raws", 1) == 0 &&
                     ::setenv("HDF5_VDS_PREFIX", "${ORIGIN}/parts", 1) == 0;

class Hdf5Sources : public Hdf5Files {
 protected:
  Hdf5Sources() : working_directory_(fs::current_path()) {}
  ~Hdf5Sources() override {
    ::unsetenv("HDF5_EXT_PREFIX");
    ::setenv("HDF5_VDS_PREFIX", "${ORIGIN}/parts", 1);
    fs::current_path(working_directory_);
  }
  // Writes s.h5 and s.raw, which have `value` four times.
  void write_sources(const std::string& directory, int value) const {
    fs::create_directories(path(directory));
    const std::vector<int> all(4, value);
    write_with_hdf5(path(directory + "/s.h5"), {.shape = {4}}, H5T_NATIVE_INT, all.data());
    write_text(directory + "/s.raw", std::string(reinterpret_cast<const char*>(all.data()), 16));
  }
  // Writes m.h5 with a link, a virtual dataset and raw elements, which name the given files.
  void write_master(const std::string& name, const std::string& source, const std::string& raw) const {
    const Hdf5Lock lock;
    close_for_reading(path(name));
    fs::create_directories(fs::path(path(name)).parent_path());
    const Hdf5Id file(H5Fcreate(path(name).c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT));
    H5Lcreate_external(source.c_str(), "/x", file.get(), "link", H5P_DEFAULT, H5P_DEFAULT);
    const hsize_t four = 4;
    const Hdf5Id space(H5Screate_simple(1, &four, nullptr)), parts(H5Pcreate(H5P_DATASET_CREATE)),
        raws(H5Pcreate(H5P_DATASET_CREATE));
    H5Pset_virtual(parts.get(), space.get(), source.c_str(), "/x", space.get());
    H5Pset_external(raws.get(), raw.c_str(), 0, 16);
    for (const auto& [dataset, list] : {std::pair{"virtual", parts.get()}, {"raw", raws.get()}})
      Hdf5Id(H5Dcreate2(file.get(), dataset, H5T_NATIVE_INT, space.get(), H5P_DEFAULT, list, H5P_DEFAULT));
  }
  // Checks that the elements come from the file `source`.
  void expect_source(const std::string& master, const std::string& dataset, const std::string& source) const {
    SCOPED_TRACE(master + " " + dataset);
    close_for_reading(path(master));
    const Hdf5Dataset described = describe_hdf5(path(master), dataset);
    ASSERT_EQ(described.sources.size(), 1u);
    EXPECT_EQ(described.sources[0].path, path(source));
    std::ifstream raw(fs::path(path(source)).replace_extension(".raw"), std::ios::binary);
    int value = 0;
    raw.read(reinterpret_cast<char*>(&value), sizeof(value));
    EXPECT_EQ(read_all<int>(described), std::vector<int>(4, value));
  }
  bool can_be_written_by_others(const std::string& name) const {
    const int file = ::open(path(name).c_str(), O_RDWR | O_CLOEXEC);
    const bool can = ::flock(file, LOCK_EX | LOCK_NB) == 0;
    ::close(file);
    return can;
  }

  fs::path working_directory_;
};

TEST_F(Hdf5Sources, AreLookedForWhereTheLibraryLooks) {
  write_master("main/m.h5", "s.h5", "s.raw");
  for (const char* directory : {"main", "here", "main/raws"}) write_sources(directory, directory[0]);
  fs::create_directory(path("links"));
  fs::create_symlink(path("main/m.h5"), path("links/m.h5"));
  fs::current_path(path("here"));
  expect_source("main/m.h5", "link", "main/s.h5");
  expect_source("main/m.h5", "virtual", "main/s.h5");
  expect_source("main/m.h5", "raw", "main/raws/s.raw");
  expect_source("links/m.h5", "link", "here/s.h5");
  expect_source("links/m.h5", "virtual", "here/s.h5");
  fs::current_path(path("links"));  // there is no s.h5 here: the symbolic link is followed
  expect_source("links/m.h5", "link", "main/s.h5");
  expect_source("links/m.h5", "virtual", "main/s.h5");
  close_for_reading(path("main/m.h5"));  // HDF5 refuses a dataset that is open from another directory
  EXPECT_REFUSED(describe_hdf5(path("links/m.h5"), "raw"),
                 "its elements are in the raw file 's.raw', and there is no such file in '${ORIGIN}/raws'");
  write_sources("main/parts", 'p');
  expect_source("main/m.h5", "virtual", "main/parts/s.h5");
}

TEST_F(Hdf5Sources, AreLookedForInTheDirectoriesThatTheEnvironmentNames) {
  write_master("main/m.h5", "s.h5", "s.raw");
  for (const char* directory : {"main", "named", "other"}) write_sources(directory, directory[0]);
  const std::string both = path("missing") + ":" + path("named") + ":" + path("other");
  ::setenv("HDF5_EXT_PREFIX", both.c_str(), 1);
  ::setenv("HDF5_VDS_PREFIX", both.c_str(), 1);
  expect_source("main/m.h5", "link", "named/s.h5");
  expect_source("main/m.h5", "virtual", "named/s.h5");
  write_master("main/n.h5", "/nowhere/s.h5", path("other/s.raw"));
  expect_source("main/n.h5", "link", "named/s.h5");  // the path does not exist: its last part is looked for
  expect_source("main/n.h5", "virtual", "named/s.h5");
  expect_source("main/n.h5", "raw", "other/s.raw");
}

void write_numbered(const std::string& path) {
  const Hdf5Lock lock;
  const Hdf5Id file(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT));
  const hsize_t zero = 0, four = 4, none = 0, any = H5S_UNLIMITED;
  const Hdf5Id space(H5Screate_simple(1, &none, &any)), source(H5Screate_simple(1, &four, nullptr)),
      list(H5Pcreate(H5P_DATASET_CREATE));
  H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, &zero, &four, &any, &four);
  ASSERT_GE(H5Pset_virtual(list.get(), space.get(), "p_%b.h5", "x", source.get()), 0);
  Hdf5Id(H5Dcreate2(file.get(), "v", H5T_NATIVE_INT, space.get(), H5P_DEFAULT, list.get(), H5P_DEFAULT));
}

TEST_F(Hdf5Sources, AreAllThatANameWithANumberStandsFor) {
  EXPECT_EQ(numbered_source("100%%_%b_%b.h5", 12), "100%_12_12.h5");
  for (int i = 0; i < 3; ++i) {
    const std::vector<int> all(4, i);
    write_with_hdf5(path("p_" + std::to_string(i) + ".h5"), {.shape = {4}}, H5T_NATIVE_INT, all.data());
  }
  write_numbered(path("v.h5"));
  const Hdf5Dataset dataset = describe_hdf5(path("v.h5"), "v");
  ASSERT_EQ(dataset.sources.size(), 3u);
  EXPECT_EQ(dataset.sources[2].path, path("p_2.h5"));
  EXPECT_EQ(read_all<int>(dataset), (std::vector<int>{0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2}));
  const int value = 7;
  write_with_hdf5(path("p_1.h5"), {.name = "y", .shape = {1}}, H5T_NATIVE_INT, &value);
  EXPECT_NE(describe_hdf5(path("v.h5"), "v").sources, dataset.sources);
}

TEST_F(Hdf5Sources, CanBeWrittenByOthersAsSoonAsNobodyReads) {
  write_sources("main", 5);
  write_master("main/m.h5", "s.h5", "s.raw");
  for (const char* name : {"link", "virtual"}) {
    const Hdf5Dataset dataset = describe_hdf5(path("main/m.h5"), name);
    EXPECT_TRUE(can_be_written_by_others("main/m.h5") && can_be_written_by_others("main/s.h5"));
    EXPECT_EQ(read_all<int>(dataset), std::vector<int>(4, 5));
    EXPECT_TRUE(can_be_written_by_others("main/m.h5") && can_be_written_by_others("main/s.h5"));
    const Hdf5Lock lock;
    const Hdf5Reading reading(open_for_reading(dataset.path, dataset.file, "test"), "test");
    EXPECT_FALSE(can_be_written_by_others("main/m.h5"));
  }
  const Hdf5Dataset dataset = describe_hdf5(path("main/m.h5"), "link");
  const int writer = ::open(path("main/m.h5").c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_EQ(::flock(writer, LOCK_EX | LOCK_NB), 0);
  EXPECT_REFUSED(read_all<int>(dataset),
                 "another program has the file open for writing; wait until it has closed");
  ::close(writer);
  EXPECT_EQ(read_all<int>(dataset), std::vector<int>(4, 5));
}

}  // namespace
}  // namespace bask
