// value.hpp: one result or constant of any type, with its type known at run time.
// Runs on: every rank. Threads: a Value belongs to one thread, or is not changed by any.
// Invariants: (1) a Value holds at most one object; (2) small objects lie inside it, so that a result of
//             up to 24 bytes costs no allocation; (3) a Value takes 32 bytes: two fill a cache line.
#pragma once

#include <bask/core/held_bytes.hpp>
#include <bask/core/serialization.hpp>
#include <bask/core/type_registry.hpp>
#include <bask/core/value_type.hpp>

#include <cstddef>
#include <new>
#include <span>
#include <string>
#include <typeinfo>
#include <utility>

namespace bask {

class Value {
 public:
  static constexpr std::size_t kInlineBytes = 24;

  Value() = default;
  Value(Value&& other) noexcept { take_from(other); }
  Value& operator=(Value&& other) noexcept {
    if (this != &other) {
      reset();
      take_from(other);
    }
    return *this;
  }
  ~Value() { reset(); }

  template <class T, class... Arguments>
  T& emplace(Arguments&&... arguments);

  bool has_value() const { return type_ != nullptr; }
  const ValueType* type() const { return type_; }
  /// The object, unchecked: the caller knows its type from the kernel.
  template <class T>
  const T& get() const {
    return *static_cast<const T*>(object());
  }
  template <class T>
  T& get_mutable() {
    return *static_cast<T*>(object());
  }
  /// Bytes held on the heap for this value.
  std::size_t heap_bytes() const {
    if (type_ == nullptr || type_->is_trivial) return 0;
    return type_->held_bytes(object()) + (type_->is_inline ? 0 : type_->size);
  }
  /// About how many bytes go to another rank with it: exact for types that are one stretch of memory.
  std::size_t transfer_bytes() const {
    if (type_ == nullptr) return 0;
    return type_->contiguous != nullptr ? type_->contiguous->bytes(object()).size() : content_bytes();
  }
  /// About how many bytes its copy would have.
  std::size_t content_bytes() const {
    if (type_ == nullptr) return 0;
    return type_->size + (type_->part_bytes != nullptr ? type_->part_bytes(object(), {}) : heap_bytes());
  }
  void reset() noexcept {
    if (type_ == nullptr) return;
    if (!type_->is_trivial) type_->destroy(object());
    type_ = nullptr;
  }

  /// The object of whatever type.
  const void* object() const { return type_->is_inline ? static_cast<const void*>(storage_) : heap_; }

 private:
  void* object() { return type_->is_inline ? static_cast<void*>(storage_) : heap_; }
  void take_from(Value& other) noexcept {
    type_ = std::exchange(other.type_, nullptr);
    if (type_ == nullptr) return;
    if (!type_->is_inline) {
      heap_ = other.heap_;
    } else if (type_->is_trivial) {
      std::memcpy(storage_, other.storage_, kInlineBytes);
    } else {
      type_->relocate(storage_, other.storage_);
    }
  }

  const ValueType* type_ = nullptr;
  union {
    alignas(8) std::byte storage_[kInlineBytes];
    void* heap_;
  };
};

/// Types whose bytes need no encoding: the receiver makes an empty object and lets it grow in place.
template <class T>
inline constexpr bool travels_whole = false;
template <serialization::Contiguous T>
requires(!serialization::HasSerializeMember<T> && !serialized_by_boost<T> &&
         std::default_initializable<typename T::value_type> &&
         requires(T c) { c.reserve(1); }) inline constexpr bool travels_whole<T> = true;
template <OneStretch T>
inline constexpr bool travels_whole<T> = true;

/// The container of what travels: the object itself, or its stretch.
template <class T>
auto& stretch_of(T& object) {
  if constexpr (OneStretch<std::remove_const_t<T>>) {
    return object.stretch();
  } else {
    return object;
  }
}

template <class T>
inline constexpr bool kept_inline = sizeof(T) <= Value::kInlineBytes &&
                                    alignof(T) <= 8 && std::is_nothrow_move_constructible_v<T>;

template <class T>
requires travels_whole<T>
inline constexpr ContiguousType contiguous_type_of = {
    .bytes =
        [](const void* object) {
          const auto& stretch = stretch_of(*static_cast<const T*>(object));
          return std::as_bytes(std::span(stretch.data(), stretch.size()));
        },
    .reserve =
        [](Value& value, std::size_t bytes) {
          auto& stretch = stretch_of(value.emplace<T>());
          constexpr std::size_t kElement = sizeof(*stretch.data());
          if (bytes % kElement != 0) {
            throw Error("decode", std::to_string(bytes) + " bytes are no whole number of elements",
                        "the bytes are corrupt");
          }
          if constexpr (requires { stretch.c_str(); }) {  // reserve() may give a string more than it needs
            stretch = std::remove_reference_t<decltype(stretch)>(bytes / kElement, {});
            stretch.clear();
          } else {
            stretch.reserve(bytes / kElement);
          }
        },
    .grow =
        [](Value& value, std::size_t bytes) {
          auto& stretch = stretch_of(value.get_mutable<T>());
          constexpr std::size_t kElement = sizeof(*stretch.data());
          stretch.resize((bytes + kElement - 1) / kElement);
          return reinterpret_cast<std::byte*>(stretch.data());
        },
    .check =
        [](const Value& value) {
          if constexpr (OneStretch<T>) value.get<T>().check();
        },
};

/// For types with a member `part`.
template <class T>
constexpr auto part_function() -> Value (*)(const void*, std::span<const std::int64_t>) {
  if constexpr (requires(const T& t, std::span<const std::int64_t> box) { t.part(box); }) {
    return [](const void* object, std::span<const std::int64_t> box) {
      auto part = static_cast<const T*>(object)->part(box);
      Value value;
      value.emplace<decltype(part)>(std::move(part));
      return value;
    };
  } else {
    return nullptr;
  }
}

/// The number of T in the TypeRegistry. Every type with a ValueType gets one, before main.
template <class T>
struct RegisteredType {
  static const std::uint32_t number;
};

/// The one ValueType of T, which must be Serializable: other types give one clear error.
template <class T>
inline constexpr ValueType value_type_of = {
    .info = &typeid(T),
    .size = sizeof(T),
    .is_inline = kept_inline<T>,
    .is_trivial = kept_inline<T>&& std::is_trivially_copyable_v<T>,
    .destroy =
        [](void* object) noexcept {
          if constexpr (kept_inline<T>) {
            static_cast<T*>(object)->~T();
          } else {
            delete static_cast<T*>(object);
          }
        },
    .relocate =
        [](void* to, void* from) noexcept {
          if constexpr (kept_inline<T>) {
            ::new (to) T(std::move(*static_cast<T*>(from)));
            static_cast<T*>(from)->~T();
          }
        },
    .held_bytes = [](const void* object) { return bask::held_bytes(*static_cast<const T*>(object)); },
    .tells_held_bytes = bask::tells_held_bytes<T>(),
    .encode = [](ByteWriter& writer,
                 const void* object) { bask::encode(writer, *static_cast<const T*>(object)); },
    .decode =
        [](ByteReader& reader) {
          Value value;
          value.emplace<T>(bask::decode<T>(reader));
          return value;
        },
    .number = [] { return RegisteredType<T>::number; },
    .contiguous =
        [] {
          if constexpr (travels_whole<T>) {
            return &contiguous_type_of<T>;
          } else {
            return static_cast<const ContiguousType*>(nullptr);
          }
        }(),
    .part = part_function<T>(),
};

template <class T>
const std::uint32_t RegisteredType<T>::number = TypeRegistry::instance().add(value_type_of<T>);

template <class T, class... Arguments>
T& Value::emplace(Arguments&&... arguments) {
  reset();
  T* object;
  if constexpr (kept_inline<T>) {
    object = ::new (static_cast<void*>(storage_)) T(std::forward<Arguments>(arguments)...);
  } else {
    object = new T(std::forward<Arguments>(arguments)...);
    heap_ = object;
  }
  type_ = &value_type_of<T>;
  return *object;
}

}  // namespace bask
