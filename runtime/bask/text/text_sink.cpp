#include <fmt/format.h>
#include <zlib.h>
#include <bask/core/error.hpp>
#include <bask/system/file_descriptor.hpp>
#include <bask/text/text_sink.hpp>
#if BASK_WITH_ZSTD
#include <zstd.h>
#endif

#include <new>
#include <vector>

namespace bask {
namespace {

constexpr std::size_t kCompressedBytes = 128 << 10;  // that are written at once

class GzipSink : public TextSink {
 public:
  explicit GzipSink(std::unique_ptr<TextSink> to) : to_(std::move(to)), piece_(kCompressedBytes) {
    constexpr int kGzip = 16, kMemory = 8;
    if (::deflateInit2(&stream_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, MAX_WBITS + kGzip, kMemory,
                       Z_DEFAULT_STRATEGY) != Z_OK) {
      throw std::bad_alloc();
    }
  }
  ~GzipSink() override { ::deflateEnd(&stream_); }
  GzipSink(const GzipSink&) = delete;
  GzipSink& operator=(const GzipSink&) = delete;

  void write(std::string_view text) override {
    constexpr std::size_t kMost = 1 << 30;  // zlib counts in 32 bits
    for (; !text.empty(); text.remove_prefix(std::min(text.size(), kMost)))
      deflate(text.substr(0, kMost), Z_NO_FLUSH);
  }
  void finish() override {
    deflate({}, Z_FINISH);
    to_->finish();
  }

 private:
  void deflate(std::string_view text, int flush) {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream_.avail_in = static_cast<uInt>(text.size());
    do {
      stream_.next_out = reinterpret_cast<Bytef*>(piece_.data());
      stream_.avail_out = static_cast<uInt>(piece_.size());
      ::deflate(&stream_, flush);
      to_->write({piece_.data(), piece_.size() - stream_.avail_out});
    } while (stream_.avail_out == 0);
  }

  std::unique_ptr<TextSink> to_;
  std::vector<char> piece_;
  z_stream stream_{};
};

#if BASK_WITH_ZSTD
class ZstdSink : public TextSink {
 public:
  ZstdSink(std::unique_ptr<TextSink> to, std::string where)
      : to_(std::move(to)), where_(std::move(where)), piece_(kCompressedBytes) {
    if (!stream_) throw std::bad_alloc();
  }
  void write(std::string_view text) override { compress(text, ZSTD_e_continue); }
  void finish() override {
    compress({}, ZSTD_e_end);
    to_->finish();
  }

 private:
  void compress(std::string_view text, ZSTD_EndDirective directive) {
    ZSTD_inBuffer in{text.data(), text.size(), 0};
    std::size_t left = 0;
    do {
      ZSTD_outBuffer out{piece_.data(), piece_.size(), 0};
      left = ZSTD_compressStream2(stream_.get(), &out, &in, directive);
      if (ZSTD_isError(left) != 0U)
        throw Error(where_, ZSTD_getErrorName(left), "write it without compression");
      to_->write({piece_.data(), out.pos});
    } while (in.pos < in.size || (directive == ZSTD_e_end && left > 0));
  }

  struct Free {
    void operator()(ZSTD_CStream* stream) const { ZSTD_freeCStream(stream); }
  };
  std::unique_ptr<TextSink> to_;
  std::string where_;
  std::vector<char> piece_;
  std::unique_ptr<ZSTD_CStream, Free> stream_{ZSTD_createCStream()};
};
#endif

}  // namespace

void UnfinishedText::write(std::string_view text) {
  const Transferred written = write_at(file_.descriptor(), end_, std::as_bytes(std::span(text)));
  if (written.error != 0) {
    throw Error(where_, fmt::format("cannot write it: {}", error_text(written.error)),
                "write to a directory that you may write to and that has room");
  }
  end_ += written.bytes;
}

std::unique_ptr<TextSink> compressed_sink(std::unique_ptr<TextSink> to, TextCompression compression,
                                          [[maybe_unused]] const std::string& where) {
  if (compression == TextCompression::kGzip) return std::make_unique<GzipSink>(std::move(to));
#if BASK_WITH_ZSTD
  return std::make_unique<ZstdSink>(std::move(to), where);
#else
  throw Error(where, "this build of Bask does not include zstd",
              "install libzstd-dev and build Bask again, or write '.gz'");
#endif
}

}  // namespace bask
