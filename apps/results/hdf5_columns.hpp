// hdf5_columns.hpp: rows with named fields (bask/core/fields.hpp) as an HDF5 file: a dataset for each field.
// Runs on: rank 0. Threads: one.
// Integers are int64, floats are double, texts are strings of any length, in UTF-8 where the text is. The
// same rows give the same bytes. `pandas.DataFrame({name: f[name][:] for name in f})` reads all of them.
#pragma once

#include <bask/core/fields.hpp>

#include <concepts>
#include <cstdint>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

namespace results {

struct Hdf5Column {
  std::string name;
  std::variant<std::vector<std::int64_t>, std::vector<double>, std::vector<std::string>> values;
};

/// Replaces the file when the new one is complete. The columns have the same length.
/// `app` begins messages. Throws: bask::Error when the file cannot be written.
void write_hdf5_columns(const std::string& app, const std::string& path,
                        const std::vector<Hdf5Column>& columns);

template <bask::HasFields Row>
void write_hdf5(const std::string& app, const std::string& path, const std::vector<Row>& rows) {
  std::vector<Hdf5Column> columns;
  const Row none{};
  bask::for_each_field(none, [&]<class Part>(std::string_view name, const Part&) {
    using Float = std::conditional_t<std::floating_point<Part>, double, std::string>;
    using Value = std::conditional_t<std::integral<Part>, std::int64_t, Float>;
    columns.push_back({std::string(name), std::vector<Value>()});
  });
  for (const Row& row : rows) {
    auto column = columns.begin();
    bask::for_each_field(row, [&](std::string_view, const auto& value) {
      std::visit(
          [&]<class Value>(std::vector<Value>& values) {
            if constexpr (std::is_convertible_v<decltype(value), Value>) {
              values.push_back(static_cast<Value>(value));
            }
          },
          column->values);
      ++column;
    });
  }
  write_hdf5_columns(app, path, columns);
}

}  // namespace results
