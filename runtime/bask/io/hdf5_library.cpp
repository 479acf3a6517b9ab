#include <fmt/format.h>
#include <hdf5.h>
#include <bask/core/fork_lock.hpp>
#include <bask/core/mpi_turn.hpp>
#include <bask/graph/runtime.hpp>
#include <bask/io/hdf5_filter_classes.hpp>
#include <bask/io/hdf5_library.hpp>
#include <bask/system/file_descriptor.hpp>

#include <cstdlib>
#include <cstring>
#include <optional>
#include <type_traits>
#include <vector>

#include <utility>

namespace bask {
namespace {

static_assert(std::is_same_v<hid_t, std::int64_t> && std::is_same_v<hsize_t, unsigned long long>,
              "Hdf5Id and hdf5_extents hold what HDF5 1.10 and newer call hid_t and hsize_t");

std::recursive_mutex& the_lock() {
  static auto& lock = *new std::recursive_mutex;  // never destroyed: files may still close at exit
  return lock;
}
const bool held_while_forking = hold_while_forking<the_lock>(ForkOrder::kOuter);

void start_library() {
  if (H5open() < 0) {
    throw Error("hdf5", "the HDF5 library does not start", "check the installation of HDF5");
  }
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  register_filter_classes();
}

herr_t collect(unsigned, const H5E_error2_t* error, void* texts) {
  const std::string_view text = error->desc != nullptr ? error->desc : "";
  if (!text.empty()) static_cast<std::vector<std::string>*>(texts)->emplace_back(text);
  return 0;
}

herr_t collect_path(hid_t, const char* name, const H5L_info_t*, void* paths) {
  static_cast<std::vector<std::string>*>(paths)->emplace_back(name);
  return 0;
}

}  // namespace

Hdf5Lock::Hdf5Lock() : lock_(the_lock()) {
  static const bool started = (start_library(), true);
  (void)started;
}

void Hdf5Id::close() noexcept {
  if (id_ < 0) return;
  const Hdf5Lock lock;
  // The library may have closed the id already, as in MPI_Finalize.
  if (H5Iis_valid(id_) > 0) H5Idec_ref(id_);
  H5Eclear2(H5E_DEFAULT);
  id_ = -1;
}

std::optional<std::vector<std::string>> hdf5_paths(std::int64_t file) {
  std::vector<std::string> paths;
  if (file >= 0 && H5Lvisit(file, H5_INDEX_NAME, H5_ITER_INC, collect_path, &paths) >= 0) return paths;
  H5Eclear2(H5E_DEFAULT);
  return std::nullopt;
}

std::string hdf5_error_text() {
  std::vector<std::string> texts;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, collect, &texts);
  H5Eclear2(H5E_DEFAULT);
  if (texts.empty()) return "HDF5 gives no reason";
  // The innermost text says the cause; HDF5 writes system errors as "…, errno = 28, …".
  const std::string& innermost = texts.back();
  if (const auto at = innermost.find("errno = "); at != std::string::npos) {
    const int number = std::atoi(innermost.c_str() + at + std::strlen("errno = "));
    if (number != 0) return error_text(number);
  }
  return texts.size() == 1 ? innermost : fmt::format("{}: {}", texts.front(), innermost);
}

void refuse_hdf5(const std::string& where, const std::string& happened, const std::string& fix) {
  throw Error(where, fmt::format("{}: {}", happened, hdf5_error_text()), fix);
}

std::vector<unsigned long long> hdf5_extents(std::span<const std::int64_t> numbers) {
  return {numbers.begin(), numbers.end()};
}

std::string hdf5_text(std::span<const std::int64_t> numbers) {
  std::string text = "(";
  for (std::size_t i = 0; i < numbers.size(); ++i) text += (i == 0 ? "" : ", ") + std::to_string(numbers[i]);
  return text + (numbers.size() == 1 ? ",)" : ")");
}

std::string hdf5_place(std::string_view function, std::string_view path, std::string_view dataset) {
  if (dataset.empty()) return fmt::format("{}('{}')", function, path);
  return fmt::format("{}('{}', '{}')", function, path, dataset);
}

namespace {

void start(KernelCall& call) {
  const MpiTurn turn;  // a parallel HDF5 calls MPI when it starts
  const Hdf5Lock lock;
  call.result.emplace<bool>(true);
}
const KernelId kStart = KernelRegistry::instance().add("start-hdf5", "bask::hdf5", &start);

}  // namespace

void start_hdf5_everywhere() {
  static const Runtime* started = nullptr;
  Runtime* runtime = running_a_task() ? nullptr : runtime_in_use();
  if (runtime == nullptr || std::exchange(started, runtime) == runtime) return;
  runtime->call_everywhere(kStart, {});
}

}  // namespace bask
