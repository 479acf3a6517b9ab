#include <fcntl.h>
#include <unistd.h>
#include <bask/system/unfinished_file.hpp>

#include <cerrno>
#include <utility>

namespace bask {

UnfinishedFile::UnfinishedFile(std::filesystem::path path, unsigned mode)
    : path_(std::move(path)), file_(open_file(path_, O_RDWR | O_CREAT | O_EXCL, mode)) {
  if (file_.is_open()) return;
  const int error = errno;
  path_.clear();
  errno = error;
}

UnfinishedFile::~UnfinishedFile() {
  if (!path_.empty()) ::unlink(path_.c_str());
}

int UnfinishedFile::put_in_place(const std::filesystem::path& place) {
  if (const int error = file_.close(); error != 0) return error;
  if (::rename(path_.c_str(), place.c_str()) != 0) return errno;
  path_.clear();
  sync_directory(place.parent_path());
  return 0;
}

}  // namespace bask
