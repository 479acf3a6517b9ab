#include "cases.hpp"

#include <bask/bask.hpp>

#include <algorithm>
#include <ostream>

namespace bask::numpy_cases {

namespace {

enum Chunking { kFirst, kOther };

// Runs all rounds of all cases, by the client that is there.
template <class Cases>
std::vector<Round> run_all(const Cases& cases, Chunking chunking) {
  std::vector<Round> rounds;
  for (const auto& one : cases) {
    for (int k = 0; k < one.rounds; ++k) {
      Round& round = rounds.emplace_back(one.name, k, chunking);
      try {
        one.run(round);
      } catch (const std::exception& error) {
        round.fail(one.name + ": " + error.what());
      }
    }
  }
  return rounds;
}

void require_equal(Round& round, Round& other, const std::string& how) {
  std::vector<Outcome>&mine = round.outcomes(), &others = other.outcomes();
  for (std::size_t k = 0; k < std::max(mine.size(), others.size()); ++k) {
    if (k < mine.size() && !mine[k].error.empty()) return;
    if (k >= mine.size() || k >= others.size() || !others[k].error.empty()) {
      const std::string what = k < others.size() ? others[k].error : "nothing was computed";
      return round.fail(how + ": " + what);
    }
    if (mine[k].text != others[k].text) return round.fail(mine[k].text + " became " + others[k].text);
    if (!(mine[k].result == others[k].result)) {
      const std::string chunks = other.inputs().empty() ? "" : " in chunks " + other.inputs()[0].chunks;
      mine[k].error = mine[k].text + ": other bits " + how + chunks;
    }
  }
}

void write_block(std::ostream& out, const Block& block) {
  out << name_of(block.dtype());
  for (const std::int64_t extent : block.shape()) out << " " << extent;
  out << "\n";
  const auto bytes = static_cast<std::size_t>(block.count()) * block.element_bytes();
  out.write(reinterpret_cast<const char*>(block.elements()), static_cast<std::streamsize>(bytes));
}

std::string one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

void write_round(std::ostream& out, const std::string& name, Round& round) {
  out << "round " << name << "\n";
  for (const Input& input : round.inputs()) {
    out << "input " << input.name << "\nchunks " << input.chunks << "\n";
    write_block(out, input.values);
  }
  for (const Outcome& outcome : round.outcomes()) {
    if (!outcome.error.empty()) {
      out << "error " << one_line(outcome.error) << "\n";
      continue;
    }
    out << "expect " << one_line(outcome.text) << "\ntolerance " << outcome.tolerance.float64 << " "
        << outcome.tolerance.float32 << " " << outcome.tolerance.scale << "\n";
    write_block(out, outcome.result);
  }
}

}  // namespace

void Theme::add(std::string name, Case run, bool same_in_other_chunks, int rounds) {
  cases_.push_back({std::move(name), std::move(run), same_in_other_chunks, rounds});
}

void Theme::run(std::ostream& out) const {
  const Options sync{.scheduler = Scheduler::kSync, .progress = Progress::kOff};
  const Options threads{.threads = 2, .progress = Progress::kOff};
  const auto by = [&](const Options& options, Chunking chunking) {
    const Client client(options);
    return run_all(cases_, chunking);
  };
  std::vector<Round> first = by(sync, kFirst);
  std::vector<Round> threaded = by(threads, kFirst);
  std::vector<Round> rechunked = by(threads, kOther);
  std::size_t at = 0;
  for (const Named& one : cases_) {
    for (int k = 0; k < one.rounds; ++k, ++at) {
      require_equal(first[at], threaded[at], "by two threads");
      if (one.same_in_other_chunks) require_equal(first[at], rechunked[at], "in other chunks");
      write_round(out, one.name, first[at]);
    }
  }
}

void Theme::run_once(std::ostream& out) const {
  std::vector<Round> rounds = run_all(cases_, kFirst);
  std::size_t at = 0;
  for (const Named& one : cases_) {
    for (int k = 0; k < one.rounds; ++k, ++at) write_round(out, one.name, rounds[at]);
  }
}

}  // namespace bask::numpy_cases
