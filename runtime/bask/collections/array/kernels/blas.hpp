// blas.hpp: the BLAS that the program is linked with: the functions that are called, which library it is, and
// how many threads it takes. The functions are declared here because every library with the C interface has
// them, but some have no cblas.h.
// Runs on: every rank. Threads: any.
// Source: BLAS Technical Forum Standard, appendix B (the C interface).
#pragma once

#include <string>

namespace bask::blas {

enum Order : int { kRowMajor = 101 };
enum Transpose : int { kNoTrans = 111, kTrans = 112 };

extern "C" {
void cblas_sgemm(Order, Transpose, Transpose, int m, int n, int k, float alpha, const float* a, int lda,
                 const float* b, int ldb, float beta, float* c, int ldc);
void cblas_dgemm(Order, Transpose, Transpose, int m, int n, int k, double alpha, const double* a, int lda,
                 const double* b, int ldb, double beta, double* c, int ldc);
void cblas_cgemm(Order, Transpose, Transpose, int m, int n, int k, const void* alpha, const void* a, int lda,
                 const void* b, int ldb, const void* beta, void* c, int ldc);
void cblas_zgemm(Order, Transpose, Transpose, int m, int n, int k, const void* alpha, const void* a, int lda,
                 const void* b, int ldb, const void* beta, void* c, int ldc);
void cblas_sgemv(Order, Transpose, int m, int n, float alpha, const float* a, int lda, const float* x,
                 int incx, float beta, float* y, int incy);
void cblas_dgemv(Order, Transpose, int m, int n, double alpha, const double* a, int lda, const double* x,
                 int incx, double beta, double* y, int incy);
void cblas_cgemv(Order, Transpose, int m, int n, const void* alpha, const void* a, int lda, const void* x,
                 int incx, const void* beta, void* y, int incy);
void cblas_zgemv(Order, Transpose, int m, int n, const void* alpha, const void* a, int lda, const void* x,
                 int incx, const void* beta, void* y, int incy);
}

/// The library that computes here, and the kernels that it has chosen for this CPU, if it tells:
/// "OpenBLAS 0.3.21 (SkylakeX)", "libblas.so.3". The same name means the same bits.
const std::string& name();

/// The names of the BLAS of all ranks, one after the other where they differ. They are part of the keys of
/// products. Before set_name_in_job it is name(). Both run on rank 0, on one thread.
const std::string& name_in_job();
void set_name_in_job(std::string name);

/// Makes each call use one thread, if the library has a function for that: the runtime's threads each
/// multiply tiles of their own. Does nothing when the library's variable names another number:
/// OPENBLAS_NUM_THREADS, BLIS_NUM_THREADS, MKL_NUM_THREADS.
void use_one_thread();

}  // namespace bask::blas
