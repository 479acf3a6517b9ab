#include <bask/journal/record_batch.hpp>

#include <cstring>

namespace bask {
namespace {

constexpr std::size_t kKept = std::size_t{4} << 20;

}  // namespace

void RecordBatch::append(const RecordHead& head, std::uint64_t offset, std::span<const std::byte> payload) {
  const std::size_t begin = bytes_.size();
  if (begin == 0) since_ = std::chrono::steady_clock::now();
  if (extents_.empty() || extents_.back().offset + (begin - extents_.back().in_bytes) != offset) {
    extents_.push_back({offset, begin});
  }
  const auto head_bytes = std::as_bytes(std::span(&head, 1));
  bytes_.insert(bytes_.end(), head_bytes.begin(), head_bytes.end());
  bytes_.insert(bytes_.end(), payload.begin(), payload.end());
  bytes_.resize(begin + sizeof(head) + padded_size(payload.size()));
}

void RecordBatch::clear() {
  if (bytes_.capacity() > kKept && bytes_.size() < bytes_.capacity() / 4) {
    bytes_ = {};
  } else {
    bytes_.clear();
  }
  extents_.clear();
}

RecordBatch::Extent RecordBatch::extent(std::size_t number) const {
  const std::size_t begin = extents_[number].in_bytes;
  const std::size_t end = number + 1 < extents_.size() ? extents_[number + 1].in_bytes : bytes_.size();
  return {extents_[number].offset, std::span(bytes_).subspan(begin, end - begin)};
}

std::uint64_t whole_records(std::span<const std::byte> records, std::size_t in_file) {
  std::size_t end = 0;
  while (records.size() - end >= sizeof(RecordHead)) {
    RecordHead head;
    std::memcpy(&head, records.data() + end, sizeof(head));
    const std::size_t next = end + sizeof(head) + padded_size(head.size);
    if (next > in_file) break;
    end = next;
  }
  return end;
}

}  // namespace bask
