#include <bask/collections/array/kernels/blas.hpp>
#include <bask/collections/array/kernels/tile_product.hpp>
#include <bask/core/error.hpp>

#include <algorithm>
#include <limits>

namespace bask {

namespace {

int counted(std::int64_t size) {
  if (size > std::numeric_limits<int>::max()) {
    throw Error("array::matmul", "a block has " + std::to_string(size) + " rows or columns",
                "use smaller chunks");
  }
  return static_cast<int>(size);
}

using blas::Transpose;

void gemm(float, Transpose ta, Transpose tb, int m, int n, int k, const float* a, int lda, const float* b,
          int ldb, float* c) {
  blas::cblas_sgemm(blas::kRowMajor, ta, tb, m, n, k, 1, a, lda, b, ldb, 1, c, n);
}
void gemm(double, Transpose ta, Transpose tb, int m, int n, int k, const double* a, int lda, const double* b,
          int ldb, double* c) {
  blas::cblas_dgemm(blas::kRowMajor, ta, tb, m, n, k, 1, a, lda, b, ldb, 1, c, n);
}
void gemm(std::complex<float> one, Transpose ta, Transpose tb, int m, int n, int k, const void* a, int lda,
          const void* b, int ldb, void* c) {
  blas::cblas_cgemm(blas::kRowMajor, ta, tb, m, n, k, &one, a, lda, b, ldb, &one, c, n);
}
void gemm(std::complex<double> one, Transpose ta, Transpose tb, int m, int n, int k, const void* a, int lda,
          const void* b, int ldb, void* c) {
  blas::cblas_zgemm(blas::kRowMajor, ta, tb, m, n, k, &one, a, lda, b, ldb, &one, c, n);
}

void gemv(float, Transpose t, int m, int n, const float* a, const float* x, float* y) {
  blas::cblas_sgemv(blas::kRowMajor, t, m, n, 1, a, n, x, 1, 1, y, 1);
}
void gemv(double, Transpose t, int m, int n, const double* a, const double* x, double* y) {
  blas::cblas_dgemv(blas::kRowMajor, t, m, n, 1, a, n, x, 1, 1, y, 1);
}
void gemv(std::complex<float> one, Transpose t, int m, int n, const void* a, const void* x, void* y) {
  blas::cblas_cgemv(blas::kRowMajor, t, m, n, &one, a, n, x, 1, &one, y, 1);
}
void gemv(std::complex<double> one, Transpose t, int m, int n, const void* a, const void* x, void* y) {
  blas::cblas_zgemv(blas::kRowMajor, t, m, n, &one, a, n, x, 1, &one, y, 1);
}

template <class T>
void add_blas_product(const TileSizes& sizes, const T* a, const T* b, T* c) {
  const int m = counted(sizes.rows), k = counted(sizes.inner), n = counted(sizes.columns);
  // A matrix and a vector; the vector lies the same way whether it is transposed or not.
  if (n == 1 || m == 1) {
    const bool by_column = n == 1;
    const bool transposed = by_column ? sizes.left_transposed : !sizes.right_transposed;
    const int free = by_column ? m : n;
    gemv(T(1), transposed ? blas::kTrans : blas::kNoTrans, transposed ? k : free, transposed ? free : k,
         by_column ? a : b, by_column ? b : a, c);
    return;
  }
  gemm(T(1), sizes.left_transposed ? blas::kTrans : blas::kNoTrans,
       sizes.right_transposed ? blas::kTrans : blas::kNoTrans, m, n, k, a, sizes.left_transposed ? m : k, b,
       sizes.right_transposed ? k : n, c);
}

// Tiles of the right factor stay in the second level of cache while all rows pass over them.
template <class T, class Add>
void add_plain_product(const TileSizes& sizes, const T* a, const T* b, T* c, const Add& add) {
  constexpr std::int64_t kInner = 64, kColumns = 512;
  for (std::int64_t from = 0; from < sizes.inner; from += kInner) {
    const std::int64_t to = std::min(sizes.inner, from + kInner);
    for (std::int64_t first = 0; first < sizes.columns; first += kColumns) {
      const std::int64_t count = std::min(sizes.columns - first, kColumns);
      for (std::int64_t i = 0; i < sizes.rows; ++i) {
        T* out = c + i * sizes.columns + first;
        for (std::int64_t k = from; k < to; ++k) {
          const T factor = a[i * sizes.inner + k];
          const T* in = b + k * sizes.columns + first;
          for (std::int64_t j = 0; j < count; ++j) out[j] = add(out[j], factor, in[j]);
        }
      }
    }
  }
}

// Computes with unsigned numbers, which wrap; the bits are those of the signed product.
template <class T>
void add_integer_product(const TileSizes& sizes, const std::byte* a, const std::byte* b, std::byte* c) {
  using Wide = std::conditional_t<(sizeof(T) < sizeof(unsigned)), unsigned, T>;
  add_plain_product(
      sizes, reinterpret_cast<const T*>(a), reinterpret_cast<const T*>(b), reinterpret_cast<T*>(c),
      [](T sum, T x, T y) { return static_cast<T>(sum + static_cast<Wide>(x) * static_cast<Wide>(y)); });
}

}  // namespace

double packing_bytes(DType dtype, const TileSizes& sizes) {
  if (!knows_transposed(dtype) || sizes.rows <= 1 || sizes.columns <= 1) return 0;
  // A panel of the left factor and one of the right; of complex numbers, panels have half as many.
  constexpr std::int64_t kRows = 512, kDepth = 384, kMostColumns = 12'000;
  const std::int64_t rows = std::min(sizes.rows, kRows), columns = std::min(sizes.columns, kMostColumns);
  return static_cast<double>(std::min(sizes.inner, kDepth) * (rows + columns)) *
         static_cast<double>(std::min<std::size_t>(size_of(dtype), 8));
}

void add_tile_product(DType dtype, const TileSizes& sizes, const std::byte* left, const std::byte* right,
                      std::byte* product) {
  if (sizes.rows == 0 || sizes.inner == 0 || sizes.columns == 0) return;
  if (dtype == DType::kBool) {
    return add_plain_product(sizes, reinterpret_cast<const bool*>(left), reinterpret_cast<const bool*>(right),
                             reinterpret_cast<bool*>(product),
                             [](bool sum, bool x, bool y) { return sum | (x & y); });
  }
  if (knows_transposed(dtype)) {
    blas::use_one_thread();
    return with_element(dtype, [&]<class T>(std::type_identity<T>) {
      if constexpr (!std::is_integral_v<T>) {
        add_blas_product(sizes, reinterpret_cast<const T*>(left), reinterpret_cast<const T*>(right),
                         reinterpret_cast<T*>(product));
      }
    });
  }
  switch (size_of(dtype)) {
    case 1:
      return add_integer_product<std::uint8_t>(sizes, left, right, product);
    case 2:
      return add_integer_product<std::uint16_t>(sizes, left, right, product);
    case 4:
      return add_integer_product<std::uint32_t>(sizes, left, right, product);
    default:
      return add_integer_product<std::uint64_t>(sizes, left, right, product);
  }
}

}  // namespace bask
