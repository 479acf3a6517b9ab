// mpi_main.cpp: main of the tests that run under mpirun: every rank runs every test. Rank 0 reports as usual,
// the others report only failures, and all exit with 1 if any test failed on any rank.
#include <gtest/gtest.h>

#include <boost/mpi/collectives.hpp>
#include <boost/mpi/communicator.hpp>
#include <boost/mpi/environment.hpp>
#include <functional>
#include <iostream>
#include <string>

namespace {

class FailureReport : public testing::EmptyTestEventListener {
 public:
  explicit FailureReport(int rank) : rank_(rank) {}

  // Noted here, as GoogleTest holds a lock while it reports a failure,
  // and asking it for the test would take that lock.
  void OnTestStart(const testing::TestInfo& test) override { test_ = test.name(); }
  void OnTestEnd(const testing::TestInfo&) override { test_ = "outside of the tests"; }
  void OnTestPartResult(const testing::TestPartResult& result) override {
    if (!result.failed()) return;
    std::cerr << "rank " + std::to_string(rank_) + ": " + test_ + ": " +
                     (result.file_name() ? result.file_name() : "") + ":" +
                     std::to_string(result.line_number()) + ": " + result.message() + "\n";
  }

 private:
  int rank_;
  std::string test_ = "outside of the tests";
};

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  boost::mpi::environment environment(argc, argv, boost::mpi::threading::serialized);
  const boost::mpi::communicator world;
  if (environment.thread_level() < boost::mpi::threading::serialized) {
    std::cerr << "this MPI has no MPI_THREAD_SERIALIZED\n";
    return 1;
  }
  auto& listeners = testing::UnitTest::GetInstance()->listeners();
  if (world.rank() != 0) {
    delete listeners.Release(listeners.default_result_printer());
    listeners.Append(new FailureReport(world.rank()));
  }
  const int failed = RUN_ALL_TESTS();
  return boost::mpi::all_reduce(world, failed, std::plus<>()) == 0 ? 0 : 1;
}
