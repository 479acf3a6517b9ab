// exchange_graph.hpp: random graphs of exchanges, one behind the other and two at once, beside ordinary
// results, with the bytes that they should give and the memory that they need; the same at every run.
#pragma once

#include <bask/collections/array/block/block_layer.hpp>
#include <bask/core/archive.hpp>
#include <bask/exchange/parts.hpp>
#include <bask/graph/runtime.hpp>
#include <boost/serialization/vector.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace bask {

class ExchangeGraph {
 public:
  using Bytes = std::vector<std::uint8_t>;

  explicit ExchangeGraph(unsigned seed) : random_(seed), salt_(mixed(seed)) {
    const std::uint32_t most = 1u << (6 + below(12)), sources = 1 + below(8);  // up to 128 KiB
    for (std::uint32_t k = 0; k < sources; ++k) lengths_.push_back(below(4) == 0 ? below(3) : below(most));
    chains_.resize(1 + below(2));
    for (std::vector<Exchange>& chain : chains_)
      for (std::uint32_t left = 1 + below(3); left-- > 0;)
        chain.push_back({salt_ + random_(), 1 + below(9), below(2) == 0});
    asks_for_parts_ = below(3) == 0;
  }

  /// Computes all, and says what has come.
  std::string computed() const {
    std::vector<TaskRef> wanted;
    const BlockRefs sources = source_blocks();
    for (const std::vector<Exchange>& chain : chains_) add_chain(chain, sources, wanted);
    std::vector<const TaskRef*> targets;
    for (const TaskRef& task : wanted) targets.push_back(&task);
    const Results results = current_runtime().compute(targets);
    std::string text;
    for (const Input& target : results.targets) {
      const bool is_block = target.value->type() == &value_type_of<Block>;
      text += is_block ? shown(bytes_in(target.value->get<Block>())) : shown(target.value->get<Parts>());
    }
    return text;
  }
  std::string expected() const {
    std::string text;
    std::vector<Bytes> sources;
    for (std::uint32_t k = 0; k < lengths_.size(); ++k) sources.push_back(made(k));
    for (const std::vector<Exchange>& chain : chains_) {
      std::vector<Bytes> blocks = sources;
      for (const Exchange& exchange : chain) blocks = exchanged(exchange, blocks, text);
      text += shown(blocks[0]);
      for (const Bytes& block : blocks) text += shown(numbers({digest(block)}));
    }
    return text;
  }
  /// Bytes of the unit that needs most, or of all that is asked for.
  std::uint64_t need() const { return sizes().need; }
  /// Bytes of the largest result.
  std::uint64_t largest() const { return sizes().largest; }

  /// The task that cuts a block of so many bytes.
  static TaskRef parts_of_one_block(std::uint32_t length) {
    BlockReads none;
    none.end_task();
    const BlockRefs block = BlockTasks<&ExchangeGraph::make>::add("make", {1, {length}}, {}, none);
    return BlockTasks<&ExchangeGraph::split>::add("split", {3, 4, false}, {block}, each(1, 1))[0];
  }

  enum Failure { kNone, kInSplit, kInMerge, kBeside };
  static inline std::atomic<int> failure{kNone};       ///< where a task throws
  static inline std::atomic<bool> is_slow{false};      ///< tasks take long enough to be worth stealing
  static inline std::atomic<std::uint64_t> splits{0};  ///< inputs that were cut, on all ranks

 private:
  struct Exchange {
    std::uint64_t salt = 0;
    std::uint32_t targets = 0;
    bool is_counted = false;  ///< other tasks read all parts of an input, and the input
    template <class Archive>
    void serialize(Archive& archive, unsigned) {
      archive& salt& targets& is_counted;
    }
  };
  struct Sources {
    std::uint64_t salt = 0;
    std::vector<std::uint32_t> lengths{};
    template <class Archive>
    void serialize(Archive& archive, unsigned) {
      archive& salt& lengths;
    }
  };
  struct Sizes {
    std::uint64_t need = 0, largest = 0;
  };

  std::uint32_t below(std::uint32_t end) { return static_cast<std::uint32_t>(random_() % end); }
  static std::uint64_t mixed(std::uint64_t x) {  // splitmix64
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
  }
  static void spend_time(Failure place, std::uint32_t task) {
    if (is_slow) std::this_thread::sleep_for(std::chrono::microseconds(300));
    if (failure == place && task == 0) throw std::domain_error("this task was to throw");
  }

  // ---- What is computed, on plain bytes. ----

  static Bytes made_of(std::uint64_t salt, std::uint32_t number, std::uint32_t length) {
    Bytes bytes(length);
    for (std::uint32_t k = 0; k < length; ++k)
      bytes[k] = static_cast<std::uint8_t>(mixed(salt + (std::uint64_t{number} << 32) + k));
    return bytes;
  }
  Bytes made(std::uint32_t number) const { return made_of(salt_, number, lengths_[number]); }
  // Where each part ends. Some inputs go to one target whole, and some have many empty parts.
  static std::vector<std::uint64_t> ends(const Exchange& exchange, std::uint32_t input,
                                         std::uint64_t length) {
    const std::uint64_t kind = mixed(exchange.salt + input) % 3;
    std::vector<std::uint64_t> ends;
    for (std::uint32_t k = 1; k < exchange.targets; ++k) {
      const std::uint64_t number = mixed(exchange.salt + 1000 * input + k);
      ends.push_back(kind == 0 ? (number % 2) * length : kind == 1 ? number % (length + 1) : number % 5);
      ends.back() = std::min(ends.back(), length);
    }
    std::sort(ends.begin(), ends.end());
    ends.push_back(length);
    return ends;
  }
  static void append(Bytes& to, const std::uint8_t* from, std::uint64_t bytes, std::uint32_t input,
                     std::uint32_t target) {
    for (std::uint64_t k = 0; k < bytes; ++k)
      to.push_back(static_cast<std::uint8_t>(from[k] ^ (31 * input + target)));
  }
  static std::uint64_t digest(const Bytes& bytes) {
    std::uint64_t sum = bytes.size();
    for (const std::uint8_t byte : bytes) sum = mixed(sum) + byte;
    return sum;
  }
  static Bytes numbers(std::vector<std::uint64_t> all) {
    const auto* const begin = reinterpret_cast<const std::uint8_t*>(all.data());
    return {begin, begin + all.size() * sizeof(all[0])};
  }
  // And what is asked for on the way.
  std::vector<Bytes> exchanged(const Exchange& exchange, const std::vector<Bytes>& inputs,
                               std::string& text) const {
    std::vector<Bytes> outputs(exchange.targets);
    for (std::uint32_t input = 0; input < inputs.size(); ++input) {
      const std::vector<std::uint64_t> all = ends(exchange, input, inputs[input].size());
      std::uint64_t begin = 0;
      for (std::uint32_t target = 0; target < exchange.targets; begin = all[target++])
        append(outputs[target], inputs[input].data() + begin, all[target] - begin, input, target);
      if (exchange.is_counted) text += shown(counted(inputs[input], all));
    }
    if (asks_for_parts_) text += shown_ends(ends(exchange, 0, inputs[0].size()), inputs[0]);
    return outputs;
  }
  static Bytes counted(const Bytes& input, const std::vector<std::uint64_t>& ends) {
    return numbers({digest(input), ends[0], ends[ends.size() / 2], ends.back()});
  }
  static std::string shown(const Bytes& bytes) {
    return std::to_string(bytes.size()) + ':' + std::to_string(digest(bytes)) + ' ';
  }
  static std::string shown_ends(const std::vector<std::uint64_t>& ends, const Bytes& bytes) {
    std::string text = "parts";
    for (const std::uint64_t end : ends) text += ' ' + std::to_string(end);
    return text + " of " + shown(bytes);
  }
  static std::string shown(const Parts& parts) {
    std::vector<std::uint64_t> ends;
    const Bytes all = joined(parts, ends);
    return shown_ends(ends, all);
  }
  static Bytes joined(const Parts& parts, std::vector<std::uint64_t>& ends) {
    Bytes all;
    for (std::uint32_t part = 0; part < parts.count(); ++part) {
      const Parts* const input = &parts;
      const PartReader reader({&input, 1}, part);
      append(all, reinterpret_cast<const std::uint8_t*>(reader.of(0).data()), reader.of(0).size(), 0, 0);
      ends.push_back(all.size());
    }
    return all;
  }

  // ---- The same as tasks. ----

  static Block block_of(const Bytes& bytes) {
    const std::int64_t shape[] = {static_cast<std::int64_t>(bytes.size())};
    Block block(DType::kUInt8, shape);
    if (!bytes.empty()) std::copy(bytes.begin(), bytes.end(), block.as<std::uint8_t>());
    return block;
  }
  static Bytes bytes_in(const Block& block) {
    const auto* const begin = block.as<std::uint8_t>();
    return {begin, begin + block.count()};
  }
  static Block make(const BlockCall<Sources>& call) {
    const Sources& of = call.description();
    return block_of(made_of(of.salt, call.task(), of.lengths[call.task()]));
  }
  static Parts split(const BlockCall<Exchange>& call) {
    spend_time(kInSplit, call.task());
    ++splits;
    const Block& block = call.block(0);
    std::vector<std::uint64_t> sizes;
    std::uint64_t begin = 0;
    for (const std::uint64_t end :
         ends(call.description(), call.task(), static_cast<std::uint64_t>(block.count())))
      sizes.push_back(end - std::exchange(begin, end));
    PartsBuilder builder(sizes);
    const std::byte* from = block.elements();
    for (std::uint32_t part = 0; part < sizes.size(); from += sizes[part++])
      std::copy_n(from, sizes[part], builder.part(part).data());
    return std::move(builder).finish();
  }
  static Block merge(const BlockCall<Exchange>& call) {
    spend_time(kInMerge, call.task());
    std::vector<const Parts*> inputs;
    for (std::size_t k = 0; k < call.blocks(); ++k)
      inputs.push_back(&call.call.inputs[k + 1].value->get<Parts>());
    const PartReader reader(inputs, call.task());
    Bytes merged;
    for (std::uint32_t input = 0; input < reader.inputs(); ++input)
      append(merged, reinterpret_cast<const std::uint8_t*>(reader.of(input).data()), reader.of(input).size(),
             input, call.task());
    return block_of(merged);
  }
  static Block count(const BlockCall<Exchange>& call) {
    spend_time(kBeside, call.task());
    std::vector<std::uint64_t> ends;
    const Bytes all = joined(call.call.inputs[2].value->get<Parts>(), ends);
    if (all != bytes_in(call.block(0))) return block_of({});
    return block_of(counted(all, ends));
  }
  static Block sum(const BlockCall<Exchange>& call) {
    return block_of(numbers({digest(bytes_in(call.block(0)))}));
  }
  static std::optional<BlockPart> part_of(const void*, std::uint32_t task, const SourceBlock&) {
    return BlockPart{{task}, {1}, 0, 100};
  }

  BlockRefs source_blocks() const {
    const auto count = static_cast<std::uint32_t>(lengths_.size());
    BlockReads none;
    for (std::uint32_t k = 0; k < count; ++k) none.end_task();
    const BlockRefs blocks = BlockTasks<&ExchangeGraph::make>::add("make", {salt_, lengths_}, {}, none);
    std::vector<std::uint64_t> lengths(lengths_.begin(), lengths_.end());
    set_sizes(blocks, lengths, 0);
    return blocks;
  }
  static void set_sizes(const BlockRefs& blocks, const std::vector<std::uint64_t>& lengths, double scratch) {
    std::vector<float> bytes;
    for (const std::uint64_t length : lengths) bytes.push_back(static_cast<float>(held(length)));
    blocks.set_bytes(std::move(bytes));
    if (scratch != 0) blocks.set_scratch({.bytes = scratch});
  }
  static std::uint64_t held(std::uint64_t length) {
    return Block::bytes_of(DType::kUInt8, 1, static_cast<std::int64_t>(length)) + Parts::kAlignment;
  }
  static std::vector<std::uint64_t> merged_lengths(const Exchange& exchange,
                                                   const std::vector<std::uint64_t>& inputs) {
    std::vector<std::uint64_t> lengths(exchange.targets);
    for (std::uint32_t input = 0; input < inputs.size(); ++input) {
      std::uint64_t begin = 0, target = 0;
      for (const std::uint64_t end : ends(exchange, input, inputs[input]))
        lengths[target++] += end - std::exchange(begin, end);
    }
    return lengths;
  }
  static BlockReads each(std::uint32_t tasks, std::uint32_t sources) {
    BlockReads reads;
    for (std::uint32_t task = 0; task < tasks; ++task) {
      for (std::uint32_t source = 0; source < sources; ++source) reads.read(source, task);
      reads.end_task();
    }
    return reads;
  }
  void add_chain(const std::vector<Exchange>& chain, BlockRefs blocks, std::vector<TaskRef>& wanted) const {
    std::vector<std::uint64_t> lengths(lengths_.begin(), lengths_.end());
    for (const Exchange& exchange : chain) {
      const BlockRefs parts =
          BlockTasks<&ExchangeGraph::split>::add("split", exchange, {blocks}, each(blocks.size(), 1));
      parts.set_scratch({.bytes = static_cast<double>(*std::ranges::max_element(lengths))});
      if (exchange.is_counted) {
        const BlockRefs counts = BlockTasks<&ExchangeGraph::count>::add("count", exchange, {blocks, parts},
                                                                        each(blocks.size(), 2));
        for (std::uint32_t k = 0; k < counts.size(); ++k) wanted.push_back(counts[k]);
      }
      if (asks_for_parts_) wanted.push_back(parts[0]);
      BlockReads all;
      for (std::uint32_t target = 0; target < exchange.targets; ++target) {
        for (std::uint32_t input = 0; input < parts.size(); ++input) all.read(0, input);
        all.end_task();
      }
      lengths = merged_lengths(exchange, lengths);
      blocks = BlockTasks<&ExchangeGraph::merge>::add("merge", exchange, {parts}, all);
      blocks.set_parts(part_of);
      set_sizes(blocks, lengths, 2 * static_cast<double>(*std::ranges::max_element(lengths)));
    }
    wanted.push_back(blocks[0]);
    const BlockRefs sums =
        BlockTasks<&ExchangeGraph::sum>::add("sum", Exchange{}, {blocks}, each(blocks.size(), 1));
    for (std::uint32_t k = 0; k < sums.size(); ++k) wanted.push_back(sums[k]);
  }

  Sizes sizes() const {
    Sizes sizes;
    std::uint64_t wanted = 0;
    constexpr std::uint64_t kSmall = 256;  // results of tasks that count or sum
    const auto note = [&](const std::vector<std::uint64_t>& lengths, std::uint64_t times) {
      const std::uint64_t most = *std::ranges::max_element(lengths);
      sizes.largest = std::max(sizes.largest, held(most));
      sizes.need = std::max(sizes.need, held(most) + times * most + kSmall);
    };
    std::vector<std::uint64_t> first(lengths_.begin(), lengths_.end());
    note(first, 1);
    for (const std::vector<Exchange>& chain : chains_) {
      std::vector<std::uint64_t> lengths = first;
      for (const Exchange& exchange : chain) {
        if (exchange.is_counted) wanted += kSmall * lengths.size();
        lengths = merged_lengths(exchange, lengths);
        note(lengths, 2);
      }
      wanted += held(lengths[0]) + kSmall * lengths.size();
    }
    sizes.need = std::max(sizes.need, wanted);
    return sizes;
  }

  std::mt19937 random_;
  const std::uint64_t salt_;
  std::vector<std::uint32_t> lengths_;  // of the sources
  std::vector<std::vector<Exchange>> chains_;
  bool asks_for_parts_ = false;
};

}  // namespace bask
