// journal_bench.cpp: what a journal costs, compared with the same work without one, in turn in the same
// command; and how much of the work is lost by a kill at the end of it.
//
//   journal_bench --bask-threads=2                                 one process
//   journal_bench --launch "mpirun --oversubscribe -n 3" --bask-threads=1
//   journal_bench --only 1ms/8B,empty --rounds 9 --seconds 2 --directory /scratch
//   journal_bench --fan-in 0                                       results that no task reads
//
// Every measurement is a process of its own that runs one row of journal_rows.cpp; the journal begins empty,
// in `directory`. Costs are ratios of a run with the journal to the run without it in the same round, medians
// over the rounds: of the time from compute() to its result, and of the CPU time of all ranks in between.
// `start` is how much longer the process takes before and after that, in ms. `lost` is the work that is done
// again after kill -9 at the moment when compute() has its result: in seconds of CPU, and in % of all. For
// busy tasks it is counted in their loops; for other rows it is the CPU time of the next run, which includes
// planning and reading.
#include "journal_rows.hpp"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <stdexcept>

namespace {

using Clock = std::chrono::steady_clock;
using journal_bench::Row;
using journal_bench::Settings;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// ---- A process that runs one row. ----

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double loops_run() {
  return static_cast<double>(journal_bench::loops_run());
}

template <auto F>
double total(bask::Client& client) {
  double sum = 0;
  for (const double part : client.run<F>()) sum += part;
  return sum;
}

void run_row(bask::Client& client, const std::string& name, Settings settings, bool dies) {
  settings.threads = client.info().threads;
  if (name == "prepare") return journal_bench::prepare(settings);
  for (const Row& row : journal_bench::rows()) {
    if (row.name != name) continue;
    const double cpu = total<cpu_seconds>(client);
    const auto start = Clock::now();
    row.run(settings);
    const double wall = seconds_since(start);
    if (dies) raise(SIGKILL);
    const double taken = total<cpu_seconds>(client) - cpu;
    std::printf("measured %.9f %.9f %llu %.0f\n", wall, taken,
                static_cast<unsigned long long>(client.last_compute().tasks), total<loops_run>(client));
  }
}

// ---- The process that starts the others and compares. ----

struct Measured {
  double wall = 0, cpu = 0, loops = 0, process = 0;  ///< process: from its start to its end
  unsigned long long tasks = 0;
  double append = 0, background = 0;  ///< seconds that journals took: in threads of tasks, and in their own
  std::uint64_t results = 0, bytes = 0;
};

struct Bench {
  std::string launch, directory = ".", only;
  int rounds = 5;
  Settings settings;
  std::vector<std::string> bask_options;
  std::string program;

  std::string command(const std::string& row, const std::string& more) const;
  Measured measure(const std::string& row, const std::string& more) const;
  Measured measure_with_journal(const std::string& row, const std::string& more = "") const;
  std::string journal() const { return directory + "/journal_bench." + std::to_string(getpid()); }
  void compare(const Row& row) const;
  void run();
};

std::string Bench::command(const std::string& row, const std::string& more) const {
  std::string text = launch + " '" + program + "' --row " + row + " --directory '" + directory + "'";
  text += " --loops-per-us " + std::to_string(settings.loops_per_us);
  text += " --seconds " + std::to_string(settings.seconds);
  text += " --fan-in " + std::to_string(settings.fan_in);
  for (const std::string& option : bask_options) text += " '" + option + "'";
  return text + " --bask-progress=off " + more + " 2>&1";
}

Measured Bench::measure(const std::string& row, const std::string& more) const {
  Measured measured;
  std::string output;
  const auto start = Clock::now();
  std::FILE* const child = ::popen(command(row, more).c_str(), "r");
  if (child == nullptr) throw std::runtime_error("no process can be started");
  char line[1024] = "";
  while (std::fgets(line, sizeof(line), child) != nullptr) {
    output += line;
    std::sscanf(line, "measured %lf %lf %llu %lf", &measured.wall, &measured.cpu, &measured.tasks,
                &measured.loops);
    double append = 0, background = 0;
    const char* const kept = std::strstr(line, "checkpoint: appending took");
    if (kept != nullptr && std::sscanf(kept, "checkpoint: appending took %lf s, writing and syncing %lf s",
                                       &append, &background) == 2) {
      measured.append += append;
      measured.background += background;
    }
  }
  const int status = ::pclose(child);
  measured.process = seconds_since(start);
  if (status != 0 && more.find("--die") == std::string::npos) {
    throw std::runtime_error("'" + command(row, more) + "' failed:\n" + output);
  }
  return measured;
}

Measured Bench::measure_with_journal(const std::string& row, const std::string& more) const {
  return measure(
      row, "--bask-checkpoint-keep=on --bask-log-level=debug --bask-checkpoint='" + journal() + "' " + more);
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

// The spread of the middle half of the values: how much other work on the machine has disturbed the rounds.
double spread(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() * 3 / 4] - values[values.size() / 4];
}

std::uint64_t bytes_in(const std::string& directory) {
  std::uint64_t bytes = 0;
  for (const auto& file : std::filesystem::directory_iterator(directory)) {
    if (file.path().filename().string().starts_with("journal-")) bytes += file.file_size();
  }
  return bytes;
}

void Bench::compare(const Row& row) const {
  std::vector<double> wall, cpu, extra, without_ms;
  Measured with;
  std::uint64_t bytes = 0;
  for (int round = 0; round < rounds; ++round) {
    Measured without;
    for (int turn = 0; turn < 2; ++turn) {
      if ((turn + round) % 2 == 0) {
        without = measure(row.name, "");
        continue;
      }
      std::filesystem::remove_all(journal());
      with = measure_with_journal(row.name);
      bytes = bytes_in(journal());
    }
    wall.push_back(100 * (with.wall / without.wall - 1));
    cpu.push_back(100 * (with.cpu / without.cpu - 1));
    extra.push_back(1e3 * (with.process - with.wall - without.process + without.wall));
    without_ms.push_back(without.cpu);
  }
  std::filesystem::remove_all(journal());
  measure_with_journal(row.name, "--die");
  const Measured again = measure_with_journal(row.name);
  std::filesystem::remove_all(journal());
  const double lost = with.loops != 0 ? again.loops / settings.loops_per_us * 1e-6 : again.cpu;
  std::printf("%-12s %8llu %7.3f %7.3f  %+6.1f ±%4.1f  %+6.1f ±%4.1f  %9.2f %7.1f %7.1f %6.0f %7.3f %6.1f\n",
              row.name.c_str(), with.tasks, median(without_ms), with.cpu, median(wall), spread(wall) / 2,
              median(cpu), spread(cpu) / 2, static_cast<double>(bytes) / (1 << 20), 1e3 * with.append,
              1e3 * with.background, median(extra), lost, 100 * lost / with.cpu);
  std::fflush(stdout);
}

void Bench::run() {
  settings.loops_per_us = journal_bench::calibrate();
  std::filesystem::create_directories(directory);
  measure("prepare", "");
  std::printf("%-12s %8s %7s %7s  %-13s  %-13s  %9s %7s %7s %6s %7s %6s\n", "row", "tasks", "CPU s", "with",
              "time %", "CPU %", "kept MiB", "append", "write", "start", "lost s", "lost %");
  for (const Row& row : journal_bench::rows()) {
    if (only.empty() || ("," + only + ",").find("," + row.name + ",") != std::string::npos) compare(row);
  }
}

}  // namespace

int main(int argc, char** argv) {
  Bench bench;
  std::string row;
  bool dies = false;
  CLI::App app("What a journal costs");
  app.add_option("--launch", bench.launch, "what starts the processes: mpirun and its options");
  app.add_option("--directory", bench.directory, "where journals are written");
  app.add_option("--only", bench.only, "names of rows, with commas");
  app.add_option("--rounds", bench.rounds)->check(CLI::PositiveNumber);
  app.add_option("--seconds", bench.settings.seconds, "that a row of tasks takes");
  app.add_option("--fan-in", bench.settings.fan_in, "results that one task adds up; 0: no task");
  app.add_option("--row", row, "run this one, and tell what it took");
  app.add_option("--loops-per-us", bench.settings.loops_per_us, "for --row");
  app.add_flag("--die", dies, "for --row: by kill -9, when it is done");
  app.allow_extras();
  CLI11_PARSE(app, argc, argv);
  bench.settings.directory = bench.directory;
  if (!row.empty()) {
    return bask::run(argc, argv, [&](bask::Client& client) { run_row(client, row, bench.settings, dies); });
  }
  bench.bask_options = app.remaining();
  bench.program = std::filesystem::canonical("/proc/self/exe").string();
  try {
    bench.run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "journal_bench: %s\n", error.what());
    return 1;
  }
  return 0;
}
