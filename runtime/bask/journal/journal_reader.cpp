#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <bask/journal/journal_load.hpp>
#include <bask/journal/journal_lock.hpp>
#include <bask/journal/journal_scan.hpp>

#include <algorithm>
#include <cerrno>
#include <set>
#include <tuple>

namespace bask {
namespace {

constexpr std::string_view kJournalPrefix = "journal-";

struct Named {
  JournalNumbers numbers;
  std::string name;
};

struct Listing {
  std::vector<Named> journals;         // by attempt and rank
  std::vector<std::string> strangers;  // other names that begin with "journal-"
};

Listing list(const std::filesystem::path& directory) {
  Listing listing;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(directory, error), end; !error && entry != end;
       entry.increment(error)) {
    std::string name = entry->path().filename().string();
    if (const auto numbers = parse_journal_name(name)) {
      listing.journals.push_back({*numbers, std::move(name)});
    } else if (name.starts_with(kJournalPrefix)) {
      listing.strangers.push_back(std::move(name));
    }
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    throw Error("journal", fmt::format("'{}' cannot be read: {}", directory.string(), error.message()),
                "name a directory that you may read: --bask-checkpoint=DIR", ExitCode::kUsage);
  }
  std::sort(listing.journals.begin(), listing.journals.end(), [](const Named& a, const Named& b) {
    return std::tie(a.numbers.attempt, a.numbers.rank) < std::tie(b.numbers.attempt, b.numbers.rank);
  });
  std::sort(listing.strangers.begin(), listing.strangers.end());
  return listing;
}

void remove_file(const std::filesystem::path& file) {
  if (::unlink(file.c_str()) == 0 || errno == ENOENT) return;
  throw Error("journal", fmt::format("'{}' cannot be removed: {}", file.string(), error_text(errno)),
              "remove it by hand: the next run of the program would use its results", ExitCode::kUsage);
}

}  // namespace

JournalContents read_journals(const std::filesystem::path& directory, const Key& program) {
  JournalContents contents;
  const Listing listing = list(directory);
  std::set<std::uint32_t> crashed;
  for (const auto& [numbers, name] : listing.journals) {
    contents.last_attempt = std::max(contents.last_attempt, numbers.attempt);
    const std::size_t files = contents.files.size();
    const std::uint64_t damages = contents.damages.size();
    JournalScan(directory, name, program, contents);
    if (contents.files.size() != files) {
      const JournalRead& file = contents.files.back();
      if (!file.exit_code) crashed.insert(file.identity.attempt);
    } else if (contents.damages.size() != damages) {
      crashed.insert(numbers.attempt);  // the damage hides its version
    }
  }
  contents.crashed_attempts.assign(crashed.begin(), crashed.end());
  for (const std::string& name : listing.strangers) {
    contents.damages.push_back({name + ": has no name of a journal, and is left alone", false});
  }
  return contents;
}

void remove_journals(const std::filesystem::path& directory) {
  forget_open_journals();
  for (const Named& journal : list(directory).journals) remove_file(directory / journal.name);
  // The lock goes last: a job that takes a new one from now on finds no journals.
  remove_file(directory / kLockName);
}

}  // namespace bask
