#include <bask/cluster/rank_calls.hpp>

#include <fmt/format.h>
#include <bask/core/error.hpp>
#include <bask/graph/kernel.hpp>
#include <bask/graph/runtime.hpp>
#include <bask/safety/task_error.hpp>

#include <utility>

namespace bask {

RankCalls::RankCalls(Exchange& exchange, std::vector<std::string> hosts)
    : exchange_(exchange), hosts_(std::move(hosts)), returned_(exchange.size()) {}

void RankCalls::on_return(std::uint32_t from, Return returned) {
  if (!returned_[from]) ++returns_;
  returned_[from] = std::move(returned);
}

Return RankCalls::made(const Call& asked) const {
  const InsideTask inside;  // the function may not compute
  try {
    const KernelRegistry& kernels = KernelRegistry::instance();
    if (asked.kernel >= kernels.size())
      throw Error("call", "there is no such function", "the bytes are corrupt");
    Value result;
    KernelCall call{asked.arguments.data(), {}, result};
    kernels[KernelId{asked.kernel}].run(call);
    ByteWriter writer;
    writer.write_raw(result.type()->number());
    result.type()->encode(writer, std::as_const(result).object());
    return {{}, writer.take()};
  } catch (...) {
    const std::uint32_t rank = exchange_.rank();
    return {fmt::format("rank {} ({}): {}", rank, hosts_[rank], describe_current_exception()), {}};
  }
}

void RankCalls::answer() {
  const Call asked = exchange_.locked([&] { return *std::exchange(asked_, {}); });
  exchange_.post_message(0, MessageKind::kReturn, 0, made(asked));
}

void RankCalls::begin(const Call& call) {
  exchange_.locked([&] {
    returned_.assign(returned_.size(), {});
    returns_ = 0;
    for (std::uint32_t other = 1; other < returned_.size(); ++other) {
      exchange_.post_message(other, MessageKind::kCall, 0, call);
    }
  });
}

void RankCalls::join(const Call& call) {
  Return own = made(call);
  exchange_.locked([&] { on_return(0, std::move(own)); });
}

std::vector<Value> RankCalls::take() {
  std::vector<Value> values;
  for (const std::optional<Return>& returned : returned_) {
    if (!returned->error.empty()) {
      throw Error("run on every rank", returned->error, "see what the function was given there");
    }
    ByteReader reader(returned->value);
    const auto type = reader.read_raw<std::uint32_t>();
    values.push_back(TypeRegistry::instance()[type].decode(reader));
  }
  return values;
}

}  // namespace bask
