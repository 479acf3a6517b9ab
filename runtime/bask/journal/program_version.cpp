#include <elf.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <link.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <bask/core/bytes.hpp>
#include <bask/core/error.hpp>
#include <bask/core/version.hpp>
#include <bask/journal/program_version.hpp>
#include <bask/system/file_descriptor.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <deque>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace bask {
namespace {

/// An executable or a shared object of this process.
struct LoadedObject {
  std::string path;
  std::string name;                 ///< in the `needed` of others
  std::vector<std::string> needed;  ///< names of the objects that it was linked with
  std::vector<std::byte> build_id;  ///< empty when it has none
};

bool is_systems(const std::string& path) {
  constexpr std::array<std::string_view, 6> kDirectories{"/lib/",     "/lib64/",     "/lib32/",
                                                         "/usr/lib/", "/usr/lib64/", "/usr/lib32/"};
  return std::any_of(kDirectories.begin(), kDirectories.end(),
                     [&](std::string_view directory) { return path.starts_with(directory); });
}

std::size_t aligned(std::size_t size, std::size_t alignment) {
  return (size + alignment - 1) / alignment * alignment;
}

std::vector<std::byte> find_build_id(std::span<const std::byte> notes, std::size_t alignment) {
  if (alignment < 4) alignment = 4;
  while (notes.size() >= sizeof(ElfW(Nhdr))) {
    ElfW(Nhdr) note;
    std::memcpy(&note, notes.data(), sizeof(note));
    const std::size_t name_begin = sizeof(note);
    const std::size_t begin = aligned(name_begin + note.n_namesz, alignment);
    const std::size_t end = begin + note.n_descsz;
    if (end > notes.size()) break;
    const bool is_gnu = note.n_namesz == 4 && std::memcmp(notes.data() + name_begin, "GNU", 4) == 0;
    if (is_gnu && note.n_type == NT_GNU_BUILD_ID) {
      return {notes.begin() + static_cast<std::ptrdiff_t>(begin),
              notes.begin() + static_cast<std::ptrdiff_t>(end)};
    }
    notes = notes.subspan(std::min(notes.size(), aligned(end, alignment)));
  }
  return {};
}

std::string base_name(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

void read_dynamic(LoadedObject& object, const dl_phdr_info& info, const ElfW(Phdr) & header) {
  const auto* first = reinterpret_cast<const ElfW(Dyn)*>(info.dlpi_addr + header.p_vaddr);
  const char* strings = nullptr;
  for (const auto* entry = first; entry->d_tag != DT_NULL; ++entry) {
    if (entry->d_tag != DT_STRTAB) continue;
    // glibc stores an address here; other C libraries store an offset from the object's beginning.
    const ElfW(Addr) address = entry->d_un.d_ptr;
    strings = reinterpret_cast<const char*>(address < info.dlpi_addr ? info.dlpi_addr + address : address);
  }
  if (strings == nullptr) return;
  for (const auto* entry = first; entry->d_tag != DT_NULL; ++entry) {
    if (entry->d_tag == DT_NEEDED) object.needed.emplace_back(strings + entry->d_un.d_val);
    if (entry->d_tag == DT_SONAME) object.name = strings + entry->d_un.d_val;
  }
}

LoadedObject describe(const dl_phdr_info& info) {
  LoadedObject object;
  object.path = info.dlpi_name == nullptr ? "" : info.dlpi_name;
  for (const ElfW(Phdr) & header : std::span(info.dlpi_phdr, info.dlpi_phnum)) {
    if (header.p_type == PT_NOTE && object.build_id.empty()) {
      const auto* notes = reinterpret_cast<const std::byte*>(info.dlpi_addr + header.p_vaddr);
      object.build_id = find_build_id({notes, header.p_memsz}, header.p_align);
    }
    if (header.p_type == PT_DYNAMIC) read_dynamic(object, info, header);
  }
  if (object.name.empty()) object.name = base_name(object.path);
  return object;
}

/// All that are loaded, the executable first.
std::vector<LoadedObject> loaded_objects() {
  std::vector<LoadedObject> objects;
  dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* to) {
        static_cast<std::vector<LoadedObject>*>(to)->push_back(describe(*info));
        return 0;
      },
      &objects);
  return objects;
}

Key hash_file(const std::string& path) {
  const FileDescriptor file = open_file(path, O_RDONLY);
  struct stat status {};
  if (!file.is_open() || ::fstat(file.number(), &status) != 0 || status.st_size == 0) {
    throw Error("journal", fmt::format("cannot read the program's file '{}': {}", path, error_text(errno)),
                "say --bask-checkpoint-version=TAG, or link the program with -Wl,--build-id",
                ExitCode::kUsage);
  }
  const auto size = static_cast<std::size_t>(status.st_size);
  void* bytes = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.number(), 0);
  if (bytes == MAP_FAILED) {
    throw Error("journal", fmt::format("cannot map the program's file '{}': {}", path, error_text(errno)),
                "say --bask-checkpoint-version=TAG, or link the program with -Wl,--build-id",
                ExitCode::kUsage);
  }
  const Key key = hash_bytes({static_cast<const std::byte*>(bytes), size});
  ::munmap(bytes, size);
  return key;
}

Key key_of(const LoadedObject& object, bool is_executable) {
  if (!object.build_id.empty()) return hash_bytes(object.build_id);
  return hash_file(is_executable ? "/proc/self/exe" : object.path);
}

/// The executable and all objects that it was linked with, directly or through others. Objects that are
/// preloaded, or loaded by MPI when it starts, depend on the launch and are left out.
std::vector<const LoadedObject*> linked_objects(const std::vector<LoadedObject>& objects) {
  std::vector<const LoadedObject*> linked{&objects.front()};
  std::set<std::string> seen;
  std::deque<std::string> wanted(linked.front()->needed.begin(), linked.front()->needed.end());
  for (; !wanted.empty(); wanted.pop_front()) {
    if (!seen.insert(wanted.front()).second) continue;
    const auto found = std::find_if(objects.begin() + 1, objects.end(), [&](const LoadedObject& object) {
      return object.name == wanted.front() || base_name(object.path) == wanted.front();
    });
    if (found == objects.end()) continue;
    wanted.insert(wanted.end(), found->needed.begin(), found->needed.end());
    if (!is_systems(found->path)) linked.push_back(&*found);
  }
  return linked;
}

}  // namespace

Key program_version(std::string_view tag) {
  if (!tag.empty()) return hash_text(fmt::format("tag {}", tag));
  const std::vector<LoadedObject> objects = loaded_objects();
  const auto linked = linked_objects(objects);
  std::vector<Key> keys;
  for (const LoadedObject* object : linked) keys.push_back(key_of(*object, object == linked.front()));
  std::sort(keys.begin(), keys.end());
  ByteWriter all;
  all.write(kVersion, std::strlen(kVersion));
  for (const Key& key : keys) all.write_raw(key);
  return hash_bytes(all.bytes());
}

}  // namespace bask
