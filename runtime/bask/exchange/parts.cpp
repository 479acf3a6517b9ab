#include <bask/core/error.hpp>
#include <bask/exchange/parts.hpp>

#include <cstdlib>
#include <cstring>
#include <new>
#include <numeric>
#include <string>
#include <utility>

namespace bask {
namespace {

std::uint64_t aligned(std::uint64_t bytes) {
  return (bytes + Parts::kAlignment - 1) / Parts::kAlignment * Parts::kAlignment;
}

[[noreturn]] void refuse(const Parts& parts, std::int64_t first, std::int64_t count) {
  throw Error("exchange",
              "parts " + std::to_string(first) + " to " + std::to_string(first + count - 1) +
                  " are wanted of " + std::to_string(parts.count()) + " from " +
                  std::to_string(parts.first()) + " on",
              "this is an error in the runtime: please report it");
}

}  // namespace

class Parts::Stored {
 public:
  Stored(std::shared_ptr<PartsBacking> backing, const Parts& parts) : backing_(std::move(backing)) {
    std::vector<std::span<const std::byte>> all;
    for (std::uint32_t k = 0; k < parts.count(); ++k) all.push_back(parts.in_memory(parts.first() + k));
    places_ = backing_->write(all);
  }
  ~Stored() { backing_->free(places_); }
  Stored(const Stored&) = delete;
  Stored& operator=(const Stored&) = delete;

  PartsBacking& backing() const { return *backing_; }
  const PartsBacking::Place& place(std::uint32_t number) const { return places_[number]; }

 private:
  const std::shared_ptr<PartsBacking> backing_;
  std::vector<PartsBacking::Place> places_;
};

struct Parts::Content {
  std::uint32_t first = 0;
  std::vector<std::uint64_t> sizes = {}, begins = {};  // the latter in memory, and the end
  Memory memory = {};
  std::unique_ptr<Stored> stored = nullptr;  // null: they are in memory
};

Parts::Parts() : content_(std::make_shared<Content>()) {}

void FreeParts::operator()(std::byte* memory) const noexcept {
  std::free(memory);
  if (counted_by != nullptr) counted_by->give_back(bytes);
}

std::uint32_t Parts::first() const {
  return content().first;
}

std::uint32_t Parts::count() const {
  return static_cast<std::uint32_t>(content().sizes.size());
}

std::uint64_t Parts::bytes_of(std::uint32_t part) const {
  return content().sizes[part - content().first];
}

bool Parts::is_on_disk() const {
  return content().stored != nullptr;
}

std::span<std::byte> Parts::in_memory(std::uint32_t part) const {
  const std::uint32_t number = part - content().first;
  return {content().memory.get() + content().begins[number], content().sizes[number]};
}

Parts::Memory Parts::memory_of(std::uint64_t bytes) {
  if (bytes == 0) return nullptr;
  Memory memory(static_cast<std::byte*>(std::aligned_alloc(kAlignment, aligned(bytes))));
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

std::uint64_t Parts::bytes(std::span<const std::int64_t> box) const {
  const std::int64_t begin = box.empty() ? 0 : box[0] - first(), count = box.empty() ? this->count() : box[1];
  if (begin < 0 || count < 0 || begin + count > this->count()) refuse(*this, first() + begin, count);
  const auto first = content().sizes.begin() + begin;
  return std::accumulate(first, first + count, std::uint64_t{0});
}

Parts Parts::part(std::span<const std::int64_t> box) const {
  bytes(box);  // throws where it is not here
  const auto begin = static_cast<std::uint32_t>(box[0]), end = begin + static_cast<std::uint32_t>(box[1]);
  const auto sizes = content().sizes.begin() - first();
  PartsBuilder builder({sizes + begin, sizes + end}, begin);
  std::vector<PartsBacking::Reading> readings;
  for (std::uint32_t k = begin; k < end; ++k) {
    const std::span<std::byte> into = builder.part(k);
    if (into.empty()) continue;
    if (is_on_disk()) {
      readings.push_back({content().stored->place(k - first()), into});
    } else {
      std::memcpy(into.data(), in_memory(k).data(), into.size());
    }
  }
  if (!readings.empty()) content().stored->backing().read(readings);
  return std::move(builder.parts_);
}

void Parts::encode(ByteWriter& writer) const {
  if (is_on_disk()) return part(std::vector<std::int64_t>{first(), count()}).encode(writer);
  writer.write_raw(first());
  writer.write_raw(count());
  writer.write(content().sizes.data(), content().sizes.size() * sizeof(content().sizes[0]));
  for (std::uint32_t k = 0; k < count(); ++k) {
    const std::span<const std::byte> bytes = in_memory(first() + k);
    writer.write(bytes.data(), bytes.size());
  }
}

Parts Parts::decode(ByteReader& reader) {
  const auto first = reader.read_raw<std::uint32_t>(), count = reader.read_raw<std::uint32_t>();
  std::vector<std::uint64_t> sizes;
  std::uint64_t left = reader.remaining() / sizeof(std::uint64_t);
  if (count > left) throw Error("exchange", "parts are cut off", "the bytes are corrupt");
  sizes.resize(count);
  reader.read(sizes.data(), count * sizeof(std::uint64_t));
  left = reader.remaining();
  for (const std::uint64_t size : sizes) {
    if (size > left) throw Error("exchange", "parts are cut off", "the bytes are corrupt");
    left -= size;
  }
  PartsBuilder builder(std::move(sizes), first);
  for (std::uint32_t k = first; k < first + count; ++k) {
    const std::span<std::byte> into = builder.part(k);
    reader.read(into.data(), into.size());
  }
  return std::move(builder).finish();
}

// ---- PartsBuilder. ----

PartsBuilder::PartsBuilder(std::vector<std::uint64_t> sizes, std::uint32_t first) {
  parts_.content_->first = first;
  parts_.content_->sizes = std::move(sizes);
  std::uint64_t end = 0;
  parts_.content_->begins.reserve(parts_.content_->sizes.size() + 1);
  for (const std::uint64_t size : parts_.content_->sizes) {
    parts_.content_->begins.push_back(end);
    end += aligned(size);
  }
  parts_.content_->begins.push_back(end);
  parts_.content_->memory = Parts::memory_of(end);
}

Parts PartsBuilder::finish() && {
  std::shared_ptr<PartsBacking> backing = PartsBacking::of_process();
  const std::uint64_t bytes = parts_.content_->begins.back();
  if (backing == nullptr || bytes == 0) return std::move(parts_);
  if (backing->try_take(bytes)) {
    parts_.content_->memory.get_deleter() = {std::move(backing), bytes};
  } else {
    parts_.content_->stored = std::make_unique<Parts::Stored>(std::move(backing), parts_);
    parts_.content_->memory.reset();
    parts_.content_->begins.clear();
  }
  return std::move(parts_);
}

// ---- PartReader. ----

PartReader::PartReader(std::span<const Parts* const> inputs, std::uint32_t part) : bytes_(inputs.size()) {
  std::uint64_t on_disk = 0;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Parts& parts = *inputs[i];
    if (part < parts.first() || part - parts.first() >= parts.count()) refuse(parts, part, 1);
    all_ += parts.bytes_of(part);
    if (parts.is_on_disk()) {
      on_disk += aligned(parts.bytes_of(part));
    } else {
      bytes_[i] = parts.in_memory(part);
    }
  }
  read_ = Parts::memory_of(on_disk);
  std::vector<PartsBacking::Reading> readings;
  PartsBacking* backing = nullptr;
  std::byte* at = read_.get();
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Parts& parts = *inputs[i];
    if (!parts.is_on_disk() || parts.bytes_of(part) == 0) continue;
    const std::span into(at, parts.bytes_of(part));
    at += aligned(into.size());
    bytes_[i] = into;
    readings.push_back({parts.content().stored->place(part - parts.first()), into});
    backing = &parts.content().stored->backing();
  }
  if (backing != nullptr) backing->read(readings);
}

}  // namespace bask
