#include <bask/cluster/messages.hpp>

#include <array>

namespace bask {
namespace {

template <class Part, class Visit>
void for_each_vector(Part& part, const Visit& visit) {
  visit(part.task);
  visit(part.group);
  visit(part.argument_begin);
  visit(part.annotation);
  visit(part.input_begin);
  visit(part.inputs);
  visit(part.uses);
  visit(part.bytes);
  visit(part.unit_begin);
  visit(part.waits_for);
  visit(part.key);
  visit(part.successor_begin);
  visit(part.successors);
  visit(part.export_begin);
  visit(part.exports);
  visit(part.import_uses);
  visit(part.import_bytes);
  visit(part.import_successor_begin);
  visit(part.import_successors);
  visit(part.arguments);
}

struct PartFirsts {
  std::uint64_t argument;
  std::uint32_t task, unit, input, successor, exported, import, import_successor, zero;
};

std::size_t padded(std::size_t bytes) {
  return (bytes + 7) / 8 * 8;
}

}  // namespace

Buffer encode_stolen_unit(const StolenUnit& stolen) {
  ByteWriter writer;
  writer.write_raw(stolen.victim);
  writer.write_raw(stolen.unit);
  writer.write_raw(stolen.key);
  writer.write_raw(stolen.recompute_cost_ns);
  writer.write_raw(stolen.makes);
  writer.write_raw(static_cast<std::uint64_t>(stolen.steps.size()));
  for (const StolenUnit::Step& step : stolen.steps) {
    writer.write_raw(step.task);
    writer.write_raw(step.group);
    writer.write_raw(step.annotation);
    encode(writer, step.inputs);
    encode(writer, step.arguments);
  }
  writer.write_raw(static_cast<std::uint64_t>(stolen.inputs.size()));
  for (const Value* value : stolen.inputs) {
    writer.write_raw(value->type()->number());
    value->type()->encode(writer, value->object());
  }
  return writer.take();
}

StolenUnit decode_stolen_unit(std::span<const std::byte> bytes) {
  ByteReader reader(bytes);
  StolenUnit stolen;
  stolen.victim = reader.read_raw<std::uint32_t>();
  stolen.unit = reader.read_raw<std::uint32_t>();
  stolen.key = reader.read_raw<Key>();
  stolen.recompute_cost_ns = reader.read_raw<float>();
  stolen.makes = reader.read_raw<std::uint64_t>();
  stolen.steps.resize(reader.read_count(1));
  for (StolenUnit::Step& step : stolen.steps) {
    step.task = reader.read_raw<TaskId>();
    step.group = reader.read_raw<std::uint32_t>();
    step.annotation = reader.read_raw<std::uint32_t>();
    step.inputs = decode<std::vector<std::uint32_t>>(reader);
    step.arguments = decode<std::vector<std::byte>>(reader);
  }
  stolen.values.resize(reader.read_count(1));
  for (Value& value : stolen.values) {
    value = TypeRegistry::instance()[reader.read_raw<std::uint32_t>()].decode(reader);
    stolen.inputs.push_back(&value);
  }
  return stolen;
}

Buffer encode_part(const PlanPart& part) {
  std::size_t size = sizeof(PartFirsts);
  for_each_vector(part, [&](const auto& vector) {
    size += sizeof(std::uint64_t) + padded(vector.size() * sizeof(vector[0]));
  });
  ByteWriter writer;
  writer.reserve(size);
  writer.write_raw(PartFirsts{part.first_argument, part.first_task, part.first_unit, part.first_input,
                              part.first_successor, part.first_export, part.first_import,
                              part.first_import_successor, 0});
  for_each_vector(part, [&](const auto& vector) {
    const std::size_t bytes = vector.size() * sizeof(vector[0]);
    constexpr std::array<std::byte, 8> kPadding{};
    writer.write_raw(static_cast<std::uint64_t>(vector.size()));
    writer.write(vector.data(), bytes);
    writer.write(kPadding.data(), padded(bytes) - bytes);
  });
  return writer.take();
}

PlanPart decode_part(std::span<const std::byte> bytes) {
  ByteReader reader(bytes);
  PlanPart part;
  const auto firsts = reader.read_raw<PartFirsts>();
  part.first_argument = firsts.argument;
  part.first_task = firsts.task;
  part.first_unit = firsts.unit;
  part.first_input = firsts.input;
  part.first_successor = firsts.successor;
  part.first_export = firsts.exported;
  part.first_import = firsts.import;
  part.first_import_successor = firsts.import_successor;
  for_each_vector(part, [&](auto& vector) {
    using Element = typename std::remove_reference_t<decltype(vector)>::value_type;
    const std::size_t count = reader.read_count(sizeof(Element));
    vector.resize(count);
    reader.read(vector.data(), count * sizeof(Element));
    reader.read(padded(count * sizeof(Element)) - count * sizeof(Element));
  });
  reader.expect_end();
  return part;
}

}  // namespace bask
