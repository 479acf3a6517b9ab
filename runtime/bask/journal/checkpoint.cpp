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

// Of this process, for the kernel that reads them: written before tasks run and after they have ended.
struct KeptFiles {
  std::string directory;
  std::vector<std::string> names;
};
KeptFiles& kept_files() {
  static KeptFiles files;
  return files;
}

struct ReadArguments {
  RecordPlace place;
  Key key;
};
static_assert(std::is_trivially_copyable_v<ReadArguments>);

void read_kept(KernelCall& call) {
  ReadArguments arguments;
  std::memcpy(&arguments, call.arguments, sizeof(arguments));
  const KeptFiles& files = kept_files();
  if (arguments.place.file >= files.names.size()) {
    throw Error("journal", "there is no file of that number", "this is an error in the runtime");
  }
  call.result =
      load_record(files.directory, files.names[arguments.place.file], arguments.place, arguments.key);
}

const KernelId kReadKernel = KernelRegistry::instance().add("recall", "bask::read_kept", &read_kept);

}  // namespace

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
    : start_(std::move(start)), on_failure_(on_failure) {
  if (rank != 0 && lock_text(start_.directory) != start_.lock) {
    throw Error("checkpoint", fmt::format("'{}' is not the directory that rank 0 sees", start_.directory),
                "choose one in a file system that all nodes share");
  }
  writer_ = std::make_unique<JournalWriter>(
      start_.directory, JournalIdentity{start_.program, start_.attempt, rank}, JournalTimes{});
  try {
    running_.emplace(running_file_of(start_.directory, start_.attempt, rank),
                     RunningFileOwner{start_.attempt, rank, KernelRegistry::instance().hash()}, threads);
  } catch (const Error& error) {  // results are kept all the same
    log_line(LogLevel::kWarning, std::string("checkpoint: ") + error.what());
  }
  kept_files() = {start_.directory, start_.files};
}

Checkpoint::~Checkpoint() {
  kept_files() = {};
}

// Whether results can still be kept. Tells once when not.
bool Checkpoint::works() {
  if (writer_ == nullptr) return false;
  if (!writer_->has_failed()) return true;
  if (on_failure_ == CheckpointFailure::kStop) {
    throw Error("", writer_->failure(), "or go on without it: --bask-checkpoint-failure=warn");
  }
  if (!told_failure_.exchange(true)) {
    log_line(LogLevel::kWarning, writer_->failure() + "; the run goes on, and nothing more is kept");
  }
  return false;
}

void Checkpoint::record(const Key& key, const Value& value) {
  if (!works()) return;
  try {
    writer_->append(key, value);
  } catch (const std::exception& error) {
    if (told_refusal_.exchange(true)) return;
    log_line(LogLevel::kWarning, fmt::format("checkpoint: a result cannot be kept: {}", error.what()));
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
  } else if (writer_->has_failed()) {  // at the very end: what was computed is there all the same
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
