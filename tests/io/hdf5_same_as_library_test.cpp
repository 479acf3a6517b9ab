// Bask reads the same elements as the library: of every type, layout, index of chunks and filter, through
// links, and in files of several kinds.
#include "../many.hpp"
#include "hdf5_files.hpp"

#include <bask/io/hdf5_raw_access.hpp>
#include <bask/io/hdf5_type.hpp>

#include <cmath>
#include <cstring>
#include <random>

namespace bask {
namespace {

using namespace testing;

struct Type {
  std::string name;
  Hdf5Id id;
  DType dtype = DType::kFloat64;  // the type to be read as
  bool has_bytes_of_dtype = false;
};

struct Layout {
  std::string name;
  bool is_chunked = true;
  bool is_latest = false;
  hsize_t most_rows = 0, most_columns = 0;  // 0: fixed at the dataset's shape
  bool is_one_chunk = false;
  std::function<void(hid_t list)> more = [](hid_t) {};
};

struct Filters {
  std::string name;
  std::function<void(hid_t list, unsigned chunk_bytes)> add;
  bool needs_integers = false;
};

Hdf5Id copy(hid_t type) {
  return Hdf5Id(H5Tcopy(type));
}

Hdf5Id integer(std::size_t size, bool is_signed, bool is_big, std::size_t precision, std::size_t offset) {
  Hdf5Id type = copy(H5T_STD_I32LE);
  H5Tset_size(type.get(), size);
  H5Tset_order(type.get(), is_big ? H5T_ORDER_BE : H5T_ORDER_LE);
  H5Tset_sign(type.get(), is_signed ? H5T_SGN_2 : H5T_SGN_NONE);
  H5Tset_precision(type.get(), precision);
  H5Tset_offset(type.get(), offset);
  return type;
}

Hdf5Id floating(std::size_t size, std::size_t exponent_bits, std::size_t fraction_bits, std::size_t bias) {
  Hdf5Id type = copy(H5T_IEEE_F64LE);
  H5Tset_fields(type.get(), exponent_bits + fraction_bits, fraction_bits, exponent_bits, 0, fraction_bits);
  H5Tset_precision(type.get(), 1 + exponent_bits + fraction_bits);
  H5Tset_ebias(type.get(), bias);
  H5Tset_size(type.get(), size);
  return type;
}

Hdf5Id bool_of(std::int8_t no, std::int8_t yes) {
  Hdf5Id type(H5Tenum_create(H5T_NATIVE_INT8));
  H5Tenum_insert(type.get(), "FALSE", &no);
  H5Tenum_insert(type.get(), "TRUE", &yes);
  return type;
}

Hdf5Id enumeration_of(const Hdf5Id& base) {
  Hdf5Id type(H5Tenum_create(base.get()));
  for (std::int64_t i = 0; i < 8; ++i) {
    std::int64_t value = i;
    H5Tconvert(H5T_NATIVE_INT64, base.get(), 1, &value, nullptr, H5P_DEFAULT);
    H5Tenum_insert(type.get(), ("v" + std::to_string(i)).c_str(), &value);
  }
  return type;
}

DType integer_dtype(std::size_t size, bool is_signed) {
  const int log = size == 1 ? 0 : size == 2 ? 1 : size <= 4 ? 2 : 3;
  return static_cast<DType>(static_cast<int>(is_signed ? DType::kInt8 : DType::kUInt8) + log);
}

std::vector<Type> all_types() {
  std::vector<Type> types;
  for (const std::size_t size : {1u, 2u, 3u, 4u, 8u}) {
    for (const bool is_signed : {false, true}) {
      for (const bool is_big : {false, true}) {
        const std::string name = (is_signed ? "i" : "u") + std::to_string(size) + (is_big ? "be" : "le");
        const DType dtype = integer_dtype(size, is_signed);
        types.push_back({name, integer(size, is_signed, is_big, 8 * size, 0), dtype, size != 3});
        types.push_back({name + "half", integer(size, is_signed, is_big, 4 * size, 0), dtype});
        types.push_back({name + "shifted", integer(size, is_signed, is_big, 5 * size, 2 * size), dtype});
      }
    }
  }
  types.push_back({"f4le", copy(H5T_IEEE_F32LE), DType::kFloat32, true});
  types.push_back({"f4be", copy(H5T_IEEE_F32BE), DType::kFloat32, true});
  types.push_back({"f8le", copy(H5T_IEEE_F64LE), DType::kFloat64, true});
  types.push_back({"f8be", copy(H5T_IEEE_F64BE), DType::kFloat64, true});
  types.push_back({"half", floating(2, 5, 10, 15), DType::kFloat32});
  types.push_back({"brain", floating(2, 8, 7, 127), DType::kFloat32});
  types.push_back({"wide", floating(4, 11, 20, 1023), DType::kFloat64});  // larger than any float32
  types.push_back({"biased", floating(4, 8, 23, 200), DType::kFloat64});  // smaller than any float32
  types.push_back({"padded", floating(8, 8, 23, 127), DType::kFloat32});
  types.push_back({"bool", bool_of(0, 1), DType::kBool, true});
  types.push_back({"reversed", bool_of(1, 0), DType::kBool});
  types.push_back({"enumeration", enumeration_of(copy(H5T_STD_I16BE)), DType::kInt16, true});
  types.push_back({"odd", enumeration_of(integer(4, true, false, 12, 5)), DType::kInt32});
  types.push_back({"complex", native_type_of(DType::kComplex64), DType::kComplex64, true});
  return types;
}

// All types; under sanitizers every fourth, in each turn others.
std::vector<Type> types_in_turn(int turn) {
  int i = turn;
  std::vector<Type> types = all_types();
  if (kSanitized) std::erase_if(types, [&](const Type&) { return i++ % 4 != 0; });
  return types;
}

std::vector<Layout> all_layouts() {
  const auto early = [](hid_t list) { H5Pset_alloc_time(list, H5D_ALLOC_TIME_EARLY); };
  const auto never = [](hid_t list) { H5Pset_fill_time(list, H5D_FILL_TIME_NEVER); };
  constexpr hsize_t kMore = H5S_UNLIMITED;
  return {
      {.name = "compact", .is_chunked = false, .more = [](hid_t list) { H5Pset_layout(list, H5D_COMPACT); }},
      {.name = "contiguous", .is_chunked = false},
      {.name = "contiguous, early", .is_chunked = false, .more = early},
      {.name = "v1 tree"},
      {.name = "v1 tree, unfilled", .more = never},
      {.name = "v1 tree, early", .more = early},
      {.name = "single", .is_latest = true, .is_one_chunk = true},
      {.name = "implicit", .is_latest = true, .more = early},
      {.name = "fixed array", .is_latest = true},
      {.name = "extensible array", .is_latest = true, .most_rows = kMore},
      {.name = "v2 tree", .is_latest = true, .most_rows = kMore, .most_columns = kMore},
      {.name = "plain edges, fixed array",
       .is_latest = true,
       .more = [](hid_t list) { H5Pset_chunk_opts(list, H5D_CHUNK_DONT_FILTER_PARTIAL_CHUNKS); }},
      {.name = "plain edges, extensible array",
       .is_latest = true,
       .most_rows = kMore,
       .more = [](hid_t list) { H5Pset_chunk_opts(list, H5D_CHUNK_DONT_FILTER_PARTIAL_CHUNKS); }},
      {.name = "plain edges, v2 tree",
       .is_latest = true,
       .most_rows = kMore,
       .most_columns = kMore,
       .more = [](hid_t list) { H5Pset_chunk_opts(list, H5D_CHUNK_DONT_FILTER_PARTIAL_CHUNKS); }},
  };
}

void add_filter(hid_t list, int id, std::vector<unsigned> client) {
  H5Pset_filter(list, id, H5Z_FLAG_OPTIONAL, client.size(), client.data());
}

std::vector<Filters> all_filters() {
  std::vector<Filters> filters{
      {"deflate", [](hid_t list, unsigned) { H5Pset_deflate(list, 4); }},
      {"shuffle", [](hid_t list, unsigned) { H5Pset_shuffle(list); }},
      {"fletcher32", [](hid_t list, unsigned) { H5Pset_fletcher32(list); }},
      {"all",
       [](hid_t list, unsigned) { H5Pset_shuffle(list), H5Pset_deflate(list, 1), H5Pset_fletcher32(list); }},
      {"nbit", [](hid_t list, unsigned) { H5Pset_nbit(list); }},
      {"scale and offset", [](hid_t list, unsigned) { H5Pset_scaleoffset(list, H5Z_SO_INT, 0); }, true},
  };
  unsigned can = 0;
  H5Zget_filter_info(H5Z_FILTER_SZIP, &can);
  if ((can & H5Z_FILTER_CONFIG_ENCODE_ENABLED) != 0) {
    filters.push_back(
        {"szip", [](hid_t list, unsigned) { H5Pset_szip(list, H5_SZIP_NN_OPTION_MASK, 8); }, true});
  }
  if (is_built_in(Codec::kLzf)) {
    filters.push_back({"lzf", [](hid_t list, unsigned bytes) {
                         add_filter(list, 32000, {4, 0x105, bytes});
                       }});
  }
  if (is_built_in(Codec::kZstd))
    filters.push_back({"zstd", [](hid_t list, unsigned) { add_filter(list, 32015, {1}); }});
  return filters;
}

Hdf5Id open_or_create(const std::string& path, bool is_latest, hid_t creation = H5P_DEFAULT) {
  const Hdf5Id access(H5Pcreate(H5P_FILE_ACCESS));
  if (is_latest) H5Pset_libver_bounds(access.get(), H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
  return Hdf5Id(std::filesystem::exists(path)
                    ? H5Fopen(path.c_str(), H5F_ACC_RDWR, access.get())
                    : H5Fcreate(path.c_str(), H5F_ACC_EXCL, creation, access.get()));
}

constexpr hsize_t kRows = 70, kColumns = 100;

// Writes numbers that use many bits of their type. Rows from `first` on are never written.
void write_numbers(hid_t dataset, DType dtype, hsize_t rows, hsize_t first) {
  std::mt19937_64 random(3);
  std::vector<std::int64_t> integers(rows * kColumns);
  for (auto& number : integers) number = static_cast<std::int64_t>(random() >> (random() % 64));
  std::vector<double> floats;
  for (const std::int64_t number : integers)
    floats.push_back(std::ldexp(static_cast<double>(number % 2048), -9));
  std::vector<std::int8_t> flags;
  for (const std::int64_t number : integers) flags.push_back(static_cast<std::int8_t>(number & 1));
  std::vector<float> pairs(2 * integers.size());
  for (std::size_t i = 0; i < pairs.size(); ++i) pairs[i] = static_cast<float>(i);
  const Hdf5Id space(H5Dget_space(dataset));
  const hsize_t begin[] = {0, 0}, extent[] = {first, kColumns};
  H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, begin, nullptr, extent, nullptr);
  const Hdf5Id memory(H5Screate_simple(2, extent, nullptr)), native = native_type_of(dtype);
  const Hdf5Id stored(H5Dget_type(dataset));
  if (H5Tget_class(stored.get()) == H5T_ENUM && dtype != DType::kBool) {  // HDF5 converts no numbers to it
    ASSERT_GE(H5Dwrite(dataset, stored.get(), memory.get(), space.get(), H5P_DEFAULT, integers.data()), 0);
    return;
  }
  const bool is_number = is_floating(dtype);
  const void* data = dtype == DType::kBool ? static_cast<const void*>(flags.data())
                     : is_complex(dtype)   ? pairs.data()
                     : is_number           ? static_cast<const void*>(floats.data())
                                           : integers.data();
  const hid_t type = dtype == DType::kBool || is_complex(dtype) ? native.get()
                     : is_number                                ? H5T_NATIVE_DOUBLE
                                                                : H5T_NATIVE_INT64;
  ASSERT_GE(H5Dwrite(dataset, type, memory.get(), space.get(), H5P_DEFAULT, data), 0) << hdf5_error_text();
}

void write_dataset(hid_t file, const std::string& name, const Type& type, const Layout& layout,
                   const std::function<void(hid_t, unsigned)>& filters, hsize_t scale) {
  const hsize_t rows = kRows / scale, shape[] = {rows, kColumns};
  const hsize_t most[] = {layout.most_rows != 0 ? layout.most_rows : rows,
                          layout.most_columns != 0 ? layout.most_columns : kColumns};
  const hsize_t chunk[] = {layout.is_one_chunk ? rows : 30 / scale,
                           layout.is_one_chunk ? kColumns : 40 / scale};
  const Hdf5Id list(H5Pcreate(H5P_DATASET_CREATE)), space(H5Screate_simple(2, shape, most));
  if (layout.is_chunked) H5Pset_chunk(list.get(), 2, chunk);
  layout.more(list.get());
  filters(list.get(), static_cast<unsigned>(chunk[0] * chunk[1] * H5Tget_size(type.id.get())));
  const Hdf5Id dataset(
      H5Dcreate2(file, name.c_str(), type.id.get(), space.get(), H5P_DEFAULT, list.get(), H5P_DEFAULT));
  ASSERT_TRUE(dataset) << name << ": " << hdf5_error_text();
  write_numbers(dataset.get(), type.dtype, rows, layout.is_one_chunk ? rows : 65 / scale);
}

// Reads by the library alone, into the machine's own type.
std::vector<char> by_library(const std::string& path, const std::string& name, DType dtype, Extents start,
                             Extents extent) {
  const Hdf5Lock lock;
  const Hdf5Id file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT)),
      dataset(H5Dopen2(file.get(), name.c_str(), H5P_DEFAULT)), space(H5Dget_space(dataset.get()));
  std::vector<char> bytes(static_cast<std::size_t>(product(extent)) * size_of(dtype));
  const auto begin = hdf5_extents(start), counts = hdf5_extents(extent);
  const Hdf5Id memory(H5Screate_simple(static_cast<int>(counts.size()), counts.data(), nullptr));
  H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, begin.data(), nullptr, counts.data(), nullptr);
  EXPECT_GE(H5Dread(dataset.get(), native_type_of(dtype).get(), memory.get(), space.get(), H5P_DEFAULT,
                    bytes.data()),
            0)
      << hdf5_error_text();
  return bytes;
}

Hdf5RawAccess access_of(const std::string& path, const std::string& name) {
  const Hdf5Dataset described = describe_hdf5(path, name);
  const Hdf5Lock lock;
  const Hdf5Id file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT)),
      dataset(H5Dopen2(file.get(), described.name.c_str(), H5P_DEFAULT));
  return can_read_by_address(described, dataset.get());
}

// Compares the whole dataset, and boxes across chunks and within one chunk.
void expect_same(const std::string& path, const std::string& name, DType dtype) {
  const Hdf5Dataset dataset = describe_hdf5(path, name);
  ASSERT_EQ(dataset.dtype, dtype);
  const std::int64_t rows = dataset.shape[0];
  for (const auto& [start, extent] : std::vector<std::pair<Extents, Extents>>{{{0, 0}, {rows, 100}},
                                                                              {{rows / 2, 39}, {rows / 2, 5}},
                                                                              {{rows - 1, 3}, {1, 96}},
                                                                              {{1, 1}, {2, 2}}}) {
    std::vector<char> bytes(static_cast<std::size_t>(product(extent)) * size_of(dtype), '\x55');
    read_hdf5(dataset, start, extent, dtype, Hdf5Decoding::kNone, bytes.data());
    ASSERT_TRUE(bytes == by_library(path, name, dtype, start, extent)) << "from row " << start[0];
  }
}

class SameAsLibrary : public Hdf5Files {};

TEST_F(SameAsLibrary, InEveryTypeAndLayout) {
  const Hdf5Lock lock;
  int turn = 0;
  for (const Layout& layout : all_layouts()) {
    const auto types = types_in_turn(turn++);
    const std::string file = path(layout.name);
    for (const hsize_t scale : {hsize_t{1}, hsize_t{10}}) {
      for (const Type& type : types) {
        const std::string name = type.name + std::to_string(scale);
        write_dataset(
            open_or_create(file, layout.is_latest).get(), name, type, layout, [](hid_t, unsigned) {}, scale);
      }
    }
    for (const hsize_t scale : {hsize_t{1}, hsize_t{10}}) {
      for (const Type& type : types) {
        const std::string name = type.name + std::to_string(scale);
        SCOPED_TRACE(layout.name + ", " + name);
        expect_same(file, name, type.dtype);
        EXPECT_EQ(describe_hdf5(file, name).has_bytes_of_dtype, type.has_bytes_of_dtype);
        EXPECT_EQ(access_of(file, name).reason.empty(), type.has_bytes_of_dtype && layout.name != "compact");
      }
    }
  }
}

TEST_F(SameAsLibrary, InEveryTypeAndFilter) {
  const Hdf5Lock lock;
  int turn = 0;
  for (const Layout& layout : all_layouts()) {
    if (!layout.is_chunked || layout.name == "implicit") continue;  // that one takes no filters
    const bool has_all = layout.name == "v1 tree" || layout.name == "plain edges, fixed array";
    for (const Filters& filters : all_filters()) {
      const auto types = types_in_turn(turn++);
      const std::string file = path(layout.name + filters.name);
      const auto wanted = [&](const Type& type) {
        if (filters.needs_integers && !(type.has_bytes_of_dtype && type.name.size() == 4 &&
                                        (type.name[0] == 'i' || type.name[0] == 'u')))
          return false;
        return has_all || type.name == "i4le" || type.name == "f8be" || type.name == "i2behalf";
      };
      {
        const Hdf5Id made = open_or_create(file, layout.is_latest);
        for (const Type& type : types) {
          if (wanted(type)) write_dataset(made.get(), type.name, type, layout, filters.add, 1);
          if (wanted(type)) write_dataset(made.get(), type.name + "small", type, layout, filters.add, 10);
        }
      }
      for (const Type& type : types) {
        if (!wanted(type)) continue;
        SCOPED_TRACE(layout.name + ", " + filters.name + ", " + type.name);
        expect_same(file, type.name, type.dtype);
        expect_same(file, type.name + "small", type.dtype);
      }
    }
  }
}

TEST_F(SameAsLibrary, InFilesOfOtherKindsAndThroughLinks) {
  const Type type{"i4", copy(H5T_STD_I32LE), DType::kInt32, true};
  const auto layouts = all_layouts();
  const auto write_all = [&](const std::string& name, hid_t creation) {
    const Hdf5Lock lock;
    const Hdf5Id file = open_or_create(path(name), false, creation);
    write_dataset(
        file.get(), "plain", type, {.name = "", .is_chunked = false}, [](hid_t, unsigned) {}, 1);
    write_dataset(
        file.get(), "chunked", type, {.name = ""}, [](hid_t, unsigned) {}, 1);
    write_dataset(
        file.get(), "deflated", type, {.name = ""}, [](hid_t list, unsigned) { H5Pset_deflate(list, 1); }, 1);
  };
  const Hdf5Id block(H5Pcreate(H5P_FILE_CREATE)), paged(H5Pcreate(H5P_FILE_CREATE));
  H5Pset_userblock(block.get(), 1024);
  H5Pset_file_space_strategy(paged.get(), H5F_FSPACE_STRATEGY_PAGE, 1, 1);
  write_all("target", H5P_DEFAULT), write_all("block", block.get()), write_all("paged", paged.get());
  std::filesystem::create_symlink(path("target"), path("linked"));
  {
    const Hdf5Lock lock;
    const Hdf5Id master = open_or_create(path("master"), false);
    write_dataset(
        master.get(), "plain", type, {.name = "", .is_chunked = false},
        [](hid_t list, unsigned) {
          int one = 1;
          H5Pset_fill_value(list, H5T_NATIVE_INT, &one);
        },
        1);
    for (const std::string file : {"target", "block", "linked"}) {
      for (const std::string name : {"plain", "chunked", "deflated"})
        H5Lcreate_external(file.c_str(), name.c_str(), master.get(), (file + "_" + name).c_str(), H5P_DEFAULT,
                           H5P_DEFAULT);
      H5Lcreate_external(file.c_str(), "/", master.get(), file.c_str(), H5P_DEFAULT, H5P_DEFAULT);
      H5Lcreate_soft((file + "/chunked").c_str(), master.get(), (file + "_soft").c_str(), H5P_DEFAULT,
                     H5P_DEFAULT);
    }
    const Hdf5Id outer = open_or_create(path("outer"), false);
    H5Lcreate_external("master", "target_soft", outer.get(), "x", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_hard(master.get(), "plain", master.get(), "hard", H5P_DEFAULT, H5P_DEFAULT);
  }
  for (const std::string file : {"target", "block", "paged", "linked"}) {
    for (const std::string name : {"plain", "chunked", "deflated"}) {
      SCOPED_TRACE(file + " " + name);
      expect_same(path(file), name, type.dtype);
      EXPECT_EQ(access_of(path(file), name).reason,
                file == "block" ? "its file begins with a user block" : "");
      if (file == "paged") continue;
      expect_same(path("master"), file + "_" + name, type.dtype);
      expect_same(path("master"), file + "/" + name, type.dtype);
      expect_same(path("master"), file + "_soft", type.dtype);
      EXPECT_EQ(describe_hdf5(path("master"), file + "_" + name).sources[0].path, path(file));
    }
  }
  expect_same(path("master"), "hard", type.dtype);
  expect_same(path("outer"), "x", type.dtype);
  const auto sources = describe_hdf5(path("outer"), "x").sources;
  ASSERT_EQ(sources.size(), 2u);
  EXPECT_EQ(sources[0].path, path("master"));
  EXPECT_EQ(sources[1].path, path("target"));
}

TEST_F(SameAsLibrary, OfAFileThatIsMountedInAnother) {
  const Type type{"i4", copy(H5T_STD_I32LE), DType::kInt32, true};
  const Hdf5Lock lock;
  const Hdf5Id parent = open_or_create(path("parent"), false), child = open_or_create(path("child"), false);
  write_dataset(
      child.get(), "x", type, {.name = "", .is_chunked = false}, [](hid_t, unsigned) {}, 1);
  H5Fflush(child.get(), H5F_SCOPE_GLOBAL);
  const Hdf5Id point(H5Gcreate2(parent.get(), "m", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
  ASSERT_GE(H5Fmount(parent.get(), "m", child.get(), H5P_DEFAULT), 0);
  const Hdf5Id dataset(H5Dopen2(parent.get(), "m/x", H5P_DEFAULT));
  Hdf5Dataset described;
  described.dtype = DType::kInt32;
  const Hdf5RawAccess raw = can_read_by_address(described, dataset.get());
  // Either the dataset's own file, or none: never the file that it was opened through.
  if (raw.access == Hdf5Access::kAddresses)
    EXPECT_EQ(raw.descriptor, descriptor_of(child.get()));
  else
    EXPECT_EQ(raw.reason, "it lies in a mounted file");
  H5Funmount(parent.get(), "m");
}

TEST_F(SameAsLibrary, WhereFiltersWereSkippedOrElementsLieInRawFiles) {
  const Type type{"i4", copy(H5T_STD_I32LE), DType::kInt32, true};
  {
    const Hdf5Lock lock;
    const Hdf5Id file = open_or_create(path("x"), false);
    write_dataset(
        file.get(), "x", type, {.name = ""},
        [](hid_t list, unsigned) { H5Pset_shuffle(list), H5Pset_deflate(list, 1), H5Pset_fletcher32(list); },
        1);
    const Hdf5Id dataset(H5Dopen2(file.get(), "x", H5P_DEFAULT));
    const std::vector<int> numbers(30 * 40, 7);
    const hsize_t origin[] = {30, 40};
    H5Dwrite_chunk(dataset.get(), H5P_DEFAULT, 7, origin, numbers.size() * 4, numbers.data());
    write_text("raw1", std::string(6000, 'a'));
    write_text("raw2", std::string(23000, 'b'));
    write_dataset(
        file.get(), "raw", type, {.name = "", .is_chunked = false},
        [&](hid_t list, unsigned) {
          H5Pset_external(list, path("raw1").c_str(), 100, 5000);
          H5Pset_external(list, path("raw2").c_str(), 0, 23000);
        },
        1);
  }
  expect_same(path("x"), "x", type.dtype);
  expect_same(path("x"), "raw", type.dtype);
  EXPECT_EQ(access_of(path("x"), "raw").reason, "its elements lie in raw files");
  const auto sources = describe_hdf5(path("x"), "raw").sources;
  ASSERT_EQ(sources.size(), 2u);
  EXPECT_EQ(sources[1].path, path("raw2"));
  std::filesystem::remove(path("raw2"));
  EXPECT_REFUSED(describe_hdf5(path("x"), "raw"), "its elements are in the raw file '" + path("raw2") +
                                                      "', and there is no such file in the working");
}

}  // namespace
}  // namespace bask
