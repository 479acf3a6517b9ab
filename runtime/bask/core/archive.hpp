// archive.hpp: Boost.Serialization archives over Bask's bytes, for users' own types.
// Runs on: every rank. Threads: each archive belongs to one thread.
// Modelled on the Archive concept of Boost.Serialization; versions, pointers and object tracking work as
// in Boost's binary archives, and every read is checked against the bytes that are left.
#pragma once

#include <bask/core/serialization.hpp>
#include <boost/archive/basic_archive.hpp>
#include <boost/archive/detail/common_iarchive.hpp>
#include <boost/archive/detail/common_oarchive.hpp>
#include <boost/archive/detail/register_archive.hpp>
#include <boost/serialization/array_wrapper.hpp>
#include <boost/serialization/collection_size_type.hpp>
#include <boost/serialization/is_bitwise_serializable.hpp>
#include <boost/serialization/item_version_type.hpp>
#include <boost/serialization/string.hpp>
#include <boost/serialization/vector.hpp>

#include <string>

namespace bask {

/// Tells Boost to copy arrays of numbers whole.
struct CopyArrays {
  template <class T>
  struct apply : boost::serialization::is_bitwise_serializable<std::remove_const_t<T>> {};
};

class OutputArchive : public boost::archive::detail::common_oarchive<OutputArchive> {
 public:
  using use_array_optimization = CopyArrays;
  explicit OutputArchive(ByteWriter& writer) : common_oarchive(boost::archive::no_header), writer_(&writer) {}
  /// Counts the bytes, and keeps none.
  OutputArchive() : common_oarchive(boost::archive::no_header) {}
  std::size_t counted() const { return counted_; }
  void save_binary(const void* data, std::size_t size) {
    if (writer_ != nullptr) return writer_->write(data, size);
    counted_ += size;
  }
  template <class Array>
  void save_array(const Array& array, unsigned /*version*/) {
    save_binary(array.address(), array.count() * sizeof(*array.address()));
  }

 private:
  friend class boost::archive::detail::interface_oarchive<OutputArchive>;
  friend class boost::archive::save_access;
  using Base = boost::archive::detail::common_oarchive<OutputArchive>;

  template <class T>
  void save_override(const T& value) {
    Base::save_override(value);
  }
  void save_override(const boost::archive::class_id_optional_type&) {}  // not written for every pointer
  void save_override(const boost::archive::class_name_type& name) { save(std::string(name)); }
  template <class T>
  void save(const T& value) {
    save_binary(&value, sizeof(T));
  }
  template <class Char>
  void save(const std::basic_string<Char>& text) {
    save(static_cast<std::uint64_t>(text.size()));
    save_binary(text.data(), text.size() * sizeof(Char));
  }
  ByteWriter* writer_ = nullptr;
  std::size_t counted_ = 0;
};

class InputArchive : public boost::archive::detail::common_iarchive<InputArchive> {
 public:
  using use_array_optimization = CopyArrays;
  explicit InputArchive(ByteReader& reader) : common_iarchive(boost::archive::no_header), reader_(reader) {}
  void load_binary(void* data, std::size_t size) { reader_.read(data, size); }
  template <class Array>
  void load_array(Array& array, unsigned /*version*/) {
    reader_.read(array.address(), array.count() * sizeof(*array.address()));
  }

 private:
  friend class boost::archive::detail::interface_iarchive<InputArchive>;
  friend class boost::archive::load_access;
  using Base = boost::archive::detail::common_iarchive<InputArchive>;

  template <class T>
  void load_override(T& value) {
    Base::load_override(value);
  }
  void load_override(boost::archive::class_id_optional_type&) {}
  void load_override(boost::archive::class_name_type& name) {
    std::string text;
    load(text);
    if (text.size() >= BOOST_SERIALIZATION_MAX_KEY_SIZE) {
      throw Error("decode", "a class name is too long", "the bytes are corrupt");
    }
    std::memcpy(static_cast<char*>(name), text.c_str(), text.size() + 1);
  }
  template <class T>
  void load(T& value) {
    reader_.read(&value, sizeof(T));
  }
  void load(bool& value) { value = reader_.read_raw<unsigned char>() != 0; }
  void load(boost::serialization::collection_size_type& count) { count = reader_.read_count(1); }
  template <class Char>
  void load(std::basic_string<Char>& text) {
    text.resize(reader_.read_count(sizeof(Char)));
    reader_.read(text.data(), text.size() * sizeof(Char));
  }
  ByteReader& reader_;
};

namespace serialization {

template <class T>
struct ByBoost {
  static void encode(ByteWriter& writer, const T& value) {
    OutputArchive archive(writer);
    archive << value;
  }
  static std::size_t encoded_bytes(const T& value) {
    OutputArchive archive;
    archive << value;
    return archive.counted();
  }
  static T decode(ByteReader& reader) {
    static_assert(std::default_initializable<T>,
                  "bask: a type that goes through Boost.Serialization needs a default constructor");
    T value{};
    try {
      InputArchive archive(reader);
      archive >> value;
    } catch (const boost::archive::archive_exception& error) {
      throw Error("decode", error.what(), "the bytes are corrupt, or were written as another type");
    }
    return value;
  }
};

}  // namespace serialization

}  // namespace bask

BOOST_SERIALIZATION_REGISTER_ARCHIVE(bask::OutputArchive)
BOOST_SERIALIZATION_REGISTER_ARCHIVE(bask::InputArchive)
BOOST_SERIALIZATION_USE_ARRAY_OPTIMIZATION(bask::OutputArchive)
BOOST_SERIALIZATION_USE_ARRAY_OPTIMIZATION(bask::InputArchive)
