#include <bask/journal/checkpoint_history.hpp>

#include <bask/core/error.hpp>
#include <bask/core/log.hpp>
#include <bask/core/units.hpp>
#include <bask/journal/program_version.hpp>
#include <bask/journal/suspects.hpp>
#include <bask/launch/rank_text.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace bask {
namespace {

void tell_of_other_versions(const JournalContents& contents) {
  if (contents.results_of_other_versions == 0) return;
  log_job_line(
      LogLevel::kWarning,
      fmt::format("checkpoint: {} were made by another version of the program, and are computed again; "
                  "with the same --bask-checkpoint-version they would be used",
                  count_text(static_cast<long>(contents.results_of_other_versions), "result")));
}

}  // namespace

CheckpointHistory::CheckpointHistory(const Options& options)
    : directory_(std::filesystem::absolute(options.checkpoint)), lock_(directory_, kLockPatience) {
  if (lock_.descriptor() >= 0) only_here_.emplace(lock_.descriptor());
  start_.directory = directory_.string();
  start_.lock = lock_text(directory_);
  start_.program = program_version(options.checkpoint_version);
  contents_ = read_journals(directory_, start_.program);
  start_.attempt = contents_.last_attempt + 1;
  for (const JournalRead& file : contents_.files) start_.files.push_back(file.name);
  for (const JournalNote& note : contents_.notes) earlier_inputs_[note.name] = note.text;
  tell();
  const CrashEvidence evidence = find_suspects(directory_, start_.attempt);
  if (!evidence.suspects.empty()) log_job_line(LogLevel::kWarning, suspects_text(evidence));
  for (const Suspect& suspect : evidence.suspects) start_.suspects.push_back(suspect.key);
  prune_running_files(directory_, start_.attempt);
  if (options.max_restarts != 0 &&
      contents_.last_attempt > static_cast<std::uint32_t>(options.max_restarts)) {
    throw Error(
        "checkpoint",
        fmt::format("the program was started {} times on '{}', and --bask-max-restarts allows {}",
                    contents_.last_attempt, options.checkpoint, count_text(options.max_restarts, "restart")),
        "see in the log why the program did not reach its end; raise --bask-max-restarts to go on, or remove "
        "the directory to begin anew",
        ExitCode::kUsage);
  }
}

void CheckpointHistory::tell() const {
  for (const JournalDamage& damage : contents_.damages) {
    log_job_line(damage.is_normal ? LogLevel::kInfo : LogLevel::kWarning, "checkpoint: " + damage.text);
  }
  tell_of_other_versions(contents_);
  if (contents_.results_of_unknown_types != 0) {
    log_job_line(LogLevel::kWarning,
                 fmt::format("checkpoint: {} are of types that this program does not have",
                             count_text(static_cast<long>(contents_.results_of_unknown_types), "result")));
  }
  if (contents_.last_attempt == 0) return;
  // Only rank 0's journal tells how an attempt ended:
  // other ranks may have been inside tasks then, and cut off.
  const bool crashed = std::ranges::any_of(contents_.files, [&](const JournalRead& file) {
    return file.identity.attempt == contents_.last_attempt && file.identity.rank == 0 && !file.exit_code;
  });
  log_job_line(
      LogLevel::kInfo,
      fmt::format("checkpoint: attempt {} finds {} of earlier attempts ({}){}", start_.attempt,
                  count_text(static_cast<long>(contents_.records.size()), "result"),
                  format_size(contents_.bytes),
                  crashed ? fmt::format("; attempt {} did not end in order", contents_.last_attempt) : ""));
}

void CheckpointHistory::add(std::span<const KeptResult> kept) {
  for (const KeptResult& result : kept) contents_.records.insert_or_assign(result.key, result.place);
}

CheckpointHistory::Recalled CheckpointHistory::recall(Expansion expansion) {
  if (contents_.records.empty()) return {std::move(expansion)};
  std::string other_type;
  bool reads_this_attempt = false, reads_earlier_ones = false;
  const auto find = [&](const Key& key, const Kernel& kernel) -> std::optional<std::vector<std::byte>> {
    const auto found = contents_.records.find(key);
    if (found == contents_.records.end()) return std::nullopt;
    if (kernel.result != nullptr && found->second.type_hash != journal_type_hash(kernel.result)) {
      other_type = kernel.name;
      return std::nullopt;
    }
    (found->second.file < start_.files.size() ? reads_earlier_ones : reads_this_attempt) = true;
    return Checkpoint::read_arguments(found->second, key);
  };
  Recall recalled = bask::recall(std::move(expansion), Checkpoint::read_kernel(), find);
  if (!other_type.empty()) {
    log_job_line(LogLevel::kWarning,
                 fmt::format("checkpoint: results of '{}' were kept as another type than it returns now, and "
                             "are computed again",
                             other_type));
  }
  if (recalled.read != 0) {
    log_job_line(
        reads_earlier_ones ? LogLevel::kInfo : LogLevel::kDebug,
        fmt::format("checkpoint: {} of {} need not run: {} read from the journal",
                    recalled.skipped + recalled.read, count_text(static_cast<long>(recalled.tasks), "task"),
                    recalled.read == 1 ? "1 result is" : fmt::format("{} results are", recalled.read)));
  }
  return {std::move(recalled.expansion), reads_this_attempt};
}

void CheckpointHistory::verify() {
  std::erase_if(contents_.records, [&](const auto& record) {
    const auto& [key, place] = record;
    try {
      load_record(directory_, start_.file(place.file), place, key);
      return false;
    } catch (const Error& corrupt) {
      log_job_line(LogLevel::kWarning, fmt::format("checkpoint: {}: it is computed again", corrupt.what()));
      return true;
    }
  });
}

bool CheckpointHistory::note_input(const std::string& name, const std::string& identity) {
  if (!inputs_.insert(name).second) return false;
  const auto before = earlier_inputs_.find(name);
  if (before != earlier_inputs_.end() && before->second != identity) {
    log_job_line(
        LogLevel::kWarning,
        fmt::format(
            "checkpoint: '{}' has changed since an earlier attempt (then {}, now {}): what depends on it is "
            "computed again",
            name, before->second, identity));
  }
  return true;
}

void CheckpointHistory::forget_running(std::uint32_t ranks) const {
  for (std::uint32_t rank = 0; rank < ranks; ++rank) {
    std::error_code ignored;
    std::filesystem::remove(running_file_of(directory_, start_.attempt, rank), ignored);
  }
}

void CheckpointHistory::remove() {
  remove_journals(directory_);
  remove_running_files(directory_);
  std::error_code not_empty;
  std::filesystem::remove(directory_, not_empty);  // fails when it holds other files
}

}  // namespace bask
