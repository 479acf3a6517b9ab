#include <bask/collections/array/tile_product.hpp>
#include <bask/core/error.hpp>

#include <cblas.h>

#include <algorithm>
#include <cstdlib>
#include <limits>

namespace bask {

namespace {

// OpenBLAS takes all cores for each call when it is not told: with one call on each thread that is too many.
void use_one_thread() {
  static const bool done = [] {
    if (std::getenv("OPENBLAS_NUM_THREADS") == nullptr) openblas_set_num_threads(1);
    return true;
  }();
  (void)done;
}

blasint counted(std::int64_t size) {
  if (size > std::numeric_limits<blasint>::max()) {
    throw Error("array::matmul", "a block has " + std::to_string(size) + " rows or columns",
                "use smaller chunks");
  }
  return static_cast<blasint>(size);
}

void gemm(float, CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb, blasint m, blasint n, blasint k, const float* a,
          blasint lda, const float* b, blasint ldb, float* c) {
  cblas_sgemm(CblasRowMajor, ta, tb, m, n, k, 1, a, lda, b, ldb, 1, c, n);
}
void gemm(double, CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb, blasint m, blasint n, blasint k, const double* a,
          blasint lda, const double* b, blasint ldb, double* c) {
  cblas_dgemm(CblasRowMajor, ta, tb, m, n, k, 1, a, lda, b, ldb, 1, c, n);
}
void gemm(std::complex<float> one, CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb, blasint m, blasint n, blasint k,
          const void* a, blasint lda, const void* b, blasint ldb, void* c) {
  cblas_cgemm(CblasRowMajor, ta, tb, m, n, k, &one, a, lda, b, ldb, &one, c, n);
}
void gemm(std::complex<double> one, CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb, blasint m, blasint n, blasint k,
          const void* a, blasint lda, const void* b, blasint ldb, void* c) {
  cblas_zgemm(CblasRowMajor, ta, tb, m, n, k, &one, a, lda, b, ldb, &one, c, n);
}

void gemv(float, CBLAS_TRANSPOSE t, blasint m, blasint n, const float* a, const float* x, float* y) {
  cblas_sgemv(CblasRowMajor, t, m, n, 1, a, n, x, 1, 1, y, 1);
}
void gemv(double, CBLAS_TRANSPOSE t, blasint m, blasint n, const double* a, const double* x, double* y) {
  cblas_dgemv(CblasRowMajor, t, m, n, 1, a, n, x, 1, 1, y, 1);
}
void gemv(std::complex<float> one, CBLAS_TRANSPOSE t, blasint m, blasint n, const void* a, const void* x,
          void* y) {
  cblas_cgemv(CblasRowMajor, t, m, n, &one, a, n, x, 1, &one, y, 1);
}
void gemv(std::complex<double> one, CBLAS_TRANSPOSE t, blasint m, blasint n, const void* a, const void* x,
          void* y) {
  cblas_zgemv(CblasRowMajor, t, m, n, &one, a, n, x, 1, &one, y, 1);
}

template <class T>
void add_blas_product(const TileSizes& sizes, const T* a, const T* b, T* c) {
  const blasint m = counted(sizes.rows), k = counted(sizes.inner), n = counted(sizes.columns);
  // A matrix and a vector, which lies the same transposed or not.
  if (n == 1 || m == 1) {
    const bool by_column = n == 1;
    const bool transposed = by_column ? sizes.left_transposed : !sizes.right_transposed;
    const blasint free = by_column ? m : n;
    gemv(T(1), transposed ? CblasTrans : CblasNoTrans, transposed ? k : free, transposed ? free : k,
         by_column ? a : b, by_column ? b : a, c);
    return;
  }
  gemm(T(1), sizes.left_transposed ? CblasTrans : CblasNoTrans,
       sizes.right_transposed ? CblasTrans : CblasNoTrans, m, n, k, a, sizes.left_transposed ? m : k, b,
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

// As unsigned numbers, which wrap; the bits are those of signed ones.
template <class T>
void add_integer_product(const TileSizes& sizes, const std::byte* a, const std::byte* b, std::byte* c) {
  using Wide = std::conditional_t<(sizeof(T) < sizeof(unsigned)), unsigned, T>;
  add_plain_product(
      sizes, reinterpret_cast<const T*>(a), reinterpret_cast<const T*>(b), reinterpret_cast<T*>(c),
      [](T sum, T x, T y) { return static_cast<T>(sum + static_cast<Wide>(x) * static_cast<Wide>(y)); });
}

}  // namespace

void add_tile_product(DType dtype, const TileSizes& sizes, const std::byte* left, const std::byte* right,
                      std::byte* product) {
  if (sizes.rows == 0 || sizes.inner == 0 || sizes.columns == 0) return;
  if (dtype == DType::kBool) {
    return add_plain_product(sizes, reinterpret_cast<const bool*>(left), reinterpret_cast<const bool*>(right),
                             reinterpret_cast<bool*>(product),
                             [](bool sum, bool x, bool y) { return sum | (x & y); });
  }
  if (knows_transposed(dtype)) {
    use_one_thread();
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
