// cases.hpp: expressions in NumPy and in Bask, side by side, over random arrays in random chunks.
// Threads: one. A case is run three times over the same values: by scheduler sync, by two threads, and in
// other chunks; the results must be equal to the bit, and compare.py compares them with what NumPy has.
// Invariants: (1) a case's inputs are a function of its name and the round: values come from one sequence of
//             random numbers, chunks from another, so the values are the same in other chunks.
#pragma once

#include <bask/collections/array/array.hpp>

#include <functional>
#include <iosfwd>
#include <random>
#include <string>
#include <vector>

namespace bask::numpy_cases {

/// Which elements an input has.
enum class Values {
  kSmall,     ///< real numbers from -10 to 10, integers from -20 to 20 (unsigned: 0 to 20)
  kPositive,  ///< from 0.1 to 10, integers from 1 to 20
  kUnit,      ///< from -1 to 1, integers from -1 to 1
  kSpecial,   ///< also NaN, infinities, zeros of both signs, huge and tiny ones; integers of the whole range
  kWithNan,   ///< as kSmall, one in five a NaN
  kWhole,     ///< small integers, in any type: sums of them are exact
};

/// Which shapes are drawn.
struct Shapes {
  std::size_t least_axes = 1, most_axes = 4;
  bool empty = true;              ///< some have an axis of length 0
  std::int64_t least_extent = 0;  ///< of every axis
  std::int64_t divisible_by = 1;  ///< every extent
};

/// How far a result may be from NumPy's, relative to NumPy's result, or, where cancellation makes that small,
/// to the largest element of the expression `scale`. 0: not at all.
struct Tolerance {
  double float64 = 1e-12, float32 = 1e-5;
  std::string scale{};
};
inline Tolerance exactly() {
  return {0, 0};
}

/// An array and its element type in the program.
struct Result {
  template <class E>
  Result(const Array<E>& array) : node(array.node()), dtype(dtype_of<E>()) {}
  ArrayPtr node;
  DType dtype;
};

struct Input {
  std::string name;
  Block values;
  std::string chunks;
};
struct Outcome {
  std::string text;  ///< NumPy's expression
  Tolerance tolerance;
  Block result;
  std::string error;  ///< what Bask threw instead
};

/// One run of a case: draws its inputs and parameters, and keeps what it computes.
class Round {
 public:
  Round(std::string_view name, int round, int chunking);

  /// Draws a shape. In one round of six it is larger than a strip.
  Shape shape(const Shapes& shapes = {});
  /// Draws a shape that broadcasts to this one.
  Shape broadcastable(const Shape& shape);
  std::int64_t integer(std::int64_t lowest, std::int64_t highest);
  std::vector<std::int64_t> integers(std::size_t count, std::int64_t lowest, std::int64_t highest);
  /// A permutation of 0 … count - 1.
  std::vector<std::int64_t> permutation(std::size_t count);
  bool coin() { return integer(0, 1) == 1; }
  Chunks chunks(const Shape& shape);

  template <class E>
  Array<E> array(const std::string& name, const Shape& shape, Values values = Values::kSmall) {
    return Array<E>(input(name, dtype_of<E>(), shape, values));
  }
  ArrayPtr input(const std::string& name, DType dtype, const Shape& shape, Values values);
  void expect(const std::string& text, const Result& result, const Tolerance& tolerance = {});
  /// The same for a result that was computed in some other way.
  void expect_block(const std::string& text, Block result, const Tolerance& tolerance = {});

  const std::vector<Input>& inputs() const { return inputs_; }
  std::vector<Outcome>& outcomes() { return outcomes_; }
  void fail(const std::string& what);

 private:
  double number(Values values);
  template <class E>
  E element(Values values);

  std::mt19937_64 values_, chunking_;
  bool large_;
  std::vector<Input> inputs_;
  std::vector<Outcome> outcomes_;
};

/// The cases of one theme.
class Theme {
 public:
  using Case = std::function<void(Round&)>;
  explicit Theme(std::string name) : name_(std::move(name)) {}
  /// `same_in_other_chunks`: neither the bits of the results nor the expressions depend on the chunks.
  void add(std::string name, Case run, bool same_in_other_chunks = true, int rounds = 6);
  /// Runs all cases and writes the expressions, inputs and results for compare.py, which has the layout.
  void run(std::ostream& out) const;
  /// The same, once, by the client that is there, on its ranks.
  void run_once(std::ostream& out) const;

 private:
  struct Named {
    std::string name;
    Case run;
    bool same_in_other_chunks;
    int rounds;
  };
  std::string name_;
  std::vector<Named> cases_;
};

/// "[1, 2, 3]", "(1, 2, 3,)", and "int64" or "bool_" as NumPy knows types.
std::string list_of(const std::vector<std::int64_t>& numbers);
std::string tuple_of(const std::vector<std::int64_t>& numbers);
std::string numpy_name(DType dtype);
/// `x`, cast as Bask casts it for functions of analysis: NumPy would take float16 for bool and 8 bits.
std::string floating_text(DType dtype, const std::string& x);

void add_elementwise(Theme& theme);
void add_binary(Theme& theme);
void add_scalars(Theme& theme);
void add_creation(Theme& theme);
void add_manipulation(Theme& theme);
void add_index(Theme& theme);
void add_use(Theme& theme);
void add_programs(Theme& theme);
void add_reductions(Theme& theme);
void add_statistics(Theme& theme);
void add_products(Theme& theme);
void add_blocks(Theme& theme);
void add_sorting(Theme& theme);
void add_assignment(Theme& theme);
void add_einsum(Theme& theme);
void add_names(Theme& theme);
void add_searching(Theme& theme);

}  // namespace bask::numpy_cases
