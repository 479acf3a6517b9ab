// parts.hpp: what an exchange makes of one of its inputs: it is cut into parts, one for each target. A task
// that makes a target reads its part of each input, in the order of the inputs, so that what it makes depends
// on neither ranks, threads nor memory.
// Runs on: every rank. Threads: made by one; any may read.
// Invariants: (1) copies share their parts, which never change; they lie in memory as long as those of the
// process take no more than they may
//             (PartsBacking), else on the disk, where they take a few bytes of memory each. They see to that
//                 themselves: for the runtime they hold no memory;
//             (2) other ranks get the parts that they read, not the others.
#pragma once

#include <bask/core/value.hpp>
#include <bask/exchange/parts_backing.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <utility>
#include <vector>

namespace bask {

/// The deleter of memory of parts.
struct FreeParts {
  std::shared_ptr<PartsBacking> counted_by = nullptr;  ///< null: nobody counts it
  std::uint64_t bytes = 0;
  void operator()(std::byte* memory) const noexcept;
};

class Parts {
 public:
  static constexpr std::size_t kAlignment = 64;

  Parts();

  /// The parts that are here have the numbers first(), first() + 1, …
  std::uint32_t first() const;
  std::uint32_t count() const;
  std::uint64_t bytes_of(std::uint32_t part) const;
  bool is_on_disk() const;
  /// `box`: the first part, and how many. In memory, for another rank. Throws: Error when they are not here,
  /// or cannot be read.
  Parts part(std::span<const std::int64_t> box) const;
  /// Of all parts that are here, or of those in the box. Throws: Error when they are not here.
  std::uint64_t bytes(std::span<const std::int64_t> box = {}) const;

  /// Throws: Error when they cannot be read.
  void encode(ByteWriter& writer) const;
  /// Throws: Error when the bytes are none of encode().
  static Parts decode(ByteReader& reader);

 private:
  friend class PartsBuilder;
  friend class PartReader;
  using Memory = std::unique_ptr<std::byte[], FreeParts>;
  class Stored;  // on the disk
  struct Content;

  static Memory memory_of(std::uint64_t bytes);
  std::span<std::byte> in_memory(std::uint32_t part) const;
  const Content& content() const { return *content_; }

  std::shared_ptr<Content> content_;  // of all copies
};

/// Makes parts of known sizes, which the caller fills.
///
///     PartsBuilder builder({100, 0, 50});
///     fill(builder.part(0)); …
///     return std::move(builder).finish();
class PartsBuilder {
 public:
  /// Throws: std::bad_alloc.
  explicit PartsBuilder(std::vector<std::uint64_t> sizes, std::uint32_t first = 0);
  /// Begins at a multiple of Parts::kAlignment.
  std::span<std::byte> part(std::uint32_t part) { return parts_.in_memory(part); }
  /// Keeps them in memory, or writes them to the disk. Throws: Error when that fails.
  Parts finish() &&;

 private:
  friend class Parts;
  Parts parts_;
};

/// The bytes of one part of many inputs. Those on the disk are read at once.
class PartReader {
 public:
  /// `inputs` must outlive the reader. Throws: Error when a part is not here, or cannot be read.
  PartReader(std::span<const Parts* const> inputs, std::uint32_t part);
  std::size_t inputs() const { return bytes_.size(); }
  /// Begins at a multiple of Parts::kAlignment.
  std::span<const std::byte> of(std::size_t input) const { return bytes_[input]; }
  std::uint64_t all_bytes() const { return all_; }

 private:
  std::vector<std::span<const std::byte>> bytes_;
  Parts::Memory read_;  // from the disk
  std::uint64_t all_ = 0;
};

static_assert(kept_inline<Parts>);

template <>
inline constexpr ValueType value_type_of<Parts> = {
    .info = &typeid(Parts),
    .size = sizeof(Parts),
    .is_inline = true,
    .is_trivial = false,
    .destroy = [](void* object) noexcept { static_cast<Parts*>(object)->~Parts(); },
    .relocate =
        [](void* to, void* from) noexcept {
          ::new (to) Parts(std::move(*static_cast<Parts*>(from)));
          static_cast<Parts*>(from)->~Parts();
        },
    .held_bytes = [](const void*) -> std::size_t { return 0; },
    .tells_held_bytes = true,
    .encode = [](ByteWriter& writer,
                 const void* object) { static_cast<const Parts*>(object)->encode(writer); },
    .decode =
        [](ByteReader& reader) {
          Value value;
          value.emplace<Parts>(Parts::decode(reader));
          return value;
        },
    .number = [] { return RegisteredType<Parts>::number; },
    .contiguous = nullptr,
    .part = part_function<Parts>(),
    .part_bytes = [](const void* object, std::span<const std::int64_t> box) -> std::uint64_t {
      return static_cast<const Parts*>(object)->bytes(box);
    },
};

}  // namespace bask
