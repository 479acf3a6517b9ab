#include "hdf5_files.hpp"

#include <malloc.h>
#include <sys/stat.h>
#include <bask/io/hdf5_writer.hpp>

namespace bask {
namespace {

using namespace testing;
using Hdf5Errors = Hdf5Files;

TEST_F(Hdf5Errors, SayWhichFileIsMissingAndWhatIsNear) {
  write_text("winds.h5", "");
  EXPECT_REFUSED(describe_hdf5(path("wind.h5"), "u"), "from_hdf5('" + path("wind.h5") +
                                                          "', 'u'): there is no such file; did you mean '" +
                                                          path("winds.h5") + "'?");
  EXPECT_REFUSED(describe_hdf5(path("no/wind.h5"), "u"),
                 "there is no directory '" + path("no") + "'; check the path");
  EXPECT_REFUSED(describe_hdf5(directory_.string(), "u"), "this is a directory");
}

TEST_F(Hdf5Errors, SayThatAFileMayNotBeReadOrADirectoryNotWrittenTo) {
  write_text("x.h5", "");
  ::chmod(path("x.h5").c_str(), 0);
  ::chmod(directory_.c_str(), 0555);
  constexpr uid_t kNobody = 65534;
  const bool is_root = ::geteuid() == 0;
  if (is_root) {
    ASSERT_EQ(::seteuid(kNobody), 0);
  }
  const std::string read = message_of([&] { describe_hdf5(path("x.h5"), "u"); });
  const std::string write = message_of([&] { Hdf5Writer(path("y.h5")); });
  if (is_root) {
    ASSERT_EQ(::seteuid(0), 0);
  }
  ::chmod(directory_.c_str(), 0755);
  EXPECT_NE(read.find("cannot open it: Permission denied; ask its owner"), std::string::npos) << read;
  EXPECT_NE(write.find("cannot write it: Permission denied; write to a directory"), std::string::npos)
      << write;
}

TEST_F(Hdf5Errors, SayWhatIsNotHdf5AndHowToConvertIt) {
  write_text("a.txt", "some text that is long enough to be anything");
  write_text("empty.h5", "");
  write_text("a.nc", std::string("CDF\x01", 4) + std::string(100, '\0'));
  EXPECT_REFUSED(describe_hdf5(path("a.txt"), "u"), "this is not an HDF5 file");
  EXPECT_REFUSED(describe_hdf5(path("empty.h5"), "u"), "this is not an HDF5 file (0 bytes)");
  EXPECT_REFUSED(
      describe_hdf5(path("a.nc"), "u"),
      "this is a NetCDF classic file, not HDF5; `nccopy -k nc4 " + path("a.nc") + " new.nc` converts it");
}

TEST_F(Hdf5Errors, SayHowFilesOfOtherDriversBecomeOne) {
  const std::vector<int> numbers(5000, 3);
  const auto write = [&](const std::string& name, const std::function<void(hid_t list)>& choose_driver) {
    const Hdf5Lock lock;
    const Hdf5Id list(H5Pcreate(H5P_FILE_ACCESS));
    choose_driver(list.get());
    const Hdf5Id file(H5Fcreate(path(name).c_str(), H5F_ACC_EXCL, H5P_DEFAULT, list.get()));
    const hsize_t length = numbers.size();
    const Hdf5Id space(H5Screate_simple(1, &length, nullptr));
    const Hdf5Id x(
        H5Dcreate2(file.get(), "x", H5T_NATIVE_INT, space.get(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    ASSERT_GE(H5Dwrite(x.get(), H5T_NATIVE_INT, H5S_ALL, H5S_ALL, H5P_DEFAULT, numbers.data()), 0);
  };
  for (const std::string format : {"f%d.h5", "wide%03d.h5"}) {
    write(format, [](hid_t list) { H5Pset_fapl_family(list, 8192, H5P_DEFAULT); });
    std::string first = format.starts_with('f') ? "f0.h5" : "wide000.h5", last = first;
    last[last.find('.') - 1] = '2';
    for (const std::string& name : {first, last, format}) {
      EXPECT_REFUSED(describe_hdf5(path(name), "x"),
                     "it is one of a family of files, which HDF5 has cut one file into; "
                     "`h5repart -family_to_sec2 '" +
                         path(format) + "' new.h5` makes one of them");
    }
  }
  write("s", [](hid_t list) { H5Pset_fapl_split(list, "-m.h5", H5P_DEFAULT, "-r.h5", H5P_DEFAULT); });
  for (const std::string name : {"s-m.h5", "s-r.h5"}) {
    EXPECT_REFUSED(describe_hdf5(path(name), "x"),
                   "it is one of two files, which HDF5 has split into metadata and elements; "
                   "`h5repack '" +
                       path("s") + "' new.h5` makes one of them");
  }
  write_text("f9.txt", "some text that is long enough to be anything");
  EXPECT_REFUSED(describe_hdf5(path("f9.txt"), "x"), "this is not an HDF5 file");
}

TEST_F(Hdf5Errors, ListTheDatasetsThatThereAre) {
  const int value = 1;
  write_with_hdf5(path("x"), {.name = "speed", .shape = {1}}, H5T_NATIVE_INT, &value);
  EXPECT_EQ(describe_hdf5(path("x"), "").name, "/speed");
  write_with_hdf5(path("x"), {.name = "time", .shape = {1}}, H5T_NATIVE_INT, &value);
  EXPECT_REFUSED(describe_hdf5(path("x"), "sped"),
                 "there is no such dataset; '/' holds the datasets speed, time; did you mean 'speed'?");
  EXPECT_REFUSED(describe_hdf5(path("x"), "a/b/c"), "'/a/b' holds no datasets");
  EXPECT_REFUSED(describe_hdf5(path("x"), ""), "the file holds several datasets; name one of: speed, time");
}

TEST_F(Hdf5Errors, SayWhatADatasetHoldsThatArraysDoNot) {
  struct Pair {
    int a;
    double b;
  };
  const Hdf5Lock lock;
  const Hdf5Id pair(H5Tcreate(H5T_COMPOUND, sizeof(Pair))), text(H5Tcopy(H5T_C_S1));
  H5Tinsert(pair.get(), "a", 0, H5T_NATIVE_INT);
  H5Tinsert(pair.get(), "b", 8, H5T_NATIVE_DOUBLE);
  H5Tset_size(text.get(), H5T_VARIABLE);
  write_with_hdf5(path("x"), {.name = "pairs", .type = pair.get(), .shape = {2}}, 0, nullptr);
  write_with_hdf5(path("x"), {.name = "words", .type = text.get(), .shape = {2}}, 0, nullptr);
  write_with_hdf5(path("x"), {.name = "long", .type = H5T_NATIVE_LDOUBLE, .shape = {2}}, 0, nullptr);
  EXPECT_REFUSED(describe_hdf5(path("x"), "pairs"), "it holds compounds of (a, b), which arrays do not");
  EXPECT_REFUSED(describe_hdf5(path("x"), "words"),
                 "it holds strings, which arrays do not; name a dataset of bool");
  EXPECT_REFUSED(describe_hdf5(path("x"), "long"), "it holds numbers of 16 bytes");
}

TEST_F(Hdf5Errors, SayThatTheFileWasCutOffOrHasChanged) {
  const std::vector<int> all(10000, 5);
  write_with_hdf5(path("x"), {.shape = {10000}}, H5T_NATIVE_INT, all.data());
  const Hdf5Dataset dataset = describe_hdf5(path("x"), "x");
  std::filesystem::resize_file(path("x"), 20000);
  EXPECT_REFUSED(read_all<int>(dataset), "the file has changed since this array was made of it");
  EXPECT_REFUSED(describe_hdf5(path("x"), "x"), "the file is truncated, it ends after 20000 bytes");
}

// Replaces bytes of the file from offset `from` on, which are a chunk's.
void damage(const std::string& path, std::uint64_t from, const std::string& bytes) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(from));
  file << bytes;
}

haddr_t address_of_chunk(const std::string& path, std::vector<hsize_t> origin) {
  const Hdf5Lock lock;
  const Hdf5Id file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT)),
      dataset(H5Dopen2(file.get(), "x", H5P_DEFAULT));
  haddr_t address = 0;
  hsize_t size = 0;
  unsigned mask = 0;
  H5Dget_chunk_info_by_coord(dataset.get(), origin.data(), &mask, &address, &size);
  return address;
}

TEST_F(Hdf5Errors, NameTheChunkThatIsCorrupt) {
  const std::vector<int> all(100 * 100, 5);
  const auto write = [&](const char* name, std::function<void(hid_t)> more) {
    write_with_hdf5(path(name), {.shape = {100, 100}, .chunk = {50, 50}, .more = std::move(more)},
                    H5T_NATIVE_INT, all.data());
    const haddr_t address = address_of_chunk(path(name), {50, 0});
    damage(path(name), address + 2, "\x55\x55\x55\x55\x55\x55");
    return describe_hdf5(path(name), "x");
  };
  const auto deflated = write("deflate", [](hid_t list) { H5Pset_deflate(list, 1); });
  EXPECT_REFUSED(
      read_all<int>(deflated),
      "from_hdf5('" + path("deflate") + "', '/x'): the chunk from element (50, 0) on cannot be read: its ");
  EXPECT_REFUSED(read_all<int>(deflated), "are not a deflate stream of 10000 bytes; the file is damaged");
  EXPECT_EQ(read_box<int>(deflated, {0, 0}, {50, 100}), std::vector<int>(5000, 5));  // the others are good
  const auto checked = write("fletcher", [](hid_t list) { H5Pset_fletcher32(list); });
  EXPECT_REFUSED(read_all<int>(checked), "the chunk from element (50, 0) on cannot be read: its checksum is");
  const auto by_hdf5 = write("both", [](hid_t list) { H5Pset_nbit(list), H5Pset_fletcher32(list); });
  EXPECT_REFUSED(read_all<int>(by_hdf5), "the elements from (0, 0) on cannot be read");
}

TEST_F(Hdf5Errors, SayThatAChunkHasAnotherLengthOnceDecompressed) {
  write_with_hdf5(path("x"),
                  {.shape = {8}, .chunk = {4}, .more = [](hid_t list) { H5Pset_deflate(list, 1); }}, 0,
                  nullptr);
  {
    const std::vector<std::byte> three(3 * sizeof(int));
    std::vector<std::byte> packed(100);
    const std::size_t size = compress(Codec::kDeflate, 1, three, packed);
    const Hdf5Lock lock;
    const Hdf5Id file(H5Fopen(path("x").c_str(), H5F_ACC_RDWR, H5P_DEFAULT)),
        dataset(H5Dopen2(file.get(), "x", H5P_DEFAULT));
    const hsize_t origin = 4;
    H5Dwrite_chunk(dataset.get(), H5P_DEFAULT, 0, &origin, size, packed.data());
  }
  EXPECT_REFUSED(read_all<int>(describe_hdf5(path("x"), "x")),
                 "the chunk from element (4,) on cannot be read");
}

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Changes the first chunk's size in the index of chunks: a tree, whose first entry begins with that size.
void damage_chunk_size(const std::string& path, std::uint32_t bytes) {
  const std::size_t tree = content_of(path).find(std::string("TREE\x01", 5));
  ASSERT_NE(tree, std::string::npos);
  damage(path, tree + 24, {reinterpret_cast<const char*>(&bytes), sizeof(bytes)});
}

TEST_F(Hdf5Errors, SayThatAnIndexGivesAChunkAnotherSize) {
  const std::vector<int> all(10000, 5);
  const auto written = [&](const std::string& name, hsize_t chunk, bool is_deflated, std::uint32_t bytes) {
    write_with_hdf5(path(name),
                    {.shape = {10000},
                     .chunk = {chunk},
                     .more = [&](hid_t list) { is_deflated ? H5Pset_deflate(list, 1) : 0; }},
                    H5T_NATIVE_INT, all.data());
    damage_chunk_size(path(name), bytes);
    return describe_hdf5(path(name), "x");
  };
  // Few chunks: Bask asks for their addresses and reads them itself.
  const auto longer = written("longer", 5000, false, 100000), none = written("none", 5000, false, 0),
             deflated_none = written("deflated none", 5000, true, 0);
  EXPECT_REFUSED(
      read_all<int>(longer),
      "the chunk from element (0,) on cannot be read: it has 100000 bytes where 20000 are expected");
  EXPECT_REFUSED(read_all<int>(none), "it has 0 bytes where 20000 are expected");
  EXPECT_REFUSED(read_all<int>(deflated_none), "it has 0 bytes where 20000 are expected");
  // Many chunks: the library reads them. It copies as many bytes as its index says,
  // and decodes as many as a chunk has.
  EXPECT_EQ(read_all<int>(written("many longer", 250, false, 8192)), all);
  const auto many_none = written("many none", 250, true, 0),
             many_longer = written("many deflated longer", 250, true, 0x7fffffff);
  EXPECT_REFUSED(read_all<int>(many_none), "the elements from (0,) on cannot be read");
  EXPECT_REFUSED(read_all<int>(many_longer), "it has 2147483647 bytes where 1000 are expected");
}

TEST_F(Hdf5Errors, SayThatChunksHaveAnotherRankThanTheDataset) {
  write_with_hdf5(path("x"), {.shape = {1234567, 7654321}, .chunk = {2, 2}}, 0, nullptr);
  const std::uint64_t extents[] = {1234567, 7654321};
  const std::string bytes(reinterpret_cast<const char*>(extents), sizeof(extents));
  const std::size_t place = content_of(path("x")).find(bytes);
  damage(path("x"), place - 7, std::string(1, '\0'));  // the dataspace's rank
  EXPECT_REFUSED(describe_hdf5(path("x"), "x"), "its chunks have shape (2, 2), and the dataset has shape ()");
}

TEST_F(Hdf5Errors, SayWhereALinkedFileWasLookedFor) {
  {
    const Hdf5Lock lock;
    const Hdf5Id file(H5Fcreate(path("x").c_str(), H5F_ACC_EXCL, H5P_DEFAULT, H5P_DEFAULT));
    H5Lcreate_external("gone.h5", "/a", file.get(), "u", H5P_DEFAULT, H5P_DEFAULT);
  }
  EXPECT_REFUSED(
      describe_hdf5(path("x"), "u"),
      "'/u' is a link to '/a' of the file 'gone.h5', and there is no such file; put it beside this");
}

// HDF5 frees memory that it has never set when it lists such a group: Bask must not have it listed.
TEST_F(Hdf5Errors, DoNotListTheNamesOfADamagedGroup) {
  {
    const Hdf5Lock lock;
    const Hdf5Id list(H5Pcreate(H5P_FILE_CREATE));
    H5Pset_link_creation_order(list.get(), H5P_CRT_ORDER_TRACKED);
    const Hdf5Id file(H5Fcreate(path("x.h5").c_str(), H5F_ACC_EXCL, list.get(), H5P_DEFAULT));
    const Hdf5Id space(H5Screate(H5S_SCALAR));
    for (const char* name : {"first", "second", "third"})
      EXPECT_TRUE(Hdf5Id(
          H5Dcreate2(file.get(), name, H5T_NATIVE_INT, space.get(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT)));
  }
  EXPECT_REFUSED(describe_hdf5(path("x.h5"), "fourth"), "holds the datasets first, second, third");
  close_for_reading(path("x.h5"));
  std::fstream file(path("x.h5"), std::ios::in | std::ios::out | std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  constexpr std::size_t kVersionBeforeName = 11;
  file.seekp(static_cast<std::streamoff>(bytes.find("second") - kVersionBeforeName));
  file.put('\x55');
  file.close();
  ::mallopt(M_PERTURB, 0x55);
  EXPECT_REFUSED(describe_hdf5(path("x.h5"), "fourth"), "there is no such dataset");
  EXPECT_REFUSED(describe_hdf5(path("x.h5"), ""), "the file holds no dataset in '/'");
  ::mallopt(M_PERTURB, 0);
  EXPECT_EQ(describe_hdf5(path("x.h5"), "first").name, "/first");
}

TEST_F(Hdf5Errors, SayThatAShapeIsLargerThanAnyMemory) {
  const hsize_t huge = hsize_t{1} << 40;
  write_with_hdf5(path("x"), {.shape = {huge, huge}, .chunk = {1, 1}}, 0, nullptr);
  EXPECT_REFUSED(describe_hdf5(path("x"), "x"), "its shape is larger than any computer's memory");
}

TEST_F(Hdf5Errors, SayWhichFilterIsMissing) {
  const unsigned client = 1;
  const std::vector<int> all(16, 1);
  write_with_hdf5(path("x"),
                  {.shape = {16},
                   .chunk = {16},
                   .more = [&](hid_t list) { H5Pset_filter(list, 300, H5Z_FLAG_OPTIONAL, 1, &client); }},
                  0, nullptr);
  {
    const Hdf5Lock lock;
    const Hdf5Id file(H5Fopen(path("x").c_str(), H5F_ACC_RDWR, H5P_DEFAULT)),
        dataset(H5Dopen2(file.get(), "x", H5P_DEFAULT));
    const hsize_t origin = 0;
    H5Dwrite_chunk(dataset.get(), H5P_DEFAULT, 0, &origin, 64, all.data());
  }
  EXPECT_REFUSED(read_all<int>(describe_hdf5(path("x"), "x")), "its filters are 300");
}

}  // namespace
}  // namespace bask
