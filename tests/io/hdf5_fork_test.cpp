// HDF5 in children of run_isolated, while other threads of the parent use it.
#include "hdf5_files.hpp"

#include <bask/safety/crash_report.hpp>
#include <bask/safety/isolation.hpp>

#include <atomic>
#include <thread>

namespace bask {
namespace {

using namespace testing;
using Hdf5Fork = Hdf5Files;

const Hdf5Dataset* to_read = nullptr;

TEST_F(Hdf5Fork, ReadsInAChildWhileOtherThreadsRead) {
  if (!kCrashReports) GTEST_SKIP() << "a sanitizer's allocator has locks that nobody sees to at a fork";
  const Extents shape{40, 50};
  std::vector<int> all(2000);
  std::iota(all.begin(), all.end(), 3);
  write_with_hdf5(path("x.h5"), {.shape = {40, 50}, .chunk = {7, 11}}, H5T_NATIVE_INT, all.data());
  const Hdf5Dataset dataset = describe_hdf5(path("x.h5"), "x");
  to_read = &dataset;
  std::atomic<bool> done{false};
  std::atomic<int> wrong{0};
  std::thread other([&] {
    while (!done) wrong += read_all<int>(dataset) != all;
  });
  const Kernel kernel{
      "read",
      {},
      [](KernelCall& call) { call.result.emplace<std::vector<int>>(read_all<int>(*to_read)); },
      {},
      nullptr};
  for (int i = 0; i < 30; ++i) {
    Value result;
    KernelCall call{nullptr, {}, result};
    run_isolated(kernel, call);
    EXPECT_EQ(result.get<std::vector<int>>(), all);
  }
  done = true;
  other.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace bask
