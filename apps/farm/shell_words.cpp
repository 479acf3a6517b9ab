#include "shell_words.hpp"

#include <bask/core/error.hpp>

#include <algorithm>
#include <array>

namespace farm {
namespace {

constexpr std::string_view kSpace = " \t\r\n\v\f";

// Unquoted, these characters mean something to a shell in any place.
constexpr std::string_view kSpecial = "|&;<>()$`*?[#~\n";

// As first words, these are the shell's own; no program of the same name does the same.
constexpr std::array<std::string_view, 40> kBuiltins{
    ".",    ":",     "alias", "bg",     "break", "case", "cd",     "command", "continue", "do",
    "done", "elif",  "else",  "esac",   "eval",  "exec", "exit",   "export",  "fc",       "fg",
    "fi",   "for",   "hash",  "if",     "jobs",  "let",  "local",  "read",    "readonly", "return",
    "set",  "shift", "then",  "source", "times", "trap", "ulimit", "umask",   "until",    "wait"};
constexpr std::array<std::string_view, 10> kMoreBuiltins{"type", "unalias", "unset", "while", "{",
                                                         "}",    "!",       "time",  "[[",    "function"};

bool is_in(std::string_view set, char c) {
  return set.find(c) != std::string_view::npos;
}

bool is_builtin(const std::string& word) {
  return std::find(kBuiltins.begin(), kBuiltins.end(), word) != kBuiltins.end() ||
         std::find(kMoreBuiltins.begin(), kMoreBuiltins.end(), word) != kMoreBuiltins.end();
}

[[noreturn]] void refuse_quote(char quote) {
  throw bask::Error("", std::string("the quote ") + quote + " is not closed",
                    "close it, or write \\" + std::string(1, quote) + " for the character itself",
                    bask::ExitCode::kUsage);
}

// Reads a line in one pass over its characters.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  ShellLine read() {
    while (at_ < text_.size()) take();
    end_word();
    return std::move(line_);
  }

 private:
  void take() {
    const char c = text_[at_];
    if (c == '\'') return take_single();
    if (c == '"') return take_double();
    ++at_;
    if (c == '\\') return take_escaped();
    if (is_in(kSpace, c) && c != '\n') return end_word();
    if (is_in(kSpecial, c)) line_.needs_shell = true;
    // A shell may take a first word with '=' for a variable (NAME=value).
    if (c == '=' && line_.words.empty()) line_.needs_shell = true;
    put(c);
  }
  void take_escaped() {
    if (at_ == text_.size()) return put('\\');
    put(text_[at_++]);
  }
  void take_single() {
    const std::size_t end = text_.find('\'', at_ + 1);
    if (end == std::string_view::npos) refuse_quote('\'');
    word_.append(text_.substr(at_ + 1, end - at_ - 1));
    in_word_ = true;
    at_ = end + 1;
  }
  void take_double() {
    in_word_ = true;
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] == '$' || text_[at_] == '`') line_.needs_shell = true;
      const bool escapes = text_[at_] == '\\' && at_ + 1 < text_.size() && is_in("$`\"\\\n", text_[at_ + 1]);
      if (escapes) ++at_;
      word_ += text_[at_];
    }
    if (at_ == text_.size()) refuse_quote('"');
    ++at_;
  }
  void put(char c) {
    word_ += c;
    in_word_ = true;
  }
  void end_word() {
    if (in_word_) line_.words.push_back(std::move(word_));
    word_.clear();
    in_word_ = false;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string word_;
  bool in_word_ = false;
  ShellLine line_;
};

}  // namespace

ShellLine parse_shell_line(std::string_view text) {
  ShellLine line;
  try {
    line = Reader(text).read();
  } catch (const bask::Error&) {
    // Inside of $(…), `…` and <<word, only a shell can pair quotes.
    const bool only_a_shell_knows = text.find("$(") != std::string_view::npos ||
                                    text.find('`') != std::string_view::npos ||
                                    text.find("<<") != std::string_view::npos;
    if (!only_a_shell_knows) throw;
    line.needs_shell = true;
  }
  if (line.words.empty() || is_builtin(line.words[0])) line.needs_shell = true;
  if (line.needs_shell) line.words.clear();
  return line;
}

std::vector<std::string> split_words(std::string_view text) {
  return Reader(text).read().words;
}

std::string shell_quoted(std::string_view word) {
  const bool is_plain = !word.empty() && std::all_of(word.begin(), word.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           is_in("_-+./:,@%^", c);
  });
  if (is_plain) return std::string(word);
  std::string quoted = "'";
  for (const char c : word) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

}  // namespace farm
