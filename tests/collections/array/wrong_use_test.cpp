// The errors of wrong use of arrays: where, what, and how to do it right.
#include "message_of.hpp"

#include <gtest/gtest.h>
#include <bask/bask.hpp>
#include <bask/collections/array/blockwise.hpp>
#include <bask/collections/array/creation.hpp>
#include <bask/collections/array/elementwise.hpp>
#include <bask/collections/array/manipulation.hpp>
#include <bask/collections/array/reductions.hpp>
#include <bask/collections/array/statistics.hpp>

#include <cmath>
#include <functional>

namespace bask {
namespace {

template <class Act>
void expect(const std::string& message, Act wrong) {
  EXPECT_EQ(message_of([&] { wrong(); }), message);
}

const Array<double>& matrix() {
  static const Array<double> x = ones({8, 4}, {4, 2});
  return x;
}

TEST(WrongUse, OfIndexArrays) {
  const std::vector<std::int64_t> two{0, 1}, three{0, 1, 2};
  expect(
      "array::getitem: shapes (2,) and (3,) do not broadcast; from the last axis on, lengths must be equal "
      "or 1",
      [&] { matrix()(two, three); });
  expect("array::getitem: index 4 is out of range for axis 1 of length 4; use one from -4 to 3", [&] {
    matrix()(two, std::vector<std::int64_t>{1, 4});
  });
  expect("array::getitem: there are index arrays beside ix_; name all positions in one ix_, or index twice",
         [&] { matrix()(two, ix_(two)); });
  expect("array::getitem: there are 3 indices for the 2 axes of shape (8, 4); leave some out",
         [&] { matrix()(ix_(two, three), 0); });
}

TEST(WrongUse, OfShapes) {
  expect(
      "array::add: shapes (8, 4) and (3,) do not broadcast; from the last axis on, lengths must be equal or "
      "1",
      [] { matrix() + ones({3}); });
  expect(
      "array::add: shapes (8, 4) and (7, 1) do not broadcast; from the last axis on, lengths must be equal "
      "or 1",
      [] {
        matrix() + ones({7, 1});
      });
  expect(
      "array::where: shapes (4,) and (8, 3) do not broadcast; from the last axis on, lengths must be equal "
      "or 1",
      [] {
        where(ones({4}) > 0.0, 1.0, ones({8, 3}));
      });
  expect(
      "array::broadcast_to: shape (8, 4) cannot be broadcast to (4,); "
      "give a shape that ends with the array's extents; an extent of 1 may become any other",
      [] { broadcast_to(matrix(), {4}); });
  expect(
      "array::reshape: an array of shape (8, 4) has 32 elements, which do not fit shape (5, 6); "
      "give a shape of as many elements; one extent may be -1",
      [] {
        matrix().reshape({5, 6});
      });
  expect(
      "array::reshape: an array of shape (8, 4) has 32 elements, which do not fit shape (?, 5); "
      "give a shape of as many elements; one extent may be -1",
      [] {
        matrix().reshape({-1, 5});
      });
  expect(
      "array::concatenate: shapes (8, 4) and (8, 3) differ along axis 1; "
      "only the axis along which they are joined may differ, here axis 0",
      [] {
        concatenate<double>({matrix(), ones({8, 3})});
      });
  expect(
      "array::concatenate: arrays of shapes (8, 4) and (4,) differ in their number of axes; "
      "give arrays of as many axes; stack() makes a new one",
      [] {
        concatenate<double>({matrix(), ones({4})});
      });
  expect("array::concatenate: there are no arrays to join; give one at least",
         [] { concatenate<double>({}); });
  expect(
      "array::stack: shapes (8, 4) and (4, 8) differ; give arrays of one shape; concatenate() joins along an "
      "axis",
      [] {
        stack<double>({matrix(), matrix().T()});
      });
  expect("array::zeros: shape (3, -2) has a negative extent; give extents of 0 or more", [] {
    zeros({3, -2});
  });
}

TEST(WrongUse, OfAxes) {
  expect("array::sum: axis 2 is out of range for shape (8, 4); use an axis from -2 to 1",
         [] { matrix().sum(2); });
  expect("array::mean: axis -3 is out of range for shape (8, 4); use an axis from -2 to 1", [] {
    matrix().mean({0, -3});
  });
  expect("array::std: axis 1 is named twice; name each axis once", [] { matrix().std({1, -1}); });
  expect("array::sum: axis 0 is out of range for shape (); an array of no axes has one element: name no axis",
         [] { matrix().sum().sum(0); });
  expect("array::transpose: 1 axes are given for shape (8, 4); name each axis once",
         [] { matrix().transpose({0}); });
  expect("array::transpose: axis 1 is named twice; name each axis once", [] { matrix().transpose({1, 1}); });
  expect("array::squeeze: axis 1 of shape (8, 4) is not of length 1; name axes of length 1 only",
         [] { matrix().squeeze(1); });
  expect("array::concatenate: axis 2 is out of range for shape (8, 4); use an axis from -2 to 1",
         [] { concatenate<double>({matrix()}, 2); });
  expect("array::coarsen: axis 1 is named twice; name each axis once", [] {
    coarsen<Coarsen::kSum>(matrix(), {{1, 2}, {-1, 2}});
  });
  expect("array::cumsum: axis 5 is out of range for shape (8, 4); use an axis from -2 to 1",
         [] { matrix().cumsum(5); });
}

TEST(WrongUse, OfChunks) {
  expect(
      "array::ones: chunks ((4, 3), (4,)) add up to (7, 4), which is not the shape (8, 4); "
      "give chunks that add up to it",
      [] {
        ones({8, 4}, Chunks{{4, 3}, {4}});
      });
  expect(
      "array::ones: chunks are given for 1 axes, but the shape (8, 4) has 2; give one length for each axis",
      [] {
        ones({8, 4}, AxisChunks{4});
      });
  expect("array::ones: a chunk cannot have length 0; use 1 or more, or -1 for the whole axis", [] {
    ones({8, 4}, {0, 4});
  });
  expect("array::rechunk: a chunk cannot have length -2; use 1 or more, or -1 for the whole axis",
         [] { matrix().rechunk(-2); });
  expect(
      "chunks: 'whole' is neither \"auto\" nor a size; use \"auto\", a size such as \"64MiB\", a length, or "
      "lengths for each axis",
      [] { matrix().rechunk("whole"); });
  expect("array::ones: the chunks cut the array into more than 2^31 blocks; use larger chunks",
         [] { ones({std::int64_t(1) << 40}, 1); });
  expect("array::sum: split_every is 1; use 2 or more", [] { matrix().sum({}, {.split_every = 1}); });
}

TEST(WrongUse, OfIndices) {
  expect("array::getitem: there are 3 indices for the 2 axes of shape (8, 4); leave some out",
         [] { matrix()(0, 0, 0); });
  expect("array::getitem: index 8 is out of range for axis 0 of length 8; use one from -8 to 7",
         [] { matrix()(8); });
  expect("array::getitem: index -5 is out of range for axis 1 of length 4; use one from -4 to 3",
         [] { matrix()(ellipsis, -5); });
  expect("array::getitem: index 4 is out of range for axis 1 of length 4; use one from -4 to 3", [] {
    matrix().take({0, 4}, 1);
  });
  expect("array::getitem: index 0 is out of range for axis 0 of length 0; the axis is empty", [] {
    zeros({0, 3})(0);
  });
  expect("array::getitem: a slice has step 0; use a step of 1 or more, or a negative one to go backwards",
         [] { matrix()["::0"]; });
  expect("array::getitem: there is more than one ellipsis; use one \"...\" at most",
         [] { matrix()["..., ..."]; });
  expect(
      "array::compress: the mask has shape (4,), the array (8, 4); "
      "use a mask of the array's shape, or one of its first axis",
      [] { matrix()[ones({4}) > 0.0]; });
  expect("array::blocks: there are more indices than axes; give one for each axis at most",
         [] { matrix().blocks("0, 0, 0"); });
}

TEST(WrongUse, OfIndexText) {
  for (const char* text : {"", "1,,2", "1,", ","}) {
    expect("array::getitem: an index in \"" + std::string(text) + "\" is empty; write \":\" for a whole axis",
           [text = text] { matrix()[text]; });
  }
  for (const auto& [text, part] : {std::pair{"x", "x"},
                                   {"1:2:3:4", "3:4"},
                                   {"1.5", "1.5"},
                                   {"0, 1 2", "1 2"},
                                   {"99999999999999999999", "99999999999999999999"}}) {
    expect("array::getitem: '" + std::string(part) + "' in the index \"" + text +
               "\" is no integer; write indices as in Python: \"::2, 5000:\", \"..., -1\", \"0, None\"",
           [text = text] { matrix()[text]; });
  }
}

TEST(WrongUse, OfEmptyThings) {
  expect("array::min: there are no elements to reduce in shape (0, 3); reduce over axes that are not empty",
         [] {
           zeros({0, 3}).min(0);
         });
  expect("array::argmax: there are no elements to reduce in shape (0,); reduce over axes that are not empty",
         [] { zeros({0}).argmax(); });
  expect("array: an empty Array is used; assign one that an operation has made",
         [] { Array<double>().shape(); });
  expect("array: an empty Array is used; assign one that an operation has made",
         [] { Array<double>() + matrix(); });
  EXPECT_EQ(zeros({0, 3}).max(1).shape(), Shape{0});
}

// A number that does not fit the array's type, in every place where one can be given.
TEST(WrongUse, OfNumbers) {
  const auto u = zeros<std::uint8_t>({3});
  const auto refuses = [](const std::string& where, const std::string& number, auto wrong,
                          const std::string& type = "uint8") {
    const std::string message = message_of([&] { wrong(); });
    EXPECT_EQ(message.find("array::" + where + ": " + number + " does not fit " + type +
                           "; use a number that does, or convert the array first: x.astype<"),
              0U)
        << where << ": " << message;
  };
  expect(
      "array::multiply: 1000 does not fit uint8; "
      "use a number that does, or convert the array first: x.astype<std::int64_t>()",
      [&] { u * 1000; });
  expect(
      "array::subtract: 1e+300 does not fit float32; "
      "use a number that does, or convert the array first: x.astype<double>()",
      [] { zeros<float>({3}) - 1e300; });
  refuses("add", "-1", [&] { u + -1; });
  refuses("floor_divide", "-1", [&] { floor_divide(u, -1); });
  refuses("remainder", "256", [&] { 256 % u; });
  refuses("fmod", "256", [&] { fmod(u, 256); });
  refuses("power", "256", [&] { power(256, u); });
  refuses("maximum", "1000", [&] { maximum(u, 1000); });
  refuses("minimum", "-1", [&] { minimum(-1, u); });
  refuses("fmax", "1000", [&] { fmax(u, 1000); });
  refuses("fmin", "1000", [&] { fmin(u, 1000); });
  refuses("where", "-1", [&] { where(u > 10, u, -1); });
  refuses("maximum", "-1", [&] { clip(u, -1, 5); });
  refuses("minimum", "300", [&] { u.clip(0, 300); });
  refuses("bitwise_and", "256", [&] { u & 256; });
  refuses("bitwise_or", "-1", [&] { u | -1; });
  refuses("bitwise_xor", "-1", [&] { u ^ -1; });
  refuses("left_shift", "-1", [&] { left_shift(u, -1); });
  refuses("right_shift", "-1", [&] { right_shift(u, -1); });
  refuses("full", "300", [] { full<std::uint8_t>({3}, 300); });
  refuses("full_like", "2.5", [&] { full_like(u, 2.5); });
  refuses(
      "full_like", "2", [] { full_like(zeros<bool>({3}), 2); }, "bool");
  refuses(
      "full_like", "(1,2)", [] { full_like(zeros({3}), std::complex<double>(1, 2)); }, "float64");
  refuses("pad", "-1", [&] { pad(u, 1, PadMode::kConstant, -1); });
  refuses("map_overlap", "0.5", [&] {
    map_overlap([](NdView<const std::uint8_t> x) { return NdArray<double>({x.shape[0]}); },
                Overlap{.boundary = {Boundary::kConstant}, .value = 0.5}, u);
  });
  refuses(
      "nan_to_num", "1e+300", [] { nan_to_num(zeros<float>({3}), 1e300); }, "float32");
  refuses("arange", "259", [] { arange<std::uint8_t>(250, 260); });
  refuses(
      "arange", "0.5", [] { arange<int>(0, 1, 0.5); }, "int64");
  refuses("round", "1000", [&] { round(u, -3); });
  refuses(
      "add", "18446744073709551615", [] { zeros<std::int64_t>({3}) + UINT64_MAX; }, "int64");
  expect("array::power: integers have no power of -1; convert the array first: x.astype<double>()",
         [] { power(zeros<int>({3}), -1); });
}

TEST(WrongUse, OfManyAxes) {
  const Shape most(32, 1);
  const auto x = ones(most);
  const std::string message = "the result would have 33 axes; use at most 32";
  expect("array::expand_dims: " + message, [&] { expand_dims(x, 0); });
  expect("array::stack: " + message, [&] { stack({x, x}); });
  expect("array::getitem: " + message, [&] { x["None"]; });
  expect("array::reshape: " + message, [&] { x.reshape(Shape(33, 1)); });
  expect("array::broadcast_to: " + message, [&] { broadcast_to(x, Shape(33, 1)); });
  expect("array::tile: " + message, [&] { tile(x, std::vector<std::int64_t>(33, 1)); });
  expect("array::tensordot: the result would have 62 axes; use at most 32", [&] { tensordot(x, x, 1); });
  expect("array::ones: an array of 33 axes was asked for; use at most 32", [] { ones(Shape(33, 1)); });
}

TEST(WrongUse, OfValues) {
  expect(
      "array::arange: the range from 0.000000 to 5.000000 by 0.000000 has no end; "
      "use finite bounds and a step that is not 0",
      [] { arange<double>(0, 5, 0); });
  expect("array::linspace: the count is -1; use 0 or more", [] { linspace(0, 1, -1); });
  expect("array::linspace: a chunk cannot have length 0; use 1 or more, or -1 for the whole axis",
         [] { linspace(0, 1, 5, true, 0); });
  expect("array::eye: shape (3, -2) has a negative extent; give extents of 0 or more", [] { eye(3, -2); });
  expect(
      "array::from_array: shape (2, 2) has 4 elements, and 3 are given; give as many elements as the shape "
      "has",
      [] {
        const double three[] = {1, 2, 3};
        from_array<double>(three, {2, 2});
      });
  expect("array::repeat: elements cannot be repeated -1 times; use 0 or more",
         [] { matrix().repeat(-1, 0); });
  expect("array::pad: a width is negative; give widths of 0 or more; slice to make an array smaller", [] {
    pad(matrix(), {{-1, 0}});
  });
  expect(
      "array::from_function: the function takes 1 indices, shape (2, 2) has 2 axes; "
      "give a function with one parameter for each axis",
      [] {
        from_function([](std::int64_t i) { return i; }, {2, 2});
      });
}

// Errors that only tasks can find.

NdArray<double> three() {
  return NdArray<double>({3});
}
NdArray<double> shorter(NdView<const double>) {
  return NdArray<double>({1, 1});
}

class WrongBlocksTest : public testing::Test {
 protected:
  static void expect_part(const std::string& part, const std::function<void()>& wrong) {
    const std::string message = message_of(wrong);
    EXPECT_NE(message.find(part), std::string::npos) << message;
  }
  Client client_ = Client(Options{.threads = 2});
};

TEST_F(WrongBlocksTest, AreRefusedByTheirNumber) {
  expect(
      "array::from_delayed: 1 blocks are given for chunks ((3, 3),), which have 2; "
      "give one for each block, in C order",
      [] {
        from_delayed(std::vector<Delayed<NdArray<double>>>{delayed<three>()}, {{3, 3}});
      });
}

TEST_F(WrongBlocksTest, AreRefusedByTheirShapes) {
  const auto x =
      from_delayed(std::vector<Delayed<NdArray<double>>>{delayed<three>(), delayed<three>()}, {{3, 4}});
  const std::string message =
      "array::from_delayed: a block has shape (3,) where (4,) was expected; "
      "return blocks of the shapes that the chunks name";
  expect_part(message, [&] { x.compute(); });
  expect_part(message, [&] { (x + 1.0).sum().compute(); });
  expect_part("a block has shape (3,) where (3, 1) was expected", [] {
    from_delayed<double>(delayed<three>(), {3, 1}).persist();
  });
}

TEST_F(WrongBlocksTest, AreRefusedFromMapBlocks) {
  expect_part(
      "array::map_blocks: the function returned a block of shape (1, 1) where (4, 2) was to be; "
      "return blocks as long as those that it is given, or name `chunks`, `drop_axis` and `new_axis`",
      [] { map_blocks<shorter>(matrix()).sum().compute(); });
}

TEST_F(WrongBlocksTest, DoNotFitMemoryOfAnotherSize) {
  std::vector<double> memory(31);
  expect(
      "array::store: the array (8, 4) has 256 bytes, the memory 248; give memory for all elements of the "
      "array",
      [&] { matrix().store(memory); });
}

TEST_F(WrongBlocksTest, OfNanAloneHaveNoPlace) {
  const auto nan = full({4}, std::nan(""), {2});
  const std::string message = ": all elements of a slice are NaN; leave such slices out, or fill them first";
  expect_part("array::nanargmax" + message, [&] { nanargmax(nan).compute(); });
  expect_part("array::nanargmin" + message, [&] { nanargmin(nan).compute(); });
}

}  // namespace
}  // namespace bask
