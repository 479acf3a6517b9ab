// multiply_blocks.hpp: the tasks that multiply two arrays block by block, for every kind of product.
// Runs on: rank 0; the tasks on any rank. Threads: as with everything that adds tasks.
#pragma once

#include <bask/collections/array/lazy/node.hpp>
#include <boost/serialization/string.hpp>
#include <boost/serialization/vector.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace bask {

// The axes of the left factor are (batch…, free…, contracted…), of the right one (batch…, contracted…,
// free…), of the product (batch…, free of left…, free of right…). Batches are aligned at their last axis.
struct Factors {
  ArrayPtr left{}, right{};
  std::size_t left_free = 1, right_free = 1, contracted = 1;
  bool left_transposed = false, right_transposed = false;  // matrices whose blocks lie as their transpose

  std::size_t left_batch() const { return left->ndim() - left_free - contracted; }
  std::size_t right_batch() const { return right->ndim() - right_free - contracted; }
  std::size_t batch() const { return std::max(left_batch(), right_batch()); }
};

struct Multiplying {
  Chunks chunks{};  // of the product
  std::uint8_t batch = 0, left_batch = 0, right_batch = 0;
  std::uint8_t left_free = 0, right_free = 0;
  bool left_transposed = false, right_transposed = false;
  bool goes_on = false;      // from the block that the tasks read first
  std::uint32_t groups = 1;  // tasks per block of the product
  std::string blas{};        // the library that multiplies; part of the keys: others give other last bits
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& chunks& batch& left_batch& right_batch& left_free& right_free& left_transposed& right_transposed&
        goes_on& groups& blas;
  }
};

/// What a task does with its pairs of blocks: a product of m x k and k x n elements takes m k n steps, the
/// root of the product of the three sizes. As for elements of 8 bytes.
TaskWork task_work(const Multiplying& how, std::uint32_t task, const ResultsOfTask& results);

/// Adds the tasks; `inputs` are the blocks of the left factor and of the right one, which have the same
/// chunks along the axes that they share. Cost: a task for each block of the product, which reads a row and a
/// column of tiles. Where these are more than kMostBytesRead, several tasks, each of which goes on from the
/// block of the one before it: the same additions in the same order. Where the product has few blocks, long
/// rows are cut into groups, whose products are then added up.
BlockRefs lower_product(Multiplying how, const Factors& factors, const std::string& name,
                        std::vector<BlockRefs> inputs);

}  // namespace bask
