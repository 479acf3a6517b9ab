#include <bask/journal/journal_threads.hpp>
#include <bask/system/without_signals.hpp>

#include <chrono>
#include <ctime>
#include <utility>

namespace bask {
namespace {

using Clock = std::chrono::steady_clock;

double thread_cpu_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

std::int64_t ns_from(Clock::time_point start) {
  return std::chrono::nanoseconds(Clock::now() - start).count();
}

}  // namespace

JournalThreads::JournalThreads(const JournalFile& file, JournalBatches& batches, JournalTimes times)
    : file_(file), batches_(batches), times_(times) {
  const WithoutSignals quiet;
  writing_thread_ = std::thread([this] { write_batches(); });
  syncing_thread_ = std::thread([this] { sync_file(); });
}

JournalThreads::~JournalThreads() {
  batches_.close();
  writing_thread_.join();
  syncing_thread_.join();
}

void JournalThreads::write_batches() {
  while (const RecordBatch* const batch = batches_.next_batch(times_.write)) {
    const auto start = Clock::now();
    const BatchWritten written = file_.write(*batch);
    batches_.batch_written(written, ns_from(start));
    write_cpu_ = thread_cpu_seconds();
  }
}

void JournalThreads::sync_file() {
  bool is_name_synced = false;
  while (const std::optional<std::uint64_t> whole = batches_.next_sync(times_.sync)) {
    if (!std::exchange(is_name_synced, true)) file_.sync_name();
    const auto start = Clock::now();
    const int error = file_.sync();
    const std::int64_t ns = ns_from(start);
    if (error == 0) batches_.write_mark(*whole);
    batches_.sync_ended(*whole, error, ns);
    sync_cpu_ = thread_cpu_seconds();
  }
}

}  // namespace bask
