#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <bask/core/type_registry.hpp>
#include <bask/core/value.hpp>
#include <bask/safety/failed_task.hpp>
#include <bask/system/file_descriptor.hpp>
#include <bask/system/unfinished_file.hpp>

#include <boost/core/demangle.hpp>
#include <cerrno>
#include <type_traits>
#include <utility>

namespace bask {
namespace {

// The file: a header; the description, which is the task and what its inputs are; then the inputs' bytes, one
// input after the other. Every part has a checksum.
constexpr std::uint64_t kTaskFileMagic = 0x4b5341544b534142;  // "BASKTASK"
// Goes up with every change of the layout, and of the bytes that `encode` writes.
constexpr std::uint32_t kTaskFileFormat = 1;

struct TaskFileHeader {
  std::uint64_t magic;
  std::uint32_t format;
  std::uint32_t size;         // of this header
  Key program;                // program_hash()
  std::uint64_t description;  // bytes
  std::uint64_t file;         // bytes of the whole
  std::uint64_t description_check;
  std::uint64_t check;  // of the members above
};
static_assert(sizeof(TaskFileHeader) == 64 && std::has_unique_object_representations_v<TaskFileHeader>);

struct KeptInput {
  std::string type;  // its name in the compiler's spelling; empty: the input is no value
  std::uint64_t type_size = 0;
  bool is_whole = false;  // the bytes of a contiguous type, and nothing else
  std::uint64_t bytes = 0, check = 0;
  auto members() { return std::tie(type, type_size, is_whole, bytes, check); }
};

std::uint64_t checksum(std::span<const std::byte> bytes) {
  return hash_bytes(bytes).low;
}

std::uint64_t checksum(const TaskFileHeader& header) {
  return checksum(std::as_bytes(std::span(&header, 1)).first(offsetof(TaskFileHeader, check)));
}

template <class T>
void write_members(ByteWriter& writer, T object) {
  std::apply([&](auto&... members) { (encode(writer, members), ...); }, object.members());
}

template <class T>
T read_members(ByteReader& reader) {
  T object;
  std::apply(
      [&](auto&... members) {
        ((members = decode<std::remove_reference_t<decltype(members)>>(reader)), ...);
      },
      object.members());
  return object;
}

// ---- Writing. ----

// The bytes of one input: in place, or as they were encoded.
struct InputBytes {
  KeptInput kept;
  std::vector<std::byte> own;
  std::span<const std::byte> bytes;
};

InputBytes bytes_of_input(const Value& value) {
  InputBytes input;
  if (!value.has_value()) return input;
  const ValueType& type = *value.type();
  if (type.contiguous != nullptr) {
    input.bytes = type.contiguous->bytes(value.object());
  } else {
    ByteWriter writer;
    type.encode(writer, value.object());
    input.own = writer.take();
    input.bytes = input.own;
  }
  input.kept = {type.info->name(), type.size, type.contiguous != nullptr, input.bytes.size(),
                checksum(input.bytes)};
  return input;
}

void require_written(int error, const std::filesystem::path& path) {
  if (error != 0) throw Error(path.string(), "it cannot be written: " + error_text(error), "");
}

// ---- Reading. ----

[[noreturn]] void refuse_task_file(const std::filesystem::path& path, const std::string& why,
                                   const std::string& fix) {
  throw Error("--bask-replay", fmt::format("'{}' {}", path.string(), why), fix, ExitCode::kUsage);
}

constexpr const char* kTakeAnother = "give a .bask-task file that --bask-failed-tasks has left";
constexpr const char* kMakeAgain = "copy it again, or run the program again with --bask-failed-tasks";

class TaskFileReader {
 public:
  explicit TaskFileReader(const std::filesystem::path& path)
      : path_(path), file_(open_file(path, O_RDONLY | O_NONBLOCK | O_NOCTTY)) {
    if (!file_.is_open()) refuse_task_file(path_, "cannot be read: " + error_text(errno), kTakeAnother);
    read_header();
  }

  const TaskFileHeader& header() const { return header_; }

  ByteReader description() {
    description_ = read_part(header_.description, header_.description_check, "its description");
    return ByteReader(description_);
  }

  Value read_input(const KeptInput& kept, const ValueType* type, std::size_t number) {
    if (type == nullptr) return {};
    const std::string what = fmt::format("input {}", number);
    if (kept.is_whole && type->contiguous != nullptr) return read_in_place(kept, *type->contiguous, what);
    const std::vector<std::byte> bytes = read_part(kept.bytes, kept.check, what);
    ByteReader reader(bytes);
    Value value = type->decode(reader);
    reader.expect_end();
    return value;
  }

 private:
  void read_header() {
    struct stat state {};
    const bool is_file = ::fstat(file_.number(), &state) == 0 && S_ISREG(state.st_mode);
    const Transferred read = read_at(file_, 0, std::as_writable_bytes(std::span(&header_, 1)));
    if (!is_file || read.bytes < sizeof header_.magic || header_.magic != kTaskFileMagic)
      refuse_task_file(path_, "is no file of a failed task", kTakeAnother);
    if (read.bytes < sizeof header_) refuse_truncated(read.bytes, sizeof header_);
    if (header_.format != kTaskFileFormat || header_.size != sizeof header_) {
      refuse_task_file(path_,
                       fmt::format("has format {}, and this version of Bask reads format {}", header_.format,
                                   kTaskFileFormat),
                       "run the program that has left it");
    }
    if (header_.check != checksum(header_)) refuse_corrupt("its header");
    const auto size = static_cast<std::uint64_t>(state.st_size);
    if (size < header_.file) refuse_truncated(size, header_.file);
    if (size > header_.file) refuse_corrupt("its length");
    at_ = sizeof header_;
  }

  // Checks what is left before it takes memory for it.
  void read_next(std::span<std::byte> to, const std::string& what) {
    const Transferred read = read_at(file_, at_, to);
    if (read.bytes < to.size()) refuse_corrupt(what);
    at_ += to.size();
  }

  std::vector<std::byte> read_part(std::uint64_t bytes, std::uint64_t check, const std::string& what) {
    if (bytes > header_.file - at_) refuse_corrupt(what);
    std::vector<std::byte> part(bytes);
    read_next(part, what);
    if (checksum(part) != check) refuse_corrupt(what);
    return part;
  }

  Value read_in_place(const KeptInput& kept, const ContiguousType& type, const std::string& what) {
    if (kept.bytes > header_.file - at_) refuse_corrupt(what);
    Value value;
    type.reserve(value, kept.bytes);
    const std::span<std::byte> to(type.grow(value, kept.bytes), kept.bytes);
    read_next(to, what);
    if (checksum(to) != kept.check) refuse_corrupt(what);
    type.check(value);
    return value;
  }

  [[noreturn]] void refuse_truncated(std::uint64_t has, std::uint64_t wants) const {
    refuse_task_file(path_, fmt::format("is truncated: it has {} of {} bytes", has, wants), kMakeAgain);
  }
  [[noreturn]] void refuse_corrupt(const std::string& what) const {
    refuse_task_file(path_, fmt::format("is corrupt: {} is not what was written", what), kMakeAgain);
  }

  const std::filesystem::path& path_;
  const FileDescriptor file_;
  TaskFileHeader header_{};
  std::uint64_t at_ = 0;
  std::vector<std::byte> description_;
};

const Kernel& kernel_of(const FailedTask& task, const std::filesystem::path& path) {
  const KernelRegistry& kernels = KernelRegistry::instance();
  for (std::uint32_t number = 0; number < kernels.size(); ++number) {
    if (kernels[KernelId{number}].hash == task.kernel_hash) return kernels[KernelId{number}];
  }
  refuse_task_file(path, fmt::format("is of a task that calls '{}', which this program has not", task.kernel),
                   fmt::format("replay it by '{}', which has left it", task.program));
}

// Null for an input that is no value.
const ValueType* type_of(const KeptInput& kept, const FailedTask& task, const std::filesystem::path& path) {
  if (kept.type.empty()) return nullptr;
  const TypeRegistry& types = TypeRegistry::instance();
  for (std::uint32_t number = 0; number < types.size(); ++number) {
    const ValueType& type = types[number];
    if (kept.type == type.info->name() && kept.type_size == type.size) return &type;
  }
  refuse_task_file(path,
                   fmt::format("has an input of type {}, {} bytes, which this program has not",
                               boost::core::demangle(kept.type.c_str()), kept.type_size),
                   fmt::format("replay it by '{}' as it was then", task.program));
}

}  // namespace

void write_failed_task(const std::filesystem::path& path, const FailedTask& task,
                       std::span<const Input> inputs) {
  ByteWriter description;
  write_members(description, task);
  write_members(description, task.annotations);
  description.write_raw(static_cast<std::uint64_t>(inputs.size()));
  std::vector<InputBytes> all;
  std::uint64_t bytes = 0;
  for (const Input& input : inputs) {
    all.push_back(bytes_of_input(*input.value));
    write_members(description, all.back().kept);
    bytes += all.back().bytes.size();
  }
  TaskFileHeader header{.magic = kTaskFileMagic,
                        .format = kTaskFileFormat,
                        .size = sizeof(TaskFileHeader),
                        .program = program_hash(),
                        .description = description.size(),
                        .file = sizeof(TaskFileHeader) + description.size() + bytes,
                        .description_check = checksum(description.bytes()),
                        .check = 0};
  header.check = checksum(header);
  UnfinishedFile file(fmt::format("{}.unfinished-{}", path.string(), ::getpid()));
  require_written(file.is_open() ? 0 : errno, path);
  std::uint64_t at = 0;
  const auto append = [&](std::span<const std::byte> part) {
    require_written(write_at(file.descriptor(), at, part).error, path);
    at += part.size();
  };
  append(std::as_bytes(std::span(&header, 1)));
  append(description.bytes());
  for (const InputBytes& input : all) append(input.bytes);
  require_written(file.sync(), path);
  require_written(file.put_in_place(path), path);
}

KeptTask read_failed_task(const std::filesystem::path& path) {
  TaskFileReader file(path);
  ByteReader description = file.description();
  KeptTask read{.task = read_members<FailedTask>(description),
                .inputs = {},
                .is_of_this_binary = file.header().program == program_hash()};
  read.task.annotations = read_members<Annotations>(description);
  read.kernel = &kernel_of(read.task, path);
  const std::size_t count = description.read_count(1);
  for (std::size_t number = 1; number <= count; ++number) {
    const auto kept = read_members<KeptInput>(description);
    read.inputs.push_back(file.read_input(kept, type_of(kept, read.task, path), number));
  }
  description.expect_end();
  return read;
}

}  // namespace bask
