// text_sink.hpp: where the bytes of a text go that is written: into a file, compressed or not.
// Runs on: every rank. Threads: one.
#pragma once

#include <bask/system/output_file.hpp>
#include <bask/text/text_stretch.hpp>

#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace bask {

class TextSink {
 public:
  virtual ~TextSink() = default;
  virtual void write(std::string_view text) = 0;
  /// Ends the text and gives the file its name.
  virtual void finish() = 0;
};

/// A file beside its place, until it is finished.
class UnfinishedText : public TextSink {
 public:
  UnfinishedText(const std::string& path, std::string where) : where_(where), file_(path, std::move(where)) {}
  void write(std::string_view text) override;
  void finish() override { file_.put_in_place(); }

 private:
  std::string where_;
  OutputFile file_;
  std::uint64_t end_ = 0;
};

/// `where` begins messages. Throws: Error when this build of Bask has no Zstandard.
std::unique_ptr<TextSink> compressed_sink(std::unique_ptr<TextSink> to, TextCompression compression,
                                          const std::string& where);

}  // namespace bask
