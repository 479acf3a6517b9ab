// journal_lock.hpp: keeps a directory, such as that of the journals, to one job.
// Runs on: rank 0. Threads: one makes and destroys it.
// Invariants: (1) where the file system has locks, the kernel gives the lock back when its holder dies, in
//             whatever way; (2) where it has none, the text and the age of the lock's file decide.
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

/// Who holds a lock, by the text of its file.
struct LockHolder {
  std::string job;  ///< Slurm's job id; empty outside of Slurm
  std::string host;
  long pid = 0;
  std::string since;  ///< "2026-11-24 12:00:00 UTC"
};

LockHolder this_process_as_holder();
std::string to_text(const LockHolder& holder);
/// Members that the text has not stay empty.
LockHolder parse_lock_holder(std::string_view text);
/// The text of a directory's lock; empty when there is none.
/// Ranks compare it to know that they see the same directory.
std::string lock_text(const std::filesystem::path& directory);
/// "Slurm job 42 on host n1 (process 4242, since 2026-11-24 12:00:00 UTC)".
std::string description(const LockHolder& holder);

/// Where the file system has no locks: whether the file of `holder`, last touched `age` ago, still counts.
/// `is_alive`: whether the holder's process runs; read only when `us` is on the holder's host.
bool still_holds(const LockHolder& holder, const LockHolder& us, bool is_alive, std::chrono::seconds age);

/// Whether the lock of a directory is held, by its text, its age and this host's processes. Does not take the
/// lock to find out, so that a job which starts at this moment gets it.
bool is_locked(const std::filesystem::path& directory);

/// How long a job waits for its own last step, which may still run when the job is requeued and starts again.
inline constexpr std::chrono::milliseconds kLockPatience{120'000};

/// How messages name the directory's purpose, and the option that chooses another one.
struct LockWords {
  std::string what = "journal";
  std::string option = "--bask-checkpoint=DIR";
};

///     const JournalLock lock(directory);      // held until it is destroyed
class JournalLock {
 public:
  enum class Method { kKernel, kText };

  /// Makes the directory where it is missing, and takes its lock. If the holder is of the same Slurm job,
  /// waits up to `patience` for it to end.
  /// Throws: Error (ExitCode::kUsage) that says who holds the lock; Error when the lock cannot be made.
  explicit JournalLock(const std::filesystem::path& directory, std::chrono::milliseconds patience = {},
                       Method method = Method::kKernel, LockWords words = {});
  ~JournalLock();
  JournalLock(const JournalLock&) = delete;
  JournalLock& operator=(const JournalLock&) = delete;

  /// Updates the time of the lock's file, to show that the holder lives where the file system has no locks.
  /// The lock's own thread calls it.
  void touch() const;
  Method method() const { return method_; }
  /// The descriptor of the lock's file.
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
