#include <bask/journal/checkpoint.hpp>

#include <bask/core/error.hpp>
#include <bask/core/log.hpp>
#include <bask/journal/journal_lock.hpp>
#include <bask/journal/journal_reader.hpp>
#include <bask/journal/suspects.hpp>

#include <fmt/format.h>

#include <cstring>
#include <limits>

namespace bask {
namespace {

// The Checkpoint of this process, for kernels. It changes only before tasks run and after they have ended.
Checkpoint*& of_process() {
  static Checkpoint* one = nullptr;
  return one;
}

struct ReadArguments {
  RecordPlace place;
  Key key;
};
static_assert(std::is_trivially_copyable_v<ReadArguments>);

void read_kept(KernelCall& call) {
  ReadArguments arguments;
  std::memcpy(&arguments, call.arguments, sizeof(arguments));
  const CheckpointStart& start = of_process()->start();
  call.result =
      load_record(start.directory, start.file(arguments.place.file), arguments.place, arguments.key);
}

void take_kept(KernelCall& call) {
  call.result.emplace<std::vector<KeptResult>>(of_process()->take_kept());
}

void publish(KernelCall& call) {
  of_process()->publish(*call.arguments != std::byte{0});
  call.result.emplace<bool>(true);
}

const KernelId kReadKernel = KernelRegistry::instance().add("recall", "bask::read_kept", &read_kept);
const KernelId kKeptKernel = KernelRegistry::instance().add("kept", "bask::take_kept", &take_kept,
                                                            &value_type_of<std::vector<KeptResult>>);
const KernelId kPublishKernel =
    KernelRegistry::instance().add("publish", "bask::publish", &publish, &value_type_of<bool>);

}  // namespace

std::string CheckpointStart::file(std::uint32_t number) const {
  if (number < files.size()) return files[number];
  return journal_name(attempt, number - static_cast<std::uint32_t>(files.size()));
}

KernelId Checkpoint::kept_kernel() {
  return kKeptKernel;
}

KernelId Checkpoint::publish_kernel() {
  return kPublishKernel;
}

const Kernel& Checkpoint::read_kernel() {
  return KernelRegistry::instance()[kReadKernel];
}

std::vector<std::byte> Checkpoint::read_arguments(const RecordPlace& place, const Key& key) {
  std::vector<std::byte> bytes(sizeof(ReadArguments));
  const ReadArguments arguments{place, key};
  std::memcpy(bytes.data(), &arguments, sizeof(arguments));
  return bytes;
}

Checkpoint::Checkpoint(CheckpointStart start, std::uint32_t rank, unsigned threads,
                       CheckpointFailure on_failure)
    : start_(std::move(start)), on_failure_(on_failure), file_(start_.file_of_rank(rank)) {
  if (rank != 0 && lock_text(start_.directory) != start_.lock) {
    throw Error("checkpoint", fmt::format("'{}' is not the directory that rank 0 sees", start_.directory),
                "choose one in a file system that all nodes share");
  }
  writer_ = std::make_unique<JournalWriter>(
      start_.directory, JournalIdentity{start_.program, start_.attempt, rank}, JournalTimes{});
  try {
    running_.emplace(running_file_of(start_.directory, start_.attempt, rank),
                     RunningFileOwner{start_.attempt, rank, KernelRegistry::instance().hash()}, threads);
  } catch (const Error& error) {  // results are kept even without the table of running tasks
    log_line(LogLevel::kWarning, std::string("checkpoint: ") + error.what());
  }
  of_process() = this;
}

Checkpoint::~Checkpoint() {
  of_process() = nullptr;
}

// Whether results can still be kept. If not, throws or logs it once, as --bask-checkpoint-failure says.
bool Checkpoint::works() {
  if (writer_ == nullptr) return false;
  if (!writer_->has_failed()) return true;
  if (on_failure_ == CheckpointFailure::kStop) {
    throw Error("", writer_->failure(), "or go on without keeping results: --bask-checkpoint-failure=warn");
  }
  if (!told_failure_.exchange(true)) {
    log_line(LogLevel::kWarning, writer_->failure() + "; the run goes on, and nothing more is kept");
  }
  return false;
}

void Checkpoint::record(const Key& key, const Value& value) {
  if (!works()) return;
  try {
    std::optional<RecordPlace> place = writer_->append(key, value);
    if (!place) return;
    place->file = file_;
    const Held held(kept_mutex_);
    kept_.push_back({key, *place});
  } catch (const std::exception& error) {
    if (told_refusal_.exchange(true)) return;
    log_line(LogLevel::kWarning, fmt::format("checkpoint: a result cannot be kept: {}", error.what()));
  }
}

std::vector<KeptResult> Checkpoint::take_kept() {
  const Held held(kept_mutex_);
  return std::exchange(kept_, {});
}

void Checkpoint::publish(bool to_all_nodes) {
  if (writer_ == nullptr) return;
  if (to_all_nodes) {
    writer_->sync();
  } else {
    writer_->write_all();
  }
}

std::int64_t Checkpoint::cost_ns(std::uint64_t bytes) const {
  const bool is_cheap = writer_ != nullptr && (!writer_->has_failed() || !told_failure_.load());
  return is_cheap ? writer_->cost_ns(bytes) : std::numeric_limits<std::int64_t>::max() / 2;
}

void Checkpoint::note(const std::string& name, const std::string& text) {
  if (writer_ != nullptr) writer_->append_note(name, text);
}

void Checkpoint::flush(int exit_code) {
  if (writer_ == nullptr) return;
  writer_->append_end(exit_code);
  writer_->sync();
}

void Checkpoint::finish(int exit_code) {
  if (writer_ == nullptr) return;
  flush(exit_code);
  if (on_failure_ == CheckpointFailure::kWarn) {
    works();
  } else if (writer_->has_failed()) {  // at the very end: no reason to throw, all is computed
    log_line(LogLevel::kError, "checkpoint: " + writer_->failure());
  }
  const JournalStatistics all = writer_->statistics();
  log_line(
      LogLevel::kDebug,
      fmt::format("checkpoint: appending took {:.6f} s, writing and syncing {:.6f} s of CPU; {} results, "
                  "{} bytes, {} writes, {} syncs",
                  all.append_seconds, all.background_seconds, all.results, all.bytes, all.writes, all.syncs));
  writer_.reset();
  running_.reset();
}

}  // namespace bask
