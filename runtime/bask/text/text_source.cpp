#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <bask/core/error.hpp>
#include <bask/text/text_source.hpp>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace bask {
namespace {

class PlainText : public TextSource {
 public:
  PlainText(PlannedFile file, std::uint64_t begin_bytes) : file_(std::move(file)), at_(begin_bytes) {}
  std::size_t read(std::span<char> to) override {
    const std::size_t bytes = file_.read(at_, to);
    at_ += bytes;
    return bytes;
  }

 private:
  PlannedFile file_;
  std::uint64_t at_;
};

}  // namespace

PlannedFile::PlannedFile(const TextStretch& stretch, std::string where)
    : where_(std::move(where)), bytes_(stretch.file_bytes), file_(open_file(stretch.path, O_RDONLY)) {
  struct stat status {};
  if (!file_.is_open() || ::fstat(file_.number(), &status) != 0) {
    throw Error(where_, fmt::format("cannot read it: {}", error_text(errno)),
                "see that the file is there, and that every node may read it");
  }
  const std::int64_t modified = std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec;
  if (static_cast<std::uint64_t>(status.st_size) != bytes_ || modified != stretch.modified_ns)
    refuse_changed();
}

std::size_t PlannedFile::read(std::uint64_t at_bytes, std::span<char> to) const {
  const std::uint64_t left = at_bytes < bytes_ ? bytes_ - at_bytes : 0;
  const std::span<char> piece = to.first(static_cast<std::size_t>(std::min<std::uint64_t>(left, to.size())));
  const Transferred done = read_at(file_, at_bytes, std::as_writable_bytes(piece));
  if (done.error != 0) {
    throw Error(where_, fmt::format("cannot read it at byte {}: {}", at_bytes, error_text(done.error)),
                "see that the disk and its connection are in order, and run the program again");
  }
  if (done.bytes < piece.size()) refuse_changed();
  return done.bytes;
}

void PlannedFile::refuse_changed() const {
  throw Error(where_, "the file was changed after its parts were planned",
              "let other programs end their writing first, and run the program again");
}

std::unique_ptr<TextSource> open_text(const TextStretch& stretch, const std::string& where) {
  PlannedFile file(stretch, where);
  if (stretch.compression == TextCompression::kNone) {
    return std::make_unique<PlainText>(std::move(file), stretch.begin_bytes);
  }
  return decompressed_text(std::move(file), stretch.compression);
}

}  // namespace bask
