#include <fmt/format.h>
#include <zlib.h>
#include <bask/core/error.hpp>
#include <bask/text/text_source.hpp>
#if BASK_WITH_ZSTD
#include <zstd.h>
#endif

#include <algorithm>
#include <utility>
#include <vector>

namespace bask {
namespace {

// The compressed bytes of a file, piece by piece.
class CompressedInput {
 public:
  explicit CompressedInput(PlannedFile file) : file_(std::move(file)), piece_(kPieceBytes) {}

  /// What was read and not yet used; more of the file where that is empty, and nothing at its end.
  std::span<const char> unused() {
    if (used_ == filled_) {
      file_at_ += filled_;
      used_ = 0;
      filled_ = file_.read(file_at_, piece_);
    }
    return std::span<const char>(piece_).subspan(used_, filled_ - used_);
  }
  void use(std::size_t bytes) { used_ += bytes; }
  bool is_at_begin() const { return file_at_ + used_ == 0; }

  [[noreturn]] void refuse(const std::string& happened, const std::string& fix) const {
    throw Error(file_.where(),
                fmt::format("{} at byte {} of the compressed file", happened, file_at_ + used_), fix);
  }
  [[noreturn]] void refuse_end(std::string_view format) const {
    refuse(fmt::format("the {} text ends too early,", format),
           "the file is cut off: make it or copy it again");
  }

 private:
  static constexpr std::size_t kPieceBytes = 128 << 10;
  PlannedFile file_;
  std::vector<char> piece_;
  std::uint64_t file_at_ = 0;  // where the piece begins in the file
  std::size_t used_ = 0, filled_ = 0;
};

class GzipText : public TextSource {
 public:
  explicit GzipText(PlannedFile file) : input_(std::move(file)) {
    constexpr int kGzipOnly = 16;
    if (::inflateInit2(&stream_, MAX_WBITS + kGzipOnly) != Z_OK) throw std::bad_alloc();
  }
  ~GzipText() override { ::inflateEnd(&stream_); }
  GzipText(const GzipText&) = delete;
  GzipText& operator=(const GzipText&) = delete;

  std::size_t read(std::span<char> to) override {
    constexpr std::size_t kMost = 1 << 30;  // zlib counts in 32 bits
    stream_.next_out = reinterpret_cast<Bytef*>(to.data());
    stream_.avail_out = static_cast<uInt>(std::min(to.size(), kMost));
    const uInt room = stream_.avail_out;
    while (stream_.avail_out == room) {
      if (is_between_ && !begin_member()) return 0;
      inflate_some();
    }
    return room - stream_.avail_out;
  }

 private:
  // Zeros behind a member fill up the blocks of tapes. False at the end of the file.
  bool begin_member() {
    const bool is_first = input_.is_at_begin();
    for (auto bytes = input_.unused(); !bytes.empty(); bytes = input_.unused()) {
      const auto zeros = static_cast<std::size_t>(
          std::find_if(bytes.begin(), bytes.end(), [](char c) { return c != 0; }) - bytes.begin());
      if (!is_first) input_.use(zeros);
      if (is_first || zeros < bytes.size()) {
        ::inflateReset(&stream_);
        is_between_ = false;
        return true;
      }
    }
    if (is_first) input_.refuse_end("gzip");
    return false;
  }

  void inflate_some() {
    const std::span<const char> bytes = input_.unused();
    if (bytes.empty()) input_.refuse_end("gzip");
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream_.avail_in = static_cast<uInt>(bytes.size());
    const int code = ::inflate(&stream_, Z_NO_FLUSH);
    input_.use(bytes.size() - stream_.avail_in);
    if (code == Z_STREAM_END) {
      is_between_ = true;
    } else if (code == Z_MEM_ERROR) {
      throw std::bad_alloc();
    } else if (code != Z_OK && code != Z_BUF_ERROR) {
      input_.refuse(
          fmt::format("this is not gzip ({})", stream_.msg != nullptr ? stream_.msg : "broken"),
          "make the file or copy it again, or name its compression, such as TextCompression::kNone");
    }
  }

  CompressedInput input_;
  z_stream stream_{};
  bool is_between_ = true;  // members
};

#if BASK_WITH_ZSTD
class ZstdText : public TextSource {
 public:
  explicit ZstdText(PlannedFile file) : input_(std::move(file)) {
    if (!stream_) throw std::bad_alloc();
  }

  std::size_t read(std::span<char> to) override {
    ZSTD_outBuffer out{to.data(), to.size(), 0};
    while (out.pos == 0) {
      const bool is_first = input_.is_at_begin();
      const std::span<const char> bytes = input_.unused();
      if (bytes.empty() && !is_within_ && !is_first) return 0;
      if (is_within_ || !bytes.empty())
        decode(bytes, out);  // without input, what the decoder still holds comes out
      if (bytes.empty() && out.pos == 0) input_.refuse_end("zstd");
    }
    return out.pos;
  }

 private:
  void decode(std::span<const char> bytes, ZSTD_outBuffer& out) {
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    const std::size_t code = ZSTD_decompressStream(stream_.get(), &out, &in);
    input_.use(in.pos);
    if (ZSTD_isError(code) != 0U) {
      input_.refuse(
          fmt::format("this is not zstd that can be read ({})", ZSTD_getErrorName(code)),
          "make the file or copy it again, or name its compression, such as TextCompression::kNone");
    }
    is_within_ = code != 0;
  }

  struct Free {
    void operator()(ZSTD_DStream* stream) const { ZSTD_freeDStream(stream); }
  };
  CompressedInput input_;
  std::unique_ptr<ZSTD_DStream, Free> stream_{ZSTD_createDStream()};
  bool is_within_ = false;  // a frame
};
#endif

}  // namespace

std::unique_ptr<TextSource> decompressed_text(PlannedFile file, TextCompression compression) {
  if (compression == TextCompression::kGzip) return std::make_unique<GzipText>(std::move(file));
#if BASK_WITH_ZSTD
  return std::make_unique<ZstdText>(std::move(file));
#else
  throw Error(file.where(), "this build of Bask does not include zstd",
              "install libzstd-dev and build Bask again, or decompress the file first");
#endif
}

}  // namespace bask
