#include <bask/forecast/virtual_disk.hpp>

#include <utility>

namespace bask {

void VirtualDisk::write(std::span<const std::byte> bytes, Done done) {
  const Extent extent{.offset = 0, .bytes = bytes.size()};
  held_ += bytes.size();
  const auto size = static_cast<double>(bytes.size());
  const double ns = beside_(size * speed_.written_ns_per_byte, size * speed_.written_cpu_ns_per_byte);
  clock_.at(line_.serve(ns), [=, this] {
    counts_.bytes_written += extent.bytes;
    done({SpillOutcome::Kind::kDone, extent, {}});
    moved_();
  });
}

void VirtualDisk::read(const Extent& extent, std::span<std::byte> /*into*/, Done done) {
  const auto size = static_cast<double>(extent.bytes);
  const double ns = beside_(size * speed_.read_back_ns_per_byte, size * speed_.read_back_cpu_ns_per_byte);
  clock_.at(line_.serve(ns), [=, this] {
    counts_.bytes_read += extent.bytes;
    done({SpillOutcome::Kind::kDone, extent, {}});
    moved_();
  });
}

}  // namespace bask
