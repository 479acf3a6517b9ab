#include <fcntl.h>
#include <sys/mman.h>
#include <bask/system/mapped_bytes.hpp>

namespace bask {

MappedBytes::MappedBytes(const FileDescriptor& file, std::uint64_t offset, std::size_t bytes) {
  void* const begin =
      ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file.number(), static_cast<off_t>(offset));
  if (begin != MAP_FAILED) bytes_ = {static_cast<std::byte*>(begin), bytes};
}

MappedBytes::~MappedBytes() {
  if (is_mapped()) ::munmap(bytes_.data(), bytes_.size());
}

int take_room(const FileDescriptor& file, std::uint64_t offset, std::size_t bytes) {
  return ::posix_fallocate(file.number(), static_cast<off_t>(offset), static_cast<off_t>(bytes));
}

}  // namespace bask
