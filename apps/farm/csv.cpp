#include "parameters.hpp"

#include <bask/core/error.hpp>

#include <algorithm>

namespace farm {
namespace {

// Reads a CSV file in one pass over its characters.
class CsvReader {
 public:
  CsvReader(std::string_view text, const std::string& file) : text_(text), file_(file) {
    // The byte order mark, with which spreadsheets begin UTF-8.
    if (text_.starts_with("\xEF\xBB\xBF")) text_.remove_prefix(3);
    const std::string_view header = text_.substr(0, text_.find('\n'));
    if (header.find(',') == std::string_view::npos && header.find('\t') != std::string_view::npos) {
      separator_ = '\t';
    }
  }

  Parameters read() {
    Parameters table;
    table.names = record();
    check_names(table.names);
    while (at_ < text_.size()) {
      const std::size_t line = line_;
      std::vector<std::string> row = record();
      const bool is_blank = row.size() == 1 && row[0].empty();
      if (is_blank && table.names.size() > 1) continue;
      if (row.size() != table.names.size()) {
        refuse(line,
               "the row has " + std::to_string(row.size()) + " values, and the header " +
                   std::to_string(table.names.size()),
               "give each row a value per column; put values with commas into quotes");
      }
      table.rows.push_back(std::move(row));
    }
    return table;
  }

 private:
  [[noreturn]] void refuse(std::size_t line, const std::string& happened, const std::string& fix) const {
    throw bask::Error("farm: " + file_ + ":" + std::to_string(line), happened, fix, bask::ExitCode::kUsage);
  }

  void check_names(const std::vector<std::string>& names) const {
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (names[i].empty() || names[i].find_first_of("{}") != std::string::npos) {
        refuse(1, "column " + std::to_string(i + 1) + " has no name that can stand in {}",
               "the first line of the file names the columns");
      }
      if (std::find(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(i), names[i]) !=
          names.begin() + static_cast<std::ptrdiff_t>(i)) {
        refuse(1, "two columns are called '" + names[i] + "'", "give each a name of its own");
      }
    }
  }

  std::vector<std::string> record() {
    std::vector<std::string> fields;
    while (true) {
      fields.push_back(field());
      if (at_ == text_.size()) break;
      const char c = text_[at_++];
      if (c == '\n') {
        ++line_;
        break;
      }
    }
    return fields;
  }

  // Reads one field, up to the separator or line break that ends it.
  std::string field() {
    if (at_ < text_.size() && text_[at_] == '"') return quoted_field();
    const std::size_t begin = at_;
    while (at_ < text_.size() && text_[at_] != separator_ && text_[at_] != '\n') {
      if (text_[at_] == '"')
        refuse(line_, "a quote stands inside a value", "quote the whole value, with \"\" for \"");
      ++at_;
    }
    std::string value(text_.substr(begin, at_ - begin));
    if (at_ == text_.size() || text_[at_] == '\n') {
      if (value.ends_with('\r')) value.pop_back();
    }
    return value;
  }

  std::string quoted_field() {
    const std::size_t line = line_;
    std::string value;
    for (++at_;; ++at_) {
      if (at_ == text_.size())
        refuse(line, "a quote is not closed", "close it; \"\" stands for a quote in a value");
      if (text_[at_] == '\n') ++line_;
      if (text_[at_] != '"') {
        value += text_[at_];
      } else if (at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
        value += text_[++at_];
      } else {
        break;
      }
    }
    ++at_;
    if (at_ < text_.size() && text_[at_] == '\r') ++at_;
    if (at_ < text_.size() && text_[at_] != separator_ && text_[at_] != '\n') {
      refuse(line_, "something follows the quote that ends a value", "put a comma between values");
    }
    return value;
  }

  std::string_view text_;
  const std::string& file_;
  char separator_ = ',';
  std::size_t at_ = 0, line_ = 1;
};

}  // namespace

Parameters parse_csv(std::string_view text, const std::string& file) {
  return CsvReader(text, file).read();
}

}  // namespace farm
