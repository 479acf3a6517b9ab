// Arrays some of whose blocks have no elements, written to one file and to a file per rank.
#include <gtest/gtest.h>
#include <bask/bask.hpp>
#include <bask/collections/array.hpp>
#include <bask/io/hdf5.hpp>

#include <unistd.h>
#include <filesystem>

namespace bask {
namespace {

TEST(ToHdf5, LeavesOutBlocksWithoutElements) {
  const Client client(Options{.threads = 2});
  const auto folder = std::filesystem::temp_directory_path() / ("bask-empty-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  const auto x = arange<double>(0, 8, 1, 2).reshape({4, 2}).rechunk({1, 2});
  const auto some = x[arange<double>(0, 4, 1, 1) == 2.0].compute_chunk_sizes();
  ASSERT_EQ(some.chunks(), (Chunks{{0, 0, 1, 0}, {2}}));
  for (const Hdf5Output output : {Hdf5Output::kOneFile, Hdf5Output::kFilePerRank}) {
    const std::string path = folder / "some.h5";
    to_hdf5(path, {Hdf5Variable("x", some)}, {}, output);
    EXPECT_EQ(from_hdf5<double>(path, "x").compute(), NdArray<double>({1, 2}, {4, 5}));
  }
  std::filesystem::remove_all(folder);
}

TEST(ToHdf5, MakesDatasetsOfPartsFromSeveralThreads) {
  const Client client(Options{.threads = 4});
  const auto folder = std::filesystem::temp_directory_path() / ("bask-parts-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  const auto x = arange<double>(0, 4000, 1, 4);
  const std::string path = folder / "x.h5";
  to_hdf5(path, {Hdf5Variable("x", x)}, {}, Hdf5Output::kFilePerRank);
  EXPECT_EQ(from_hdf5<double>(path, "x").sum().compute().item(), 3999 * 4000 / 2);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace bask
