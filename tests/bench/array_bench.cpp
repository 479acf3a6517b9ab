// array_bench.cpp: workloads of Dask's tutorials and of HDF5 files, compared with Dask on the same cores and
// with the machine's own limits, all in one command:
//
//   array_bench --bask-threads=2                            Bask, and the limits
//   array_bench --bask-threads=2 --dask [--rounds 3]        and Dask, in turn, by array_bench_dask.py
//   array_bench --only matmul,transpose --file /scratch/bench.h5
//
// Prints for each workload the fastest of some rounds in seconds, and the ratios to the limit that is named
// and to Dask's faster scheduler, threads or distributed.
#include <hdf5.h>
#include <bask/bask.hpp>
#include <bask/collections/array.hpp>
#include <bask/collections/array/kernels/blas.hpp>
#include <bask/io/hdf5.hpp>
#include <bask/io/hdf5_library.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iostream>
#include <limits>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace {

using bask::Array;
using Clock = std::chrono::steady_clock;

struct Settings {
  bool dask = false;
  int rounds = 3;
  std::string only, file = "/tmp/bask_array_bench.h5";
};

double fastest(int rounds, const std::function<void()>& run) {
  double best = std::numeric_limits<double>::infinity();
  for (int round = 0; round < rounds; ++round) {
    const auto start = Clock::now();
    run();
    best = std::min(best, std::chrono::duration<double>(Clock::now() - start).count());
  }
  return best;
}

// ---- The limits: plain loops and libraries on as many threads. ----

void on_threads(unsigned threads, const std::function<void(unsigned)>& part) {
  std::vector<std::thread> all;
  for (unsigned k = 0; k < threads; ++k) all.emplace_back(part, k);
  for (std::thread& thread : all) thread.join();
}

__attribute__((target_clones("avx512f", "avx2", "default"), optimize("O3"))) double sum_of(const double* x,
                                                                                           std::size_t n) {
  double lanes[32] = {};
  for (std::size_t i = 0; i + 32 <= n; i += 32) {
    for (std::size_t k = 0; k < 32; ++k) lanes[k] += x[i + k];
  }
  double sum = 0;
  for (const double lane : lanes) sum += lane;
  return sum;
}

// Seconds to read `elements` doubles once.
double read_limit(unsigned threads, int rounds, std::size_t elements) {
  std::vector<double> x(elements, 1.0);
  volatile double keep = 0;
  return fastest(rounds, [&] {
    on_threads(threads, [&](unsigned k) {
      keep = keep + sum_of(x.data() + elements / threads * k, elements / threads);
    });
  });
}

// Seconds to read as many and write as many: a[i] = b[i] * s.
double write_limit(unsigned threads, int rounds, std::size_t elements) {
  std::vector<double> a(elements, 1.0), b(elements, 2.0);
  return fastest(rounds, [&] {
    on_threads(threads, [&](unsigned k) {
      const std::size_t from = elements / threads * k, to = from + elements / threads;
      for (std::size_t i = from; i < to; ++i) a[i] = b[i] * 1.5;
    });
  });
}

double gemm_limit(unsigned threads, int rounds, int n) {
  const auto size = static_cast<std::size_t>(n) * static_cast<std::size_t>(n);
  std::vector<double> a(size, 1.0), b(size, 2.0), c(size);
  return fastest(rounds, [&] {
    on_threads(threads, [&](unsigned k) {
      const int rows = n / static_cast<int>(threads);
      const std::size_t from = static_cast<std::size_t>(rows) * k * static_cast<std::size_t>(n);
      namespace blas = bask::blas;
      blas::cblas_dgemm(blas::kRowMajor, blas::kNoTrans, blas::kNoTrans, rows, n, n, 1, a.data() + from, n,
                        b.data(), n, 0, c.data() + from, n);
    });
  });
}

// Seconds of HDF5's own reading, chunk by chunk into one buffer, by one thread, as the library has a lock.
double hdf5_limit(int rounds, const std::string& file, const char* dataset) {
  const bask::Hdf5Dataset described = bask::describe_hdf5(file, dataset);
  const bask::Hdf5Lock lock;
  const hid_t handle = H5Fopen(file.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT),
              data = H5Dopen2(handle, dataset, H5P_DEFAULT);
  const hid_t space = H5Dget_space(data);
  std::vector<hsize_t> extent(described.chunk_shape.begin(), described.chunk_shape.end());
  const hid_t memory = H5Screate_simple(2, extent.data(), nullptr);
  std::vector<double> buffer(static_cast<std::size_t>(bask::element_count(described.chunk_shape)));
  const double best = fastest(rounds, [&] {
    for (hsize_t i = 0; i < static_cast<hsize_t>(described.shape[0]); i += extent[0]) {
      for (hsize_t j = 0; j < static_cast<hsize_t>(described.shape[1]); j += extent[1]) {
        const hsize_t start[] = {i, j};
        H5Sselect_hyperslab(space, H5S_SELECT_SET, start, nullptr, extent.data(), nullptr);
        H5Dread(data, H5T_NATIVE_DOUBLE, memory, space, H5P_DEFAULT, buffer.data());
      }
    }
  });
  H5Sclose(memory);
  H5Sclose(space);
  H5Dclose(data);
  H5Fclose(handle);
  return best;
}

// ---- The workloads. ----

bask::random::Generator generator() {
  return bask::random::default_rng(42);
}

struct Workload {
  const char* name;
  const char* what;
  std::function<void()> run;
  std::string limit = {};  ///< the name of the limit that `seconds` measures
  std::function<double()> seconds = {};
};

// Writes 1 GiB that compresses to about a fifth: a smooth field and some noise.
void make_file(const std::string& file) {
  if (std::filesystem::exists(file)) return;
  const Array<double> rows = bask::arange<double>(0, 16384)(bask::Slice{}, bask::newaxis);
  const Array<double> columns = bask::arange<double>(0, 8192)(bask::newaxis, bask::Slice{});
  const Array<double> noise = generator().integers(0, 256, {16384, 8192}, 1024).astype<double>() / 1024;
  const Array<double> field =
      (round(sin(rows / 500.0) * cos(columns / 300.0) * 1000.0) + noise).rechunk(1024);
  bask::Hdf5Compression deflate{bask::Codec::kDeflate, 4, true};
  bask::to_hdf5(
      file,
      {{"plain", field, {.dimensions = {}, .chunks = bask::Shape{1024, 1024}}},
       {"deflate", field, {.dimensions = {}, .chunks = bask::Shape{1024, 1024}, .compression = deflate}}});
}

std::vector<Workload> workloads(const Settings& settings, unsigned threads) {
  constexpr std::size_t kSmall = 100'000'000;
  const int rounds = settings.rounds;
  const std::string file = settings.file;
  const auto persisted = std::make_shared<Array<double>>();
  const auto small = [persisted] {
    if (persisted->is_empty()) *persisted = generator().random({10000, 10000}, 1000).persist();
    return *persisted;
  };
  return {
      {"transpose", "(x + x.T)[::2, 5000:].mean(axis=1), random 10000²",
       [] {
         const auto x = generator().random({10000, 10000}, 1000);
         (x + x.T())["::2, 5000:"].mean(1).compute();
       }},
      {"normal_mean", "normal(10, 0.1, 20000²).mean(axis=0)[::100]",
       [] {
         generator().normal(10, 0.1, {20000, 20000}, 1000).mean(0)["::100"].compute();
       }},
      {"standardise", "((x - x.mean()) / x.std()).sum(), random 20000²",
       [] {
         const auto x = generator().random({20000, 20000}, 1000);
         ((x - x.mean()) / x.std()).sum().compute();
       }},
      {"standardise_axis", "((x - x.mean(0)) / x.std(0)).sum(), random 20000²",
       [] {
         const auto x = generator().random({20000, 20000}, 1000);
         ((x - x.mean(0)) / x.std(0)).sum().compute();
       }},
      {"matmul", "matmul of 4000², chunks 1000²",
       [] {
         auto random = generator();
         const auto a = random.random({4000, 4000}, 1000), b = random.random({4000, 4000}, 1000);
         bask::matmul(a, b).sum().compute();
       },
       "dgemm of BLAS", [=] { return gemm_limit(threads, rounds, 4000); }},
      {"hdf5_plain", "mean and std of 1 GiB in HDF5",
       [file] {
         const auto x = bask::from_hdf5<double>(file, "plain");
         bask::compute(x.mean(), x.std());
       },
       "HDF5 reading chunks", [=] { return hdf5_limit(rounds, file, "plain"); }},
      {"hdf5_deflate", "the same, deflated",
       [file] {
         const auto x = bask::from_hdf5<double>(file, "deflate");
         bask::compute(x.mean(), x.std());
       },
       "HDF5 reading chunks", [=] { return hdf5_limit(rounds, file, "deflate"); }},
      {"chain", "10 elementwise operations and a sum, 10000² in memory",
       [small] {
         Array<double> x = small();
         for (int k = 0; k < 5; ++k) x = x * 1.0001 + 0.5;
         x.sum().compute();
       },
       "reading memory", [=] { return read_limit(threads, rounds, kSmall); }},
      {"functions", "(exp(sin(x)) + log(x + 1)).sum(), 10000² in memory",
       [small] {
         const auto x = small();
         (exp(sin(x)) + log(x + 1.0)).sum().compute();
       }},
      {"sum", "sum of 10000² in memory", [small] { small().sum().compute(); }, "reading memory",
       [=] { return read_limit(threads, rounds, kSmall); }},
      {"std_axis", "std(axis=0) of 10000² in memory", [small] { small().std(0).compute(); }, "reading memory",
       [=] { return read_limit(threads, rounds, kSmall); }},
      {"scale", "x * 1.5 of 10000² to new blocks", [small] { (small() * 1.5).persist(); }, "a[i] = b[i] * s",
       [=] { return write_limit(threads, rounds, kSmall); }},
  };
}

// Dask's seconds by threads and by distributed; empty where there is no Dask.
std::vector<double> dask_seconds(const Settings& settings, const std::string& name) {
  const std::string command = std::string(ARRAY_BENCH_PYTHON " " ARRAY_BENCH_DASK) + " --only " + name +
                              " --rounds " + std::to_string(settings.rounds) + " --file " + settings.file;
  std::FILE* output = ::popen(command.c_str(), "r");
  if (output == nullptr) return {};
  char line[512] = "";
  std::vector<double> seconds;
  while (std::fgets(line, sizeof(line), output) != nullptr) {
    std::istringstream words(line);
    std::string found;
    double threads = 0, distributed = 0;
    if (words >> found >> threads >> distributed && found == name) seconds = {threads, distributed};
  }
  ::pclose(output);
  return seconds;
}

void run_one(const Settings& settings, const Workload& workload) {
  workload.run();  // not timed: the first run makes what later ones reuse
  const double bask = fastest(settings.rounds, workload.run);
  std::printf("%-17s bask %.3f s", workload.name, bask);
  if (workload.seconds) {
    const double limit = workload.seconds();
    std::printf("   %s %.3f s: %.0f %% of it", workload.limit.c_str(), limit, 100 * limit / bask);
  }
  if (settings.dask) {
    const std::vector<double> dask = dask_seconds(settings, workload.name);
    if (dask.size() == 2) {
      std::printf("   dask threads %.3f s, distributed %.3f s: ratio %.1f", dask[0], dask[1],
                  std::min(dask[0], dask[1]) / bask);
    }
  }
  std::printf("   (%s)\n", workload.what);
  std::fflush(stdout);
}

Settings read_settings(int argc, char** argv) {
  Settings settings;
  for (int k = 1; k < argc; ++k) {
    const std::string option = argv[k];
    if (option == "--dask") {
      settings.dask = true;
    } else if (k + 1 < argc && option == "--rounds") {
      settings.rounds = std::max(1, std::atoi(argv[++k]));
    } else if (k + 1 < argc && option == "--only") {
      settings.only = std::string(argv[++k]) + ",";
    } else if (k + 1 < argc && option == "--file") {
      settings.file = argv[++k];
    } else {
      throw bask::Error("array_bench", option + ": unknown option",
                        "use --dask, --rounds N, --only a,b or --file F", bask::ExitCode::kUsage);
    }
  }
  return settings;
}

}  // namespace

int main(int argc, char** argv) {
  return bask::run(argc, argv, [&](bask::Client& client) {
    const Settings settings = read_settings(argc, argv);
    std::cout << client << std::endl;
    for (const Workload& workload : workloads(settings, client.info().threads)) {
      if (!settings.only.empty() &&
          ("," + settings.only).find("," + std::string(workload.name) + ",") == std::string::npos)
        continue;
      if (std::string(workload.name).starts_with("hdf5")) make_file(settings.file);
      run_one(settings, workload);
    }
  });
}
