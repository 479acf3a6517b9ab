#include <unistd.h>
#include <bask/core/units.hpp>
#include <bask/launch/start_watch.hpp>
#include <bask/system/without_signals.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace bask {
namespace {

constexpr std::chrono::hours kLongest{24 * 365};  // a longer time could overflow the clock
constexpr std::size_t kMostNamed = 8;
constexpr std::chrono::milliseconds kNap{250}, kOverslept{1000};

std::string rank_text(const Launch& launch, const std::string& host) {
  return fmt::format("rank {} ({})", launch.rank, host);
}

std::string longer_text(std::chrono::nanoseconds timeout) {
  return fmt::format("To wait longer, use --bask-start-timeout={}", spell_duration(2 * timeout));
}

// Rank 0 knows best who is missing: the others let it speak first.
std::chrono::nanoseconds patience_of(int rank, std::chrono::nanoseconds timeout) {
  return rank == 0 ? timeout
                   : timeout + std::max<std::chrono::nanoseconds>(timeout / 8, std::chrono::seconds(1));
}

}  // namespace

std::string start_timeout_text(std::chrono::nanoseconds timeout, const Launch& launch,
                               const std::string& host) {
  const std::string ranks = launch.size > 0 ? fmt::format("{} ranks", launch.size) : "ranks";
  return fmt::format(
      "bask: error: {} has waited {} in MPI_Init for all {} to start. One of them never started or is "
      "stopped, or hosts cannot reach each other. See what {} said, and try OMPI_MCA_btl_tcp_if_include with "
      "the cluster's own network. {}\n",
      rank_text(launch, host), format_duration(timeout), ranks,
      launch.by == Launch::By::kSrunPmix ? "srun" : "the launcher", longer_text(timeout));
}

std::string start_timeout_text(const std::string& speaker, std::chrono::nanoseconds waited,
                               const std::string& phase, const std::vector<std::string>& missing,
                               const std::string& fix) {
  std::string names;
  std::size_t count = 0;
  for (const std::string& name : missing) {
    if (name.empty() || ++count > kMostNamed) continue;
    if (count > 1) names += ", ";
    names += name;
  }
  if (count > kMostNamed) names += fmt::format(" and {} more", count - kMostNamed);
  if (count == 0) names = "another rank";
  return fmt::format(
      "bask: error: {} has waited {} {}, for {}. A process that is awaited is stopped, or its host cannot be "
      "reached. Check whether it runs, and try OMPI_MCA_btl_tcp_if_include with the cluster's own network. "
      "{}\n",
      speaker, format_duration(waited), phase, names, fix);
}

StartWatch::StartWatch(std::chrono::nanoseconds timeout, const Launch& launch, const std::string& host)
    : timeout_(std::min<std::chrono::nanoseconds>(timeout, kLongest)),
      patience_(patience_of(launch.rank, timeout_)),
      speaker_(rank_text(launch, host)),
      fix_(longer_text(timeout_)) {
  if (timeout_.count() == 0) return;
  text_ = start_timeout_text(timeout_, launch, host);
  const WithoutSignals quiet;
  thread_ = std::thread([this] { watch(); });
}

StartWatch::~StartWatch() {
  if (!thread_.joinable()) return;
  {
    const Held held(mutex_);
    has_arrived_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

// Waits in short naps. A nap that took far too long shows that this process was stopped itself: the time
// begins anew.
void StartWatch::watch() {
  const Held held(mutex_);
  std::chrono::nanoseconds waited{0};
  while (waited < (phase_.empty() ? timeout_ : patience_)) {
    const auto nap = std::min<std::chrono::nanoseconds>(kNap, timeout_);
    const auto start = std::chrono::steady_clock::now();
    while (!has_arrived_ && !has_moved_ && changed_.wait_until(mutex_, start + nap)) {
    }
    if (has_arrived_) return;
    const auto taken = std::chrono::steady_clock::now() - start;
    waited = has_moved_ || taken > nap + kOverslept ? std::chrono::nanoseconds(0) : waited + taken;
    has_moved_ = false;
  }
  write_text();
  _exit(kLostExitCode);
}

// By system calls alone: the thread that hangs may hold the locks of stdio and of exit handlers.
void StartWatch::write_text() {
  std::size_t done = 0;
  while (done < text_.size()) {
    const ssize_t written = write(STDERR_FILENO, text_.data() + done, text_.size() - done);
    if (written <= 0) return;
    done += static_cast<std::size_t>(written);
  }
}

void StartWatch::enter(const std::string& phase, std::vector<std::string> awaited) {
  if (!thread_.joinable()) return;
  {
    const Held held(mutex_);
    phase_ = phase;
    awaited_ = std::move(awaited);
    text_ = start_timeout_text(speaker_, patience_, phase_, awaited_, fix_);
    has_moved_ = true;
  }
  changed_.notify_one();
}

void StartWatch::rank_arrived(std::size_t rank) {
  if (!thread_.joinable()) return;
  const Held held(mutex_);
  if (rank >= awaited_.size()) return;
  awaited_[rank].clear();
  text_ = start_timeout_text(speaker_, patience_, phase_, awaited_, fix_);
}

void StartWatch::restart() {
  if (!thread_.joinable()) return;
  {
    const Held held(mutex_);
    has_moved_ = true;
  }
  changed_.notify_one();
}

}  // namespace bask
