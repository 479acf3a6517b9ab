#include <bask/collections/bag/files.hpp>

#include <string_view>
#include <utility>

namespace bask::bags {

PassPtr pass_of_stretches(const std::vector<TextStretch>& stretches, const std::string& name, KernelId feed,
                          std::vector<TaskRef> values) {
  auto inputs = std::make_shared<TaskInputs>();
  inputs->tasks = static_cast<std::uint32_t>(stretches.size());
  values.insert(values.begin(), delayed(stretches).ref());
  return std::make_shared<const Pass>(Pass{std::move(inputs), {feed, std::move(values)}, {}, {name}});
}

void feed_lines(FeedRequest& request) {
  const TextStretch& stretch = stretch_of(request);
  const LineOptions options{.keep_ends = request.values.next<bool>()};
  Sender<std::string> sender(request.first);
  LineBlocks blocks(stretch);
  for (std::string_view block = blocks.next(); !block.empty() && !request.first.full(); block = blocks.next())
    for_each_line_of(block, options,
                     [&](std::string_view line) { sender.add([&] { return std::string(line); }); });
  sender.end();
}

}  // namespace bask::bags
