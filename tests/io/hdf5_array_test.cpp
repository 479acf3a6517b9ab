// Arrays from files and to files: what is written is read back, missing values become NaN, and failures
// change no file.
#include "hdf5_files.hpp"

#include <sys/wait.h>
#include <bask/bask.hpp>
#include <bask/collections/array/blockwise.hpp>
#include <bask/collections/array/creation.hpp>
#include <bask/collections/array/elementwise.hpp>
#include <bask/collections/array/manipulation.hpp>
#include <bask/collections/array/universal_functions.hpp>
#include <bask/graph/task_graph.hpp>
#include <bask/io/hdf5.hpp>

#include <atomic>
#include <cmath>
#include <complex>
#include <limits>

namespace bask {
namespace {

namespace fs = std::filesystem;
using testing::Hdf5Files;
using testing::message_of;

class Hdf5Arrays : public Hdf5Files {
 protected:
  // 0, 1, … in 7 x 10, in blocks of 3 x 4, of any type.
  template <class E>
  static Array<E> numbers(const ChunkSpec& chunks = {3, 4}) {
    return arange<std::int64_t>(70).reshape({7, 10}).rechunk(chunks).astype<E>();
  }
  std::size_t entries() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(directory_), {}));
  }
  std::string message_of_task(const std::function<void()>& wrong) {
    try {
      wrong();
    } catch (const std::exception& error) {
      return error.what();
    }
    return "no error";
  }
  Client client_ = Client(Options{.threads = 2});
};

TEST_F(Hdf5Arrays, SayWhatIsReadAndWritten) {
  const auto names = [](const auto& x) {
    const LayerPtr layer = x.node()->lowered().layer();
    TaskGraph graph;
    const std::vector<std::uint32_t> places(layer->inputs().size() + 1, 0);
    layer->expand(graph, places);
    return graph.groups.back().layer;
  };
  to_hdf5(path("x.h5"), "/group/x", numbers<double>());
  const auto x = from_hdf5<double>(path("x.h5"), "group/x");
  EXPECT_EQ(names(x), "from_hdf5 group/x");
  EXPECT_EQ(names(sqrt(x) + 1.0), "sqrt, add");
}

// Chunks of 8 MiB, of which a thread has two and their compressed bytes while it reads or writes one.
class Hdf5Scratch : public Hdf5Files {};
TEST_F(Hdf5Scratch, IsTheChunksThatAreOnTheirWay) {
  constexpr std::uint64_t kChunk = 8 << 20;
  const auto x = random::default_rng(1).random({4096, 1024}, 1024);
  Client client(Options{.scheduler = Scheduler::kSync, .memory_limit = 48 << 20});
  to_hdf5(path("x.h5"), "x", x, {.compression = {Codec::kDeflate, 1, true}});
  EXPECT_EQ(client.last_compute().memory[0].peak_of(MemoryKind::kScratch), 3 * kChunk);
  const auto y = from_hdf5<double>(path("x.h5"), "x").persist();
  const MemoryUse memory = client.last_compute().memory[0];
  EXPECT_EQ(memory.peak_of(MemoryKind::kScratch), 3 * kChunk);
  EXPECT_LE(memory.peak, 48u << 20);
  EXPECT_EQ((y - x).max().compute().span()[0], 0);
  EXPECT_EQ((y - x).min().compute().span()[0], 0);
}

double refuse(double x) {
  if (x == 50) throw std::domain_error("x is 50");
  return x;
}

template <class T>
class Hdf5Types : public Hdf5Arrays {};
using Types =
    ::testing::Types<bool, std::int8_t, std::int16_t, std::int32_t, std::int64_t, std::uint8_t, std::uint16_t,
                     std::uint32_t, std::uint64_t, float, double, std::complex<float>, std::complex<double>>;
TYPED_TEST_SUITE(Hdf5Types, Types);

TYPED_TEST(Hdf5Types, ComeBackAsTheyWere) {
  const auto x = this->template numbers<TypeParam>();
  to_hdf5(this->path("x.h5"), "group/x", x);
  EXPECT_EQ(describe_hdf5(this->path("x.h5"), "group/x").dtype, dtype_of<TypeParam>());
  EXPECT_EQ(from_hdf5<TypeParam>(this->path("x.h5"), "/group/x").compute(), x.compute());
  EXPECT_EQ(this->entries(), 1u);
}

TEST_F(Hdf5Arrays, MayHaveAnyChunksInTheFileAndInMemory) {
  const NdArray<double> expected = numbers<double>().compute();
  for (const Shape& chunks : {Shape(), Shape{7, 10}, Shape{1, 1}, Shape{2, 3}, Shape{5, 7}}) {
    to_hdf5(path("x.h5"), "x", numbers<double>(), {.chunks = chunks});
    EXPECT_EQ(describe_hdf5(path("x.h5"), "x").chunk_shape, chunks);
    for (const ChunkSpec& blocks :
         {ChunkSpec(), ChunkSpec{3, 4}, ChunkSpec(Chunks{{1, 6}, {10}}), ChunkSpec(1)}) {
      EXPECT_EQ(from_hdf5<double>(path("x.h5"), "x", {.chunks = blocks}).compute(), expected);
    }
  }
  EXPECT_EQ(from_hdf5<double>(path("x.h5"), "x", {.chunks = ChunkSpec{3, 4}}).chunks(),
            (Chunks{{3, 3, 1}, {4, 4, 2}}));
}

TEST_F(Hdf5Arrays, MayBeCompressed) {
  for (const Codec codec : {Codec::kDeflate, Codec::kLzf, Codec::kZstd}) {
    if (!is_built_in(codec)) continue;
    for (const bool shuffles : {false, true}) {
      to_hdf5(path("x.h5"), "x", numbers<std::int32_t>(), {.compression = {codec, 1, shuffles}});
      EXPECT_EQ(describe_hdf5(path("x.h5"), "x").filters.size(), shuffles ? 2u : 1u);
      EXPECT_EQ(from_hdf5<std::int32_t>(path("x.h5"), "x").compute(), numbers<std::int32_t>().compute())
          << bask::name_of(codec);
    }
  }
}

TEST_F(Hdf5Arrays, MayHaveNoElementsNoAxesOrEmptyBlocks) {
  for (const auto output : {Hdf5Output::kAuto, Hdf5Output::kFilePerRank}) {
    const auto gaps = ones({5}, Chunks{{0, 2, 0, 3, 0}});
    to_hdf5(path("x.h5"), {{"none", zeros({0, 3})}, {"one", full<double>({}, 7)}, {"gaps", gaps}}, {},
            output);
    EXPECT_EQ(from_hdf5<double>(path("x.h5"), "none").compute(), NdArray<double>(Shape{0, 3}));
    EXPECT_EQ(from_hdf5<double>(path("x.h5"), "one").compute().item(), 7);
    EXPECT_EQ(from_hdf5<double>(path("x.h5"), "gaps").compute(), gaps.compute());
  }
}

TEST_F(Hdf5Arrays, OfSeveralFilesAreJoinedInTheOrderOfTheirNames) {
  for (const int part : {2, 0, 1}) {
    to_hdf5(path("part" + std::to_string(part) + ".h5"), "x", numbers<double>() + 100.0 * part);
  }
  const NdArray<double> x = numbers<double>().compute();
  const NdArray<double> down = from_hdf5<double>(path("part*.h5"), "x").compute();
  const NdArray<double> across = from_hdf5<double>(path("part[0-2].h5"), "x", {.axis = -1}).compute();
  for (std::int64_t i = 0; i < 7; ++i) {
    for (std::int64_t j = 0; j < 10; ++j) {
      ASSERT_EQ(down(7 + i, j), x(i, j) + 100);
      ASSERT_EQ(across(i, 20 + j), x(i, j) + 200);
    }
  }
  to_hdf5(path("part3.h5"), "x", ones({7, 9}));
  EXPECT_EQ(message_of([&] { from_hdf5<double>(path("part*.h5"), "x"); }),
            "from_hdf5 " + path("part*.h5") +
                ": shapes (7, 10) and (7, 9) differ along axis 1; "
                "only the axis along which they are joined may differ, here axis 0");
  to_hdf5(path("part3.h5"), "x", ones({7}), {}, Hdf5Mode::kReplace);
  EXPECT_REFUSED(from_hdf5<double>(path("part*.h5"), "x"), "the datasets have shapes (7, 10) and (7,)");
  EXPECT_REFUSED(from_hdf5<double>(path("part?.nc"), "x"), "no file matches " + path("part?.nc"));
}

TEST_F(Hdf5Arrays, HaveNanWhereNetcdfHasMissingValues) {
  to_hdf5(path("x.nc"), "x", numbers<float>(),
          {.attributes = {{"_FillValue", 3.0, DType::kFloat32}, {"missing_value", 12.0, DType::kFloat32}}});
  const NdArray<double> wide = from_hdf5<double>(path("x.nc"), "x").compute();
  const NdArray<float> narrow = from_hdf5<float>(path("x.nc"), "x").compute();
  for (std::size_t i = 0; i < 70; ++i) {
    const bool missing = i == 3 || i == 12;
    EXPECT_EQ(std::isnan(wide[i]), missing);
    EXPECT_EQ(std::isnan(narrow[i]), missing);
    if (!missing) {
      EXPECT_EQ(wide[i], static_cast<double>(i));
    }
  }
  const auto raw = from_hdf5<float>(path("x.nc"), "x", {.decoding = Hdf5Decoding::kNone});
  EXPECT_EQ(raw.compute(), numbers<float>().compute());
}

TEST_F(Hdf5Arrays, AreUnpackedToFloatingOnesAndRawInIntegerOnes) {
  to_hdf5(
      path("x.nc"), "x", numbers<std::int16_t>(),
      {.attributes = {
           {"scale_factor", 0.5}, {"add_offset", -10.0}, {"_FillValue", std::int64_t{9}, DType::kInt16}}});
  const NdArray<double> wide = from_hdf5<double>(path("x.nc"), "x").compute();
  for (std::size_t i = 0; i < 70; ++i) {
    if (i == 9) {
      EXPECT_TRUE(std::isnan(wide[i]));
    } else {
      EXPECT_EQ(wide[i], static_cast<double>(i) * 0.5 - 10);
    }
  }
  EXPECT_EQ(from_hdf5<std::int16_t>(path("x.nc"), "x").compute(), numbers<std::int16_t>().compute());
  EXPECT_EQ(from_hdf5<std::int64_t>(path("x.nc"), "x").compute(), numbers<std::int64_t>().compute());
}

TEST_F(Hdf5Arrays, AreOfTypesThatHoldWhatTheFileHolds) {
  to_hdf5(path("x.h5"), "x", numbers<double>());
  const std::string place = "from_hdf5 " + path("x.h5") + " /x";
  EXPECT_REFUSED(from_hdf5<float>(path("x.h5"), "x"),
                 "it holds float64, not all of which float32 can hold; "
                 "read it as it is, and convert it: from_hdf5<…>(…).astype<…>()");
  EXPECT_REFUSED(from_hdf5<std::int64_t>(path("x.h5"), "x"),
                 "it holds float64, not all of which int64 can hold");
  EXPECT_REFUSED(from_hdf5<bool>(path("x.h5"), "x"), path("x.h5"));
  to_hdf5(path("y.h5"), "y", numbers<std::uint64_t>());
  EXPECT_REFUSED(from_hdf5<std::int64_t>(path("y.h5"), "y"),
                 "it holds uint64, not all of which int64 can hold");
}

TEST_F(Hdf5Arrays, SayWhatIsNotThere) {
  to_hdf5(path("x.h5"), "wind", numbers<double>());
  EXPECT_REFUSED(from_hdf5<double>(path("y.h5"), "wind"), path("y.h5"));
  EXPECT_REFUSED(from_hdf5<double>(path("x.h5"), "winds"), "wind");
  EXPECT_REFUSED(from_hdf5<double>(path("x.h5"), "wind", {.chunks = AxisChunks{3}}),
                 "chunks are given for 1 axes, but the shape (7, 10) has 2; give one length for each axis");
  EXPECT_REFUSED(from_hdf5<double>(path("*.h5"), "wave"), "wave");
}

TEST_F(Hdf5Arrays, AreReadOnlyWhereTheyAreNeeded) {
  to_hdf5(path("x.h5"), "x", numbers<double>(1), {.chunks = Shape{1, 10}});
  const auto x = from_hdf5<double>(path("x.h5"), "x", {.chunks = ChunkSpec{1, 10}});
  EXPECT_EQ(x["2:4, 3"].compute(), NdArray<double>({2}, {23, 33}));
  EXPECT_EQ(client_.last_compute().tasks, 2u + 2u);
  EXPECT_EQ(x["3:3"].compute().size(), 0u);
  EXPECT_EQ(client_.last_compute().tasks, 1u);
}

TEST_F(Hdf5Arrays, KeepDimensionsUnitsAndAttributes) {
  to_hdf5(path("x.nc"),
          {{"lat", arange<double>(7), {.units = "degrees_north", .dimensions = {"lat"}}},
           {"u",
            numbers<float>(),
            {.units = "m s-1",
             .long_name = "eastward wind",
             .dimensions = {"lat", "lon"},
             .attributes = {{"levels", 4}}}}},
          {{"Conventions", "CF-1.8"}});
  const Hdf5Dataset u = describe_hdf5(path("x.nc"), "u");
  EXPECT_EQ(u.dimensions, (std::vector<std::string>{"lat", "lon"}));
  EXPECT_EQ(u.coordinates, (std::vector<std::string>{"/lat", ""}));
  EXPECT_EQ(text_of(u.attributes, "units"), "m s-1");
  EXPECT_EQ(text_of(u.attributes, "long_name"), "eastward wind");
  EXPECT_EQ(numbers_of(u.attributes, "levels"), std::vector<double>{4});
  EXPECT_EQ(text_of(describe_hdf5(path("x.nc"), "lat").attributes, "units"), "degrees_north");
}

TEST_F(Hdf5Arrays, MayBeWrittenOverTheFileThatTheyComeFrom) {
  to_hdf5(path("x.h5"), "x", numbers<double>());
  to_hdf5(path("x.h5"), "x", from_hdf5<double>(path("x.h5"), "x") + 1.0);
  EXPECT_EQ(from_hdf5<double>(path("x.h5"), "x").compute(), (numbers<double>() + 1.0).compute());
}

TEST_F(Hdf5Arrays, OfAFilePerRankReadBackThroughTheVirtualDataset) {
  const std::vector<Hdf5Variable> variables{
      {"group/x", numbers<double>(), {.dimensions = {"a", "b"}, .compression = {Codec::kDeflate, 4, true}}},
      {"y", numbers<std::int16_t>({7, 10})}};
  to_hdf5(path("x.h5"), variables, {}, Hdf5Output::kFilePerRank);
  EXPECT_EQ(describe_hdf5(path("x.h5"), "group/x").layout, Hdf5Layout::kVirtual);
  EXPECT_EQ(describe_hdf5(path("x.h5"), "group/x").dimensions, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(from_hdf5<double>(path("x.h5"), "group/x").compute(), numbers<double>().compute());
  EXPECT_EQ(from_hdf5<std::int16_t>(path("x.h5"), "y").compute(), numbers<std::int16_t>().compute());
}

TEST_F(Hdf5Arrays, OfAFilePerRankLeaveNoOldParts) {
  const auto parts = [&] { return std::distance(fs::recursive_directory_iterator(path("x.h5.parts")), {}); };
  to_hdf5(path("x.h5"), {{"x", numbers<double>()}}, {}, Hdf5Output::kFilePerRank);
  EXPECT_EQ(parts(), 2);  // a directory and a file in it
  to_hdf5(path("x.h5"), {{"x", from_hdf5<double>(path("x.h5"), "x") * 2.0}}, {}, Hdf5Output::kFilePerRank);
  EXPECT_EQ(parts(), 2);
  EXPECT_EQ(from_hdf5<double>(path("x.h5"), "x").compute(), (numbers<double>() * 2.0).compute());
}

TEST_F(Hdf5Arrays, OfATaskThatFailsLeaveTheOldFileAndNothingElse) {
  for (const auto output : {Hdf5Output::kOneFile, Hdf5Output::kFilePerRank}) {
    fs::remove_all(path("x.h5.parts"));
    to_hdf5(path("x.h5"), {{"x", numbers<double>()}}, {}, output);
    const std::size_t before = entries();
    const auto wrong = [&] { to_hdf5(path("x.h5"), {{"x", numbers<double>().map<refuse>()}}, {}, output); };
    EXPECT_NE(message_of_task(wrong).find("x is 50"), std::string::npos);
    EXPECT_EQ(from_hdf5<double>(path("x.h5"), "x").compute(), numbers<double>().compute());
    EXPECT_EQ(entries(), before);
  }
  EXPECT_EQ(std::distance(fs::directory_iterator(path("x.h5.parts")), {}), 1);
}

TEST_F(Hdf5Arrays, AreRefusedBeforeAnythingIsComputedWhenTheyCannotBeWritten) {
  for (const auto output : {Hdf5Output::kOneFile, Hdf5Output::kFilePerRank}) {
    const auto never = numbers<double>().map<refuse>();
    const auto write = [&](const std::string& name, const ToHdf5Options& options) {
      to_hdf5(path(name), {{"x", never, options}}, {}, output);
    };
    EXPECT_REFUSED(write("none/x.h5", {}), path("none"));
    EXPECT_REFUSED(write("x.h5", (ToHdf5Options{.chunks = Shape{2, 2, 2}})), "chunk");
    EXPECT_REFUSED(write("x.h5", (ToHdf5Options{.chunks = Shape{0, 2}})), "chunk");
    EXPECT_REFUSED(write("x.h5", (ToHdf5Options{.dimensions = {"a"}})), "dimension");
    EXPECT_REFUSED(
        write("x.h5", (ToHdf5Options{.chunks = Shape(), .compression = {Codec::kDeflate, 4, true}})),
        "chunk");
    EXPECT_REFUSED(to_hdf5(path("x.h5"), {{"x", never}, {"x", never}}, {}, output),
                   "there is a dataset of that name already");
    EXPECT_EQ(entries(), 0u);
  }
  EXPECT_REFUSED(to_hdf5(path("x.h5"), "x", numbers<double>()[numbers<double>() > 3.0]),
                 "the shape is not known before it is computed; call compute_chunk_sizes() first");
}

TEST_F(Hdf5Arrays, OfOneFileStayWhenOthersAreAdded) {
  for (const auto output : {Hdf5Output::kOneFile, Hdf5Output::kFilePerRank}) {
    fs::remove_all(path("x.h5"));
    to_hdf5(path("x.h5"), {{"x", numbers<double>()}}, {{"title", "first"}, {"run", 1}}, output);
    to_hdf5(path("x.h5"), {{"y", numbers<float>()}}, {{"run", 2}}, output);
    EXPECT_EQ(from_hdf5<double>(path("x.h5"), "x").compute(), numbers<double>().compute());
    EXPECT_EQ(from_hdf5<float>(path("x.h5"), "y").compute(), numbers<float>().compute());
    to_hdf5(path("x.h5"), {{"y", numbers<float>() + 1.0F}}, {}, output);  // the same name, shape and type
    EXPECT_EQ(from_hdf5<double>(path("x.h5"), "x").compute(), numbers<double>().compute());
    EXPECT_EQ(from_hdf5<float>(path("x.h5"), "y").compute(), (numbers<float>() + 1.0F).compute());
    EXPECT_REFUSED(to_hdf5(path("x.h5"), {{"y", numbers<double>()}}, {}, output),
                   "the file has a dataset of that name already, of shape (7, 10) and float32");
    to_hdf5(path("x.h5"), {{"y", numbers<double>()}}, {}, output, Hdf5Mode::kReplace);
    EXPECT_REFUSED(from_hdf5<double>(path("x.h5"), "x"), "there is no such dataset");
  }
  EXPECT_EQ(std::distance(fs::directory_iterator(path("x.h5.parts")), {}), 1);
}

TEST_F(Hdf5Arrays, OfAMovedOrCopiedFileKeepTheirParts) {
  const auto write = [&](double value) {
    to_hdf5(path("x.h5"), {{"x", numbers<double>() + value}}, {}, Hdf5Output::kFilePerRank);
  };
  const auto expect = [&](const std::string& name, double value) {
    EXPECT_EQ(from_hdf5<double>(path(name), "x").compute(), (numbers<double>() + value).compute()) << name;
  };
  const auto runs = [&] { return std::distance(fs::directory_iterator(path("x.h5.parts")), {}); };
  write(1);
  fs::rename(path("x.h5"), path("old.h5"));
  write(2);
  fs::copy_file(path("x.h5"), path("copy.h5"));
  write(3);
  write(4);  // replaces the third, of which no file is left
  expect("old.h5", 1);
  expect("copy.h5", 2);
  expect("x.h5", 4);
  EXPECT_EQ(runs(), 3);
  fs::create_directory(path("archive"));
  fs::rename(path("x.h5"), path("archive/x.h5"));
  fs::rename(path("x.h5.parts"), path("archive/x.h5.parts"));
  write(5);
  expect("archive/x.h5", 4);
  to_hdf5(path("x.h5"), {{"x", numbers<double>()}}, {}, Hdf5Output::kOneFile);
  EXPECT_FALSE(fs::exists(path("x.h5.parts")));
  expect("x.h5", 0);
}

TEST_F(Hdf5Arrays, OfAKilledRunGoWithTheNextOne) {
  to_hdf5(path("x.h5"), {{"x", numbers<double>()}}, {}, Hdf5Output::kFilePerRank);
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  ::waitpid(child, nullptr, 0);
  char host[256] = "";
  ::gethostname(host, sizeof(host) - 1);
  const auto begun = [&](const std::string& digits, pid_t process) {
    const std::string run = "x.h5.parts/bask-" + digits;
    fs::create_directories(path(run));
    write_text(run + "/part.h5", "unfinished");
    write_text(run + "/unfinished.bask-" + host + "-" + std::to_string(process) + "-0", "");
    return path(run);
  };
  const std::string dead = begun("0123456789abcdef", child), living = begun("fedcba9876543210", ::getppid());
  fs::create_directories(path("x.h5.parts/mine"));
  to_hdf5(path("x.h5"), {{"x", numbers<double>() * 2.0}}, {}, Hdf5Output::kFilePerRank);
  EXPECT_FALSE(fs::exists(dead));
  EXPECT_TRUE(fs::exists(living) && fs::exists(path("x.h5.parts/mine")));
  EXPECT_EQ(std::distance(fs::directory_iterator(path("x.h5.parts")), {}), 3);
  EXPECT_EQ(from_hdf5<double>(path("x.h5"), "x").compute(), (numbers<double>() * 2.0).compute());
}

std::atomic<int> calls{0};
double counted(double x) {
  ++calls;
  return x;
}

TEST_F(Hdf5Arrays, AreWrittenInTheRunThatComputesOthers) {
  for (const auto output : {Hdf5Output::kOneFile, Hdf5Output::kFilePerRank}) {
    const auto x = numbers<double>().map<counted>().rechunk({7, 5});
    const auto kept = map_blocks(
        [](NdView<const double> block) {
          return NdArray<double>(Shape(block.shape.begin(), block.shape.end()),
                                 std::vector<double>(block.data, block.data + 35));
        },
        x);
    const Hdf5Store stored = to_hdf5_lazily(path("x.h5"), {{"x", kept}}, {}, output, Hdf5Mode::kReplace);
    EXPECT_EQ(entries(), 0u);
    calls = 0;
    const auto [sum, written, largest] = bask::compute(kept.sum(), stored, kept.max());
    EXPECT_EQ(calls, 70);
    EXPECT_EQ(sum.item(), 69 * 70 / 2);
    EXPECT_EQ(largest.item(), 69);
    EXPECT_EQ(written, path("x.h5"));
    EXPECT_EQ(from_hdf5<double>(path("x.h5"), "x").compute(), numbers<double>().compute());
    fs::remove_all(path("x.h5"));
    stored.compute();  // again
    EXPECT_EQ(from_hdf5<double>(path("x.h5"), "x").compute(), numbers<double>().compute());
    fs::remove_all(path("x.h5"));
    fs::remove_all(path("x.h5.parts"));
  }
}

TEST_F(Hdf5Arrays, ThatAreNotComputedToTheEndLeaveNothing) {
  for (const auto output : {Hdf5Output::kOneFile, Hdf5Output::kFilePerRank}) {
    const Hdf5Store stored = to_hdf5_lazily(path("x.h5"), {{"x", numbers<double>()}}, {}, output);
    EXPECT_NE(
        message_of_task([&] { bask::compute(stored, numbers<double>().map<refuse>()); }).find("x is 50"),
        std::string::npos);
    EXPECT_EQ(stored.compute(), path("x.h5"));
    EXPECT_EQ(from_hdf5<double>(path("x.h5"), "x").compute(), numbers<double>().compute());
    fs::remove_all(path("x.h5"));
    fs::remove_all(path("x.h5.parts"));
    {
      const Hdf5Store other = to_hdf5_lazily(path("y.h5"), {{"y", numbers<double>()}}, {}, output);
      EXPECT_ANY_THROW(bask::compute(other, numbers<double>().map<refuse>()));
    }
    EXPECT_EQ(entries(), 0u);
  }
  const auto unknown = numbers<double>()[numbers<double>() > 3.0];
  EXPECT_REFUSED(static_cast<void>(bask::to_hdf5_lazily(path("x.h5"), {{"x", unknown}})),
                 "the shape is not known before it is computed; call compute_chunk_sizes() first");
}

TEST_F(Hdf5Arrays, MayBePackedWithANumberForWhatIsMissing) {
  const auto x = numbers<double>();
  const auto gaps = where(x == 9.0, std::nan(""), x * 0.5 - 10.0);
  ToHdf5Options packed{
      .dtype = DType::kInt16, .scale_factor = 0.5, .add_offset = -10.0, .fill_value = -32768.0};
  for (const auto output : {Hdf5Output::kOneFile, Hdf5Output::kFilePerRank}) {
    to_hdf5(path("x.nc"), {{"x", gaps, packed}}, {}, output, Hdf5Mode::kReplace);
    const NdArray<std::int16_t> raw = from_hdf5<std::int16_t>(path("x.nc"), "x").compute();
    const NdArray<double> wide = from_hdf5<double>(path("x.nc"), "x").compute();
    for (std::size_t i = 0; i < 70; ++i) {
      EXPECT_EQ(raw[i], i == 9 ? -32768 : static_cast<int>(i));
      if (i == 9) {
        EXPECT_TRUE(std::isnan(wide[i]));
      } else {
        EXPECT_EQ(wide[i], static_cast<double>(i) * 0.5 - 10);
      }
    }
  }
  to_hdf5(path("y.nc"), "y", gaps, {.fill_value = -999.0});
  EXPECT_EQ(from_hdf5<double>(path("y.nc"), "y", {.decoding = Hdf5Decoding::kNone}).compute()[9], -999);
  to_hdf5(path("z.nc"), "z", numbers<std::int64_t>(), {.dtype = DType::kUInt8});
  EXPECT_EQ(from_hdf5<std::uint8_t>(path("z.nc"), "z").compute(), numbers<std::uint8_t>().compute());
}

TEST_F(Hdf5Arrays, AreNotPackedIntoOtherNumbers) {
  const auto message = [&](const auto& x, const ToHdf5Options& options) {
    return message_of_task([&] { to_hdf5(path("x.nc"), "x", x, options); });
  };
  const auto expect = [](const std::string& said, const std::string& part) {
    EXPECT_NE(said.find(part), std::string::npos) << said;
  };
  const auto x = numbers<double>();
  expect(message(x + 32699.0, {.dtype = DType::kInt16}),
         path("x.nc") +
             "', 'x'): an element of 32768 becomes 32768, which int16 does not hold; choose a wider dtype");
  expect(message(numbers<std::int64_t>() - std::int64_t{1}, {.dtype = DType::kUInt64}),
         "an element of -1 becomes -1, which uint64 does not hold");
  expect(message(where(x == 9.0, std::nan(""), x), {.dtype = DType::kInt16}),
         "an element of nan cannot be stored as int16; give a fill value: .fill_value");
  expect(message(x, {.dtype = DType::kInt16, .fill_value = 9.0}),
         "an element of 9 becomes 9, the fill value, and would be read as missing");
  EXPECT_REFUSED(to_hdf5(path("x.nc"), "x", x, {.scale_factor = 0.0}),
                 "scale_factor and add_offset are finite");
  EXPECT_REFUSED(to_hdf5(path("x.nc"), "x", numbers<std::complex<double>>(), {.scale_factor = 2.0}),
                 "complex elements cannot be packed");
  EXPECT_REFUSED(to_hdf5(path("x.nc"), "x", x, {.dtype = DType::kInt16, .fill_value = 0.5}),
                 "fill_value is 0.5, which int16 does not hold");
  EXPECT_REFUSED(to_hdf5(path("x.nc"), {{"x", x, {.append_axis = 0}}}, {}, Hdf5Output::kFilePerRank),
                 "with one file per rank, a dataset cannot grow");
  EXPECT_EQ(entries(), 0u);
}

TEST_F(Hdf5Arrays, MayHaveNamesThatHdf5TakesForPatterns) {
  for (const std::string name : {"50%.h5", "a%b.h5", "a%%c.h5"}) {
    to_hdf5(path(name), "x%b", numbers<double>());
    EXPECT_EQ(from_hdf5<double>(path(name), "x%b").compute(), numbers<double>().compute());
    EXPECT_REFUSED(to_hdf5(path(name), {{"x", numbers<double>()}}, {}, Hdf5Output::kFilePerRank),
                   "with one file per rank, the name of the file cannot contain '%'");
  }
  EXPECT_REFUSED(to_hdf5(path("x.h5"), {{"x%b", numbers<double>()}}, {}, Hdf5Output::kFilePerRank),
                 "with one file per rank, the name of a dataset cannot contain '%'");
  EXPECT_EQ(entries(), 3u);
}

TEST_F(Hdf5Arrays, MayBeAppended) {
  for (int i = 0; i < 3; ++i) {
    to_hdf5(path("x.nc"),
            {{"time", arange<double>(7) + 7.0 * i, {.dimensions = {"time"}, .append_axis = 0}},
             {"x",
              numbers<double>() + 70.0 * i,
              {.dimensions = {"time", "lon"}, .compression = {Codec::kDeflate, 1, true}, .append_axis = 0}}});
  }
  EXPECT_EQ(from_hdf5<double>(path("x.nc"), "x").compute(), arange<double>(210).reshape({21, 10}).compute());
  EXPECT_EQ(from_hdf5<double>(path("x.nc"), "time").compute(), arange<double>(21).compute());
}

TEST_F(Hdf5Arrays, WithoutElementsOrAxesAreWrittenPlain) {
  const ToHdf5Options packed{.chunks = Shape{2, 2}, .compression = {Codec::kDeflate, 4, true}};
  for (const auto output : {Hdf5Output::kOneFile, Hdf5Output::kFilePerRank}) {
    to_hdf5(path("x.h5"), {{"none", zeros({0, 3}), packed}, {"one", full<double>({}, 7), packed}}, {},
            output);
    EXPECT_EQ(from_hdf5<double>(path("x.h5"), "none").compute(), NdArray<double>(Shape{0, 3}));
    EXPECT_EQ(from_hdf5<double>(path("x.h5"), "one").compute().item(), 7);
  }
}

TEST_F(Hdf5Arrays, MayBeWrittenByTasksThatAreRunAgain) {
  const annotate scope({.retries = 2});
  for (const auto output : {Hdf5Output::kOneFile, Hdf5Output::kFilePerRank}) {
    to_hdf5(path("x.h5"), {{"x", numbers<double>()}}, {}, output);
    EXPECT_EQ(from_hdf5<double>(path("x.h5"), "x").compute(), numbers<double>().compute());
  }
}

TEST_F(Hdf5Arrays, OfSeveralFilesAreReadFromEachOfThem) {
  const auto all = numbers<double>();
  to_hdf5(path("v.h5"), {Hdf5Variable("x", all, {.compression = {Codec::kDeflate}})}, {},
          Hdf5Output::kFilePerRank);
  const Hdf5Dataset dataset = describe_hdf5(path("v.h5"), "x");
  EXPECT_EQ(dataset.shown_boxes.size(), 9u);
  for (const ChunkSpec& blocks : {ChunkSpec{3, 4}, ChunkSpec{2, 7}, ChunkSpec(100)}) {
    const auto x = from_hdf5<double>(path("v.h5"), "x", {.chunks = blocks});
    EXPECT_EQ(x.compute(), all.compute());
    EXPECT_EQ(x["2:5, 3:5"].compute(), all["2:5, 3:5"].compute());
  }
  EXPECT_EQ(from_hdf5<std::complex<double>>(path("v.h5"), "x").compute(),
            all.astype<std::complex<double>>().compute());
}

// Slices of datasets of several layouts, and of arrays that are computed from them.
TEST_F(Hdf5Arrays, ReadOnlyWhatIsSelectedOfThem) {
  const auto all = arange<std::int64_t>(300 * 400).reshape({300, 400}).rechunk({50, 400});
  to_hdf5(path("plain.h5"), "x", all, {.chunks = Shape()});
  to_hdf5(path("chunked.h5"), "x", all, {.chunks = Shape{30, 70}});
  to_hdf5(path("deflated.h5"), "x", all, {.chunks = Shape{30, 70}, .compression = {Codec::kDeflate}});
  for (const char* name : {"plain.h5", "chunked.h5", "deflated.h5"}) {
    for (const ChunkSpec& blocks : {ChunkSpec{11, 130}, ChunkSpec{300, 400}}) {
      SCOPED_TRACE(name);
      const auto x = from_hdf5<std::int64_t>(path(name), "x", {.chunks = blocks});
      for (const char* index : {"5, 7:9", "::60, 399", "-1, ::-40", "299:280:-7, 3:30", "29:31, 69:71",
                                "4, 4", "100:101", ":, 0", "0:0, 3"}) {
        SCOPED_TRACE(index);
        EXPECT_EQ(x[index].compute(), all[index].compute());
        EXPECT_EQ((x * std::int64_t{2} + x)[index].compute(), (all * std::int64_t{3})[index].compute());
        EXPECT_EQ(flip(x)[index].compute(), flip(all)[index].compute());
      }
      const auto difference = x["3:9, 5:50"] - x["5:11, 4:49"];
      EXPECT_EQ(difference.compute(), (all["3:9, 5:50"] - all["5:11, 4:49"]).compute());
      const auto joined = concatenate<std::int64_t>({x["3:5"], x["290:291"], all["7:9"]}, 0);
      const auto expected = concatenate<std::int64_t>({all["3:5"], all["290:291"], all["7:9"]}, 0);
      EXPECT_EQ(joined.compute(), expected.compute());
      EXPECT_EQ(x["7:9, 20:30"].sum().compute(), all["7:9, 20:30"].sum().compute());
      EXPECT_EQ(x["31:33"]["1, 100:103"].compute(), all["32, 100:103"].compute());
      for (const Index::Positions& at : {Index::Positions{299, 3, 3, -1, 150}, {7}, {0, 1, 2, 3, 31, 30}}) {
        EXPECT_EQ(x.take(at, 0).compute(), all.take(at, 0).compute());
        EXPECT_EQ(x.take(at, 1).compute(), all.take(at, 1).compute());
        EXPECT_EQ((flip(x).T() * std::int64_t{2}).take(at, 1).compute(),
                  (flip(all).T() * std::int64_t{2}).take(at, 1).compute());
        const std::vector<Index> some{slice(5, 290, 7), at};
        EXPECT_EQ(x.at(some).compute(), all.at(some).compute());
      }
    }
  }
}

TEST_F(Hdf5Arrays, ReadFewBytesAndMakeFewTasksForALittle) {
  // A million chunks, of which one is stored; and elements that lie in one stretch.
  testing::write_with_hdf5(path("many.h5"), {.shape = {1'000'000'000}, .chunk = {1000}}, 0, nullptr);
  const auto many = from_hdf5<int>(path("many.h5"), "x", {.chunks = 1000});
  EXPECT_EQ(many["500000:500010"].compute(), zeros<int>({10}).compute());
  EXPECT_LE(client_.last_compute().tasks, 4u);
  to_hdf5(path("plain.h5"), "x", ones<double>({1000, 1000}), {.chunks = Shape()});
  const auto x = from_hdf5<double>(path("plain.h5"), "x");
  const auto bytes_read = [] {
    std::ifstream io("/proc/self/io");
    std::string name;
    std::uint64_t bytes = 0;
    io >> name >> bytes;
    return bytes;
  };
  const std::uint64_t before = bytes_read();
  EXPECT_EQ(x["5, 7:9"].compute(), ones<double>({2}).compute());
  EXPECT_LE(bytes_read() - before, 64u << 10);
  const std::uint64_t taken = bytes_read();
  EXPECT_EQ(x.take({999, 3, 500, 3}, 0).compute(), ones<double>({4, 1000}).compute());
  EXPECT_LE(bytes_read() - taken, 64u << 10);
}

TEST_F(Hdf5Arrays, SayThatAShapeMakesTooManyBlocks) {
  testing::write_with_hdf5(path("x.h5"), {.shape = {hsize_t{1} << 50}, .chunk = {1}}, 0, nullptr);
  EXPECT_REFUSED(
      from_hdf5<int>(path("x.h5"), "x"),
      "its shape (1125899906842624,) makes more than 4194304 blocks of (1048576,); name larger ones");
}

}  // namespace
}  // namespace bask
