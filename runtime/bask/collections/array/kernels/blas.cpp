#include <bask/collections/array/kernels/blas.hpp>

#include <dlfcn.h>
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <utility>

// Functions of single libraries, beyond the standard. The weak declarations find them in a library that is
// linked statically; dlsym finds them in one that took the place of another when the program was started, as
// Debian's alternatives do.
extern "C" {
void openblas_set_num_threads(int) __attribute__((weak));
char* openblas_get_config() __attribute__((weak));
char* openblas_get_corename() __attribute__((weak));
void bli_thread_set_num_threads(long) __attribute__((weak));
const char* bli_info_get_version_str() __attribute__((weak));
int bli_arch_query_id() __attribute__((weak));
const char* bli_arch_string(int) __attribute__((weak));
void MKL_Set_Num_Threads(int) __attribute__((weak));
void MKL_Get_Version(void*) __attribute__((weak));
}

namespace bask::blas {

namespace {

template <class Function>
Function* find(const char* symbol, Function* linked) {
  return linked != nullptr ? linked : reinterpret_cast<Function*>(dlsym(RTLD_DEFAULT, symbol));
}
#define BASK_OF_BLAS(function) find(#function, &::function)

// MKLVersion, as mkl_types.h has it.
struct MklVersion {
  int major, minor, update;
  const char *product_status, *build, *processor, *platform;
};

// "OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH …": up to the version.
std::string two_words(std::string_view text) {
  const std::size_t first = text.find(' ');
  return std::string(first == text.npos ? text : text.substr(0, text.find(' ', first + 1)));
}

std::string find_name() {
  if (const auto config = BASK_OF_BLAS(openblas_get_config)) {
    const auto core = BASK_OF_BLAS(openblas_get_corename);
    return fmt::format("{} ({})", two_words(config()), core != nullptr ? core() : "kernels unknown");
  }
  if (const auto mkl = BASK_OF_BLAS(MKL_Get_Version)) {
    MklVersion version{};
    mkl(&version);
    return fmt::format("MKL {}.{}.{} ({})", version.major, version.minor, version.update, version.processor);
  }
  if (const auto version = BASK_OF_BLAS(bli_info_get_version_str)) {
    const auto id = BASK_OF_BLAS(bli_arch_query_id);
    const auto text = BASK_OF_BLAS(bli_arch_string);
    return fmt::format("BLIS {} ({})", version(),
                       id != nullptr && text != nullptr ? text(id()) : "kernels unknown");
  }
  Dl_info found{};
  if (dladdr(reinterpret_cast<const void*>(&cblas_dgemm), &found) == 0 || found.dli_fname == nullptr)
    return "BLAS";
  return std::filesystem::path(found.dli_fname).filename().string();
}

bool is_told_otherwise(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0' && std::string_view(value) != "1";
}

std::string& told_name() {
  static std::string told = name();
  return told;
}

bool set_one_thread() {
  if (const auto set = BASK_OF_BLAS(openblas_set_num_threads)) {
    if (!is_told_otherwise("OPENBLAS_NUM_THREADS")) set(1);
  }
  if (const auto set = BASK_OF_BLAS(bli_thread_set_num_threads)) {
    if (!is_told_otherwise("BLIS_NUM_THREADS")) set(1);
  }
  if (const auto set = BASK_OF_BLAS(MKL_Set_Num_Threads)) {
    if (!is_told_otherwise("MKL_NUM_THREADS")) set(1);
  }
  return true;
}

}  // namespace

const std::string& name() {
  static const std::string found = find_name();
  return found;
}

const std::string& name_in_job() {
  return told_name();
}

void set_name_in_job(std::string name) {
  told_name() = std::move(name);
}

void use_one_thread() {
  static const bool done = set_one_thread();
  (void)done;
}

}  // namespace bask::blas
