// journal_lock.hpp: keeps a directory to one job, such as one of journals.
// Runs on: rank 0. Threads: one makes and destroys it.
// Invariants: (1) where the file system has locks, the kernel gives the lock back when its holder dies,
//             whatever way; (2) where it has none, the lock's text and age decide.
#pragma once

#include <bask/system/file_descriptor.hpp>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

namespace bask {

/// The lock's file in the directory.
inline constexpr std::string_view kLockName = "lock";

/// Who holds a lock, as its file says.
struct LockHolder {
  std::string job;  ///< of Slurm; empty outside
  std::string host;
  long pid = 0;
  std::string since;  ///< "2026-11-24 12:00:00 UTC"
};

LockHolder this_process_as_holder();
std::string to_text(const LockHolder& holder);
/// What is missing stays empty.
LockHolder parse_lock_holder(std::string_view text);
/// What the lock of a directory says; empty when there is none. Ranks know by it that they see the same one.
std::string lock_text(const std::filesystem::path& directory);
/// "Slurm job 42 on host n1 (process 4242, since 2026-11-24 12:00:00 UTC)".
std::string description(const LockHolder& holder);

/// Without locks of the file system: whether the file of `holder`, last touched `age` ago, still counts.
/// `is_alive`: whether its process runs, which is known only on the holder's own host.
bool still_holds(const LockHolder& holder, const LockHolder& us, bool is_alive, std::chrono::seconds age);

/// Whether the lock of a directory is held, as its text, its age and this host's processes tell. The lock
/// itself is not touched, so that a job which starts at this moment gets it.
bool is_locked(const std::filesystem::path& directory);

/// How long a job waits for its own last step, which may overlap with the next one when it is queued again.
inline constexpr std::chrono::milliseconds kLockPatience{120'000};

/// How messages name the directory's purpose, and the option that chooses another one.
struct LockWords {
  std::string what = "journal";
  std::string option = "--bask-checkpoint=DIR";
};

///     const JournalLock lock(directory);      // until it goes
class JournalLock {
 public:
  enum class Method { kKernel, kText };

  /// Makes the directory where it is missing, and takes its lock. While the holder is of the same Slurm job
  /// it waits so long for it to end: `patience`.
  /// Throws: Error (ExitCode::kUsage) saying who holds it; or when it cannot be made.
  explicit JournalLock(const std::filesystem::path& directory, std::chrono::milliseconds patience = {},
                       Method method = Method::kKernel, LockWords words = {});
  ~JournalLock();
  JournalLock(const JournalLock&) = delete;
  JournalLock& operator=(const JournalLock&) = delete;

  /// Shows that the holder lives to those who cannot ask the kernel: a thread of the lock's own calls it.
  void touch() const;
  Method method() const { return method_; }
  /// Of the locked file; below 0 where the file system has no locks.
  int descriptor() const { return descriptor_.number(); }

 private:
  bool take_by_kernel();
  bool take_by_text();
  bool is_ours() const;
  void touch_until_stopped(const std::stop_token& stop) const;
  [[noreturn]] void refuse(const char* what, int error) const;
  [[noreturn]] void refuse_for(const LockHolder& holder) const;

  const LockWords words_;
  std::filesystem::path file_;
  Method method_;
  LockHolder us_;
  FileDescriptor descriptor_;
  std::jthread toucher_;
};

}  // namespace bask
