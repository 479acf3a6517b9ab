// quickstart.cpp: the programs of the usual Dask lesson, each run serially and then lazily.
//
//   build/release/apps/quickstart                     a thread per core
//   build/release/apps/quickstart --bask-threads=4    four threads
//   build/release/apps/quickstart --sleep 0.1 --pictures /tmp --bask-scheduler=sync
//   mpirun -n 4 build/release/apps/quickstart         four ranks, here or on four nodes
//
// Prints one line for each program, such as
//   loop: result = 44 (serial 8.00 s, lazy 4.01 s), picture in ./loop.svg
// It is longer than an example should be, because every program is there twice, to be compared.
#include <bask/bask.hpp>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <numeric>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace {

using Integers = std::vector<std::int64_t>;
using DelayedIntegers = std::vector<bask::Delayed<std::int64_t>>;

/// The settings of the command line.
struct Settings {
  double pause = 1;  // how long the slow functions take, in seconds
  std::filesystem::path pictures = ".";
};

// ---- The functions of the lesson. The first three are slow: they pause. ----

void take(double pause) {
  std::this_thread::sleep_for(std::chrono::duration<double>(pause));
}

std::int64_t increment(std::int64_t x, double pause) {
  take(pause);
  return x + 1;
}

std::int64_t twice(std::int64_t x, double pause) {
  take(pause);
  return 2 * x;
}

std::int64_t add(std::int64_t x, std::int64_t y, double pause) {
  take(pause);
  return x + y;
}

std::int64_t sum(const Integers& numbers) {
  return std::accumulate(numbers.begin(), numbers.end(), std::int64_t{0});
}

/// The sum of `count` integers from `first` on, made and added block by block.
std::int64_t sum_of_part(std::int64_t first, std::int64_t count) {
  Integers block(4000);
  std::int64_t total = 0;
  for (std::int64_t done = 0; done < count; done += std::ssize(block)) {
    std::iota(block.begin(), block.end(), first + done);
    total += sum(block);
  }
  return total;
}

// ---- One program, run both ways. ----

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Runs one program both ways. `serially` returns the result, `lazily` a Delayed that computes it.
template <class Serial, class Lazy>
void show(const std::string& name, const Settings& settings, const Serial& serially, const Lazy& lazily) {
  auto start = std::chrono::steady_clock::now();
  const std::int64_t expected = serially();
  const double serial_seconds = seconds_since(start);

  start = std::chrono::steady_clock::now();
  const bask::Delayed<std::int64_t> delayed = lazily();  // nothing runs yet
  const std::int64_t result = delayed.compute();         // now it runs, on all threads and ranks
  const double lazy_seconds = seconds_since(start);

  const std::string picture = (settings.pictures / (name + ".svg")).string();
  delayed.visualize(picture);
  std::printf("%s: result = %lld (serial %.2f s, lazy %.2f s), picture in %s\n", name.c_str(),
              static_cast<long long>(result), serial_seconds, lazy_seconds, picture.c_str());
  std::fflush(stdout);
  if (result != expected) {
    throw bask::Error(name, "the serial result is " + std::to_string(expected), "report it as a bug");
  }
}

// ---- The programs. ----

// 1. Two increments and an addition. The increments do not depend on each other.
void increments(const Settings& settings) {
  const double pause = settings.pause;
  show(
      "increments", settings,
      [&] {
        const auto x = increment(1, pause);
        const auto y = increment(2, pause);
        return add(x, y, pause);
      },
      [&] {
        const auto x = bask::delayed<increment>(1, pause);
        const auto y = bask::delayed<increment>(2, pause);
        return bask::delayed<add>(x, y, pause);
      });
}

// 2. A loop, and the sum of its results.
void loop(const Settings& settings, const Integers& data) {
  const double pause = settings.pause;
  show(
      "loop", settings,
      [&] {
        Integers made;
        for (const auto x : data) made.push_back(increment(x, pause));
        return sum(made);
      },
      [&] {
        DelayedIntegers made;
        for (const auto x : data) made.push_back(bask::delayed<increment>(x, pause));
        return bask::delayed<sum>(made);
      });
}

// 3. A loop with control flow: the data are known when the graph is built, and decide which tasks it has.
void control_flow(const Settings& settings, const Integers& data) {
  const double pause = settings.pause;
  const auto is_even = [](std::int64_t x) { return x % 2 == 0; };
  show(
      "control-flow", settings,
      [&] {
        Integers made;
        for (const auto x : data) made.push_back(is_even(x) ? twice(x, pause) : increment(x, pause));
        return sum(made);
      },
      [&] {
        DelayedIntegers made;
        for (const auto x : data) {
          made.push_back(is_even(x) ? bask::delayed<twice>(x, pause) : bask::delayed<increment>(x, pause));
        }
        return bask::delayed<sum>(made);
      });
}

// 4. Real work instead of pauses: four parts of 40,000,000 integers each.
void parts(const Settings& settings) {
  static constexpr std::int64_t kPart = 40'000'000;
  show(
      "parts", settings, [] { return sum_of_part(0, 4 * kPart); },
      [] {
        DelayedIntegers sums;
        for (int part = 0; part < 4; ++part) sums.push_back(bask::delayed<sum_of_part>(part * kPart, kPart));
        return bask::delayed<sum>(sums);
      });
}

Settings read_settings(int argc, char** argv) {
  const std::string usage = "usage: quickstart [--sleep SECONDS] [--pictures FOLDER] [--bask-help]";
  Settings settings;
  for (int i = 1; i < argc; i += 2) {
    const std::string name = argv[i];
    const std::string value = i + 1 < argc ? argv[i + 1] : "";
    std::istringstream text(value);
    if (name == "--help") {
      std::cout << usage << std::endl;
      std::exit(0);
    }
    if (name != "--sleep" && name != "--pictures")
      throw bask::Error(name, "unknown option", usage, bask::ExitCode::kUsage);
    const bool fits = name == "--pictures" ? std::filesystem::is_directory(settings.pictures = value)
                                           : text >> settings.pause && text.eof() && settings.pause >= 0;
    if (!fits) throw bask::Error(name, "'" + value + "' is not a valid value", usage, bask::ExitCode::kUsage);
  }
  return settings;
}

}  // namespace

int main(int argc, char** argv) {
  return bask::run(argc, argv, [&](bask::Client& client) {
    const Settings settings = read_settings(argc, argv);
    std::cout << client << std::endl;
    increments(settings);
    loop(settings, {1, 2, 3, 4, 5, 6, 7, 8});
    control_flow(settings, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
    parts(settings);
  });
}
