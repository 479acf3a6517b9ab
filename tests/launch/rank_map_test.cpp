// The rank map: threads by masks, whether rank 0 works, memory that ranks of a host share, and the texts
// about all that.
#include <gtest/gtest.h>
#include <bask/core/error.hpp>
#include <bask/core/serialization.hpp>
#include <bask/launch/rank_map.hpp>

#include <array>
#include <numeric>

namespace bask {
namespace {

constexpr std::uint64_t kGiB = std::uint64_t{1} << 30;

std::vector<unsigned> cores(unsigned first, unsigned count) {
  std::vector<unsigned> cpus(count);
  std::iota(cpus.begin(), cpus.end(), first);
  return cpus;
}

// Adds `count` ranks on `host`, whose masks are all of `cpus`.
void add_ranks(std::vector<RankInfo>& infos, int count, const std::string& host,
               const std::vector<unsigned>& cpus, unsigned machine_cores, int wanted_threads = 0) {
  for (int i = 0; i < count; ++i) {
    infos.push_back({.rank = static_cast<int>(infos.size()),
                     .host = host,
                     .cpus = cpus,
                     .machine_cores = machine_cores,
                     .memory = {.there = 64 * kGiB},
                     .wanted_threads = wanted_threads,
                     .version = "1.0.0"});
  }
}

// Ranks on one host, each of which may use all of its cores.
std::vector<RankInfo> one_host(int ranks, unsigned machine_cores, int wanted_threads = 0) {
  std::vector<RankInfo> infos;
  add_ranks(infos, ranks, "n1", cores(0, machine_cores), machine_cores, wanted_threads);
  return infos;
}

// Ranks on one host with one core each, as mpirun binds them.
std::vector<RankInfo> bound(int ranks, unsigned machine_cores, int wanted_threads = 0) {
  std::vector<RankInfo> infos;
  for (int i = 0; i < ranks; ++i)
    add_ranks(infos, 1, "n1", cores(static_cast<unsigned>(i), 1), machine_cores, wanted_threads);
  return infos;
}

std::vector<int> threads(const std::vector<RankInfo>& infos, Rank0 rank0 = Rank0::kAuto) {
  std::vector<int> counts;
  for (const RankShare& share : make_rank_map(infos, rank0).shares) counts.push_back(share.threads);
  return counts;
}

using Counts = std::vector<int>;

TEST(RankMap, GivesAnOnlyRankItsCores) {
  EXPECT_EQ(threads(one_host(1, 8)), Counts{8});
}

TEST(RankMap, DividesCoresWithTheRestToTheLast) {
  EXPECT_EQ(threads(one_host(4, 8)), (Counts{2, 2, 2, 2}));
  EXPECT_EQ(threads(one_host(4, 10)), (Counts{2, 2, 3, 3}));
}

TEST(RankMap, GivesEachAtLeastOneThread) {
  EXPECT_EQ(threads(one_host(4, 2), Rank0::kOn), (Counts{1, 1, 1, 1}));
}

TEST(RankMap, GivesRanksWithTheirOwnCoresAllOfThem) {
  std::vector<RankInfo> infos;
  add_ranks(infos, 1, "n1", cores(0, 4), 8);
  add_ranks(infos, 1, "n1", cores(4, 4), 8);
  EXPECT_EQ(threads(infos), (Counts{4, 4}));
}

TEST(RankMap, DividesOnlyAmongRanksOfOneHost) {
  std::vector<RankInfo> infos;
  for (const char* host : {"n1", "n2", "n1", "n2"}) add_ranks(infos, 1, host, cores(0, 4), 4);
  EXPECT_EQ(threads(infos), (Counts{2, 2, 2, 2}));
}

TEST(RankMap, GivesNoRankMoreThreadsThanItsMaskHasCores) {
  std::vector<RankInfo> infos;
  add_ranks(infos, 1, "n1", cores(0, 1), 8);
  add_ranks(infos, 1, "n1", cores(0, 8), 8);
  EXPECT_EQ(threads(infos), (Counts{1, 4}));
}

TEST(RankMap, JoinsMasksThatOverlapThroughAThird) {
  std::vector<RankInfo> infos;
  add_ranks(infos, 1, "n1", {0, 1}, 4);
  add_ranks(infos, 1, "n1", {2, 3}, 4);
  add_ranks(infos, 1, "n1", {1, 2}, 4);
  const RankMap map = make_rank_map(infos, Rank0::kOn);
  for (const RankShare& share : map.shares) {
    EXPECT_EQ(share.cores, 4);
    EXPECT_EQ(share.ranks_sharing_cores, 3);
  }
}

TEST(RankMap, LetsWhatIsWantedWin) {
  EXPECT_EQ(threads(one_host(2, 8, 3)), (Counts{3, 3}));
  EXPECT_TRUE(make_rank_map(one_host(2, 8, 3), Rank0::kAuto).warnings.empty());
}

// Rank 0

std::vector<std::vector<unsigned>> assigned(const std::vector<RankInfo>& infos, Rank0 rank0 = Rank0::kAuto) {
  std::vector<std::vector<unsigned>> cpus;
  for (const RankShare& share : make_rank_map(infos, rank0).shares) cpus.push_back(share.cpus);
  return cpus;
}
using Cpus = std::vector<std::vector<unsigned>>;

TEST(RankMap, GivesThreadsThatShareCoresOneOfTheirOwn) {
  EXPECT_EQ(assigned(one_host(2, 4)), (Cpus{{0, 1}, {2, 3}}));
  EXPECT_EQ(assigned(one_host(3, 2), Rank0::kOff), (Cpus{{}, {0}, {1}}));
}

TEST(RankMap, LeavesThreadsToTheSystemWhereCoresAreTooFewOrNotShared) {
  EXPECT_EQ(assigned(one_host(4, 2)), (Cpus{{}, {}, {}, {}}));
  EXPECT_EQ(assigned(bound(2, 2)), (Cpus{{}, {}}));
}

TEST(RankMap, AssignsNoCoresWhereMasksOverlapInAWayThatLeavesARankWithout) {
  std::vector<RankInfo> infos;
  add_ranks(infos, 1, "n1", {0, 1}, 4, 2);
  add_ranks(infos, 1, "n1", {1, 2, 3}, 4, 1);
  EXPECT_EQ(assigned(infos), (Cpus{{0, 1}, {2}}));
  infos[1].wanted_threads = 2;
  infos[1].cpus = {1, 2};
  EXPECT_EQ(assigned(infos), (Cpus{{}, {}}));  // 4 threads, 3 cores
}

TEST(RankZero, WorksWhenThereAreCoresForAll) {
  EXPECT_EQ(threads(one_host(2, 2)), (Counts{1, 1}));
  EXPECT_EQ(threads(bound(4, 4)), (Counts{1, 1, 1, 1}));
}

TEST(RankZero, RestsWhenRanksOutnumberTheirCores) {
  EXPECT_EQ(threads(one_host(3, 2)), (Counts{0, 1, 1}));
}

TEST(RankZero, RestsOnOneCoreAmongManyRanks) {
  EXPECT_EQ(threads(bound(9, 16))[0], 0);
  EXPECT_EQ(threads(bound(8, 16))[0], 1);
  EXPECT_EQ(threads(one_host(9, 18))[0], 2);
}

TEST(RankZero, LeavesItsCoresToThoseWhoShareThem) {
  EXPECT_EQ(threads(one_host(3, 4), Rank0::kOff), (Counts{0, 2, 2}));
}

TEST(RankZero, DoesAsItIsTold) {
  EXPECT_EQ(threads(one_host(3, 2), Rank0::kOn), (Counts{1, 1, 1}));
  EXPECT_EQ(threads(bound(2, 2), Rank0::kOff), (Counts{0, 1}));
}

TEST(RankZero, CannotRestAlone) {
  try {
    make_rank_map(one_host(1, 4), Rank0::kOff);
    FAIL() << "nobody works";
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), ExitCode::kUsage);
    EXPECT_STREQ(
        error.what(),
        "rank0: off leaves nobody to run tasks, as there is one rank only; start more ranks (mpirun -n "
        "2), or say --bask-rank0=auto");
  }
}

// Too many threads

TEST(RankMap, TellsWhoHasMoreThreadsThanCores) {
  for (const RankShare& share : make_rank_map(one_host(2, 4, 3), Rank0::kAuto).shares)
    EXPECT_TRUE(share.oversubscribed);
  for (const RankShare& share : make_rank_map(one_host(2, 4), Rank0::kAuto).shares)
    EXPECT_FALSE(share.oversubscribed);
  EXPECT_TRUE(make_rank_map(one_host(3, 2), Rank0::kOn).shares[1].oversubscribed);
  EXPECT_FALSE(make_rank_map(one_host(3, 2), Rank0::kAuto).shares[1].oversubscribed);
}

TEST(RankMap, WarnsOfThreadsBeyondTheShare) {
  EXPECT_EQ(
      make_rank_map(one_host(4, 8, 8), Rank0::kAuto).warnings,
      (std::vector<std::string>{
          "ranks 0-3 (n1): 8 threads each on 2 cores; start fewer ranks a host, or say --bask-threads=2"}));
}

TEST(RankMap, WarnsOfThreadsBoundToOneCore) {
  EXPECT_EQ(
      make_rank_map(bound(1, 64, 8), Rank0::kAuto).warnings,
      (std::vector<std::string>{"rank 0 (n1): 8 threads bound to 1 of the 64 cores there; start with mpirun "
                                "--bind-to none, mpirun --map-by slot:PE=8 or srun --cpus-per-task=8"}));
}

TEST(RankMap, WarnsOnceOfAThousandRanks) {
  std::vector<RankInfo> infos;
  for (int host = 1; host <= 250; ++host) add_ranks(infos, 4, "n" + std::to_string(host), cores(0, 8), 8, 8);
  const std::vector<std::string> warnings = make_rank_map(infos, Rank0::kAuto).warnings;
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_EQ(warnings[0].substr(0, warnings[0].find(':')), "ranks 0-999 (250 hosts, n1 to n250)");
}

// Memory

TEST(RankMap, DividesTheMemoryOfAHost) {
  const RankMap map = make_rank_map(one_host(4, 8), Rank0::kOff);
  for (const RankShare& share : map.shares) {
    EXPECT_LT(share.memory_limit + share.memory_margin, 16 * kGiB);
    EXPECT_GT(share.memory_limit, 14 * kGiB);
    EXPECT_GT(share.memory_margin, 0u);
  }
  EXPECT_EQ(map.shares[2].memory_limit, map.shares[3].memory_limit);
}

TEST(RankMap, DividesTheMemoryOfEachHostAlone) {
  std::vector<RankInfo> infos;
  for (const char* host : {"n1", "n2", "n1"}) add_ranks(infos, 1, host, cores(0, 4), 4);
  const RankMap map = make_rank_map(infos, Rank0::kAuto);
  EXPECT_GT(map.shares[1].memory_limit, 57 * kGiB);
  EXPECT_LT(map.shares[0].memory_limit, 29 * kGiB);
  EXPECT_GT(map.shares[2].memory_limit, 28 * kGiB);
}

TEST(RankMap, DividesTheSmallestLimitThatIsSeen) {
  std::vector<RankInfo> infos = one_host(2, 8);
  infos[1].memory.there = 8 * kGiB;
  const RankMap map = make_rank_map(infos, Rank0::kAuto);
  EXPECT_EQ(map.shares[0].memory_limit, map.shares[1].memory_limit);
  EXPECT_LT(map.shares[0].memory_limit, 4 * kGiB);
  EXPECT_GT(map.shares[0].memory_limit, 3 * kGiB);
}

TEST(RankMap, LeavesALimitThatIsGivenAlone) {
  std::vector<RankInfo> infos = one_host(2, 8);
  for (RankInfo& info : infos) info.memory.given = 31 * kGiB;
  const RankMap map = make_rank_map(infos, Rank0::kAuto);
  EXPECT_EQ(map.shares[0].memory_limit, 31 * kGiB);
  EXPECT_EQ(map.warnings, std::vector<std::string>{});
}

TEST(RankMap, WarnsOnceOfLimitsThatNoHostHas) {
  std::vector<RankInfo> infos;
  for (int host = 1; host <= 3; ++host) add_ranks(infos, 2, "n" + std::to_string(host), cores(0, 8), 8);
  for (RankInfo& info : infos) info.memory.given = 64 * kGiB;
  EXPECT_EQ(make_rank_map(infos, Rank0::kAuto).warnings,
            std::vector<std::string>{
                "ranks 0-5 (n1, n2, n3): --bask-memory-limit=64GiB, beside 48 MiB for the program, is more "
                "than the 32 GiB that there are for a rank: only the rest of these is used"});
}

// Ranks that cannot start

std::string refusal(void (*check)(const std::vector<RankInfo>&), const std::vector<RankInfo>& infos) {
  try {
    check(infos);
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), ExitCode::kUsage);
    return error.what();
  }
  return "no error";
}

TEST(RankCheck, TellsTheErrorOfARank) {
  std::vector<RankInfo> infos = one_host(3, 8);
  EXPECT_EQ(refusal(check_all_can_start, infos), "no error");
  infos[2].error = "BASK_THREADS: bad";
  EXPECT_EQ(refusal(check_all_can_start, infos), "rank 2 (n1): BASK_THREADS: bad");
  for (RankInfo& info : infos) info.error = "--bask-x: unknown option";
  EXPECT_EQ(refusal(check_all_can_start, infos), "--bask-x: unknown option");
}

TEST(RankCheck, TellsWhoRunsAnotherBinary) {
  std::vector<RankInfo> infos;
  for (const char* host : {"n1", "n2", "n3"}) add_ranks(infos, 2, host, cores(0, 2), 2);
  EXPECT_EQ(refusal(check_same_binary, infos), "no error");
  infos[4].registry_hash = infos[5].registry_hash = {1, 2};
  EXPECT_EQ(
      refusal(check_same_binary, infos),
      "start: ranks 4-5 (n3) run another binary than rank 0 (n1); start the same file on every host, from "
      "a shared directory or a fresh copy");
  infos[4] = infos[3];
  infos[4].rank = 4;
  infos[5].version = "0.9.0";
  EXPECT_EQ(
      refusal(check_same_binary, infos),
      "start: rank 5 (n3) runs another binary than rank 0 (n1): one with Bask 0.9.0, not 1.0.0; start the "
      "same file on every host, from a shared directory or a fresh copy");
}

TEST(RankInfo, GoesToOtherRanksWhole) {
  RankInfo info = one_host(1, 8, 3)[0];
  info.registry_hash = {1, 2};
  info.error = "bad";
  info.memory = {1 * kGiB, 2 * kGiB, 3 * kGiB};
  ByteWriter writer;
  encode(writer, info);
  ByteReader reader(writer.bytes());
  EXPECT_EQ(decode<RankInfo>(reader), info);
}

// The description

std::string description(const std::vector<RankInfo>& infos, Rank0 rank0 = Rank0::kAuto) {
  return describe(infos, make_rank_map(infos, rank0));
}

TEST(RankDescription, IsAsTheHeaderShows) {
  EXPECT_EQ(description(one_host(4, 8)),
            "4 ranks on 1 host run tasks on 8 threads\n"
            "ranks 0-3 on n1: 4 x 2 threads on 8 cores, 14.4 GiB each, and 40 MiB for the program");
}

TEST(RankMap, TakesTheVectorLoopsThatAllRanksHave) {
  std::vector<RankInfo> infos = one_host(3, 4);
  const std::array<int, 3> greatest{2, 1, 2};
  for (std::size_t rank = 0; rank < 3; ++rank) infos[rank].vector_loops = greatest[rank];
  EXPECT_EQ(common_vector_loops(infos), 1);
}

TEST(RankMap, WarnsOnceOfRanksThatMultiplyByAnotherBlas) {
  std::vector<RankInfo> infos = one_host(2, 4);
  add_ranks(infos, 1, "n2", cores(0, 4), 4);
  for (RankInfo& info : infos) info.blas = "OpenBLAS 0.3.21 (SkylakeX)";
  EXPECT_EQ(make_rank_map(infos, Rank0::kAuto).warnings, std::vector<std::string>{});
  EXPECT_EQ(blas_of_job(infos), "OpenBLAS 0.3.21 (SkylakeX)");
  infos[2].blas = "OpenBLAS 0.3.21 (Haswell)";
  EXPECT_EQ(
      make_rank_map(infos, Rank0::kAuto).warnings,
      std::vector<std::string>{
          "matrices are multiplied on rank 2 (n2) by OpenBLAS 0.3.21 (Haswell), ranks 0-1 (n1) by "
          "OpenBLAS 0.3.21 (SkylakeX): the last bits of a product depend on the rank that makes it; run "
          "on hosts of one kind, or with OpenBLAS set OPENBLAS_CORETYPE to the same on all"});
  EXPECT_EQ(blas_of_job(infos), "OpenBLAS 0.3.21 (Haswell), OpenBLAS 0.3.21 (SkylakeX)");
}

TEST(RankDescription, TellsWhenRankZeroRests) {
  EXPECT_EQ(description(one_host(3, 2)),
            "3 ranks on 1 host run tasks on 2 threads\n"
            "rank 0 on n1: no tasks on 2 cores, 19.2 GiB, and 36 MiB for the program\n"
            "ranks 1-2 on n1: 2 x 1 thread on 2 cores, 19.2 GiB each, and 36 MiB for the program");
}

TEST(RankDescription, TellsThatRanksAreBoundToFewOfTheCores) {
  EXPECT_EQ(description(bound(2, 64)),
            "2 ranks on 1 host run tasks on 2 threads\n"
            "ranks 0-1 on n1: 2 x 1 thread on 1 of 64 cores each, 28.8 GiB each, and 36 MiB for the program");
}

TEST(RankDescription, OfAThousandRanksHasALinePerKindOfHost) {
  std::vector<RankInfo> infos;
  for (int host = 1; host <= 249; ++host) add_ranks(infos, 4, "n" + std::to_string(host), cores(0, 8), 8);
  add_ranks(infos, 4, "fat", cores(0, 64), 64);
  EXPECT_EQ(description(infos),
            "1000 ranks on 250 hosts run tasks on 2056 threads\n"
            "ranks 0-995 on 249 hosts, n1 to n249: 4 x 2 threads on 8 cores, 14.4 GiB each, and 40 MiB for "
            "the program\n"
            "ranks 996-999 on fat: 4 x 16 threads on 64 cores, 14.3 GiB each, and 96 MiB for the program");
}

}  // namespace
}  // namespace bask
