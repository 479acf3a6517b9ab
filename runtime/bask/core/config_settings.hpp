// config_settings.hpp: what a bask.toml says, as settings.
// Runs on: every rank. Threads: any.
#pragma once

#include <bask/core/option_setting.hpp>

#include <string>
#include <vector>

namespace bask {

/// The keys of a TOML text, by line; `path` is for messages. Integers, booleans and times are taken as
/// written, and a table { GPU = 1, db = 4 } as "GPU=1,db=4".
/// Throws: Error with file, line, column and reason when the text is not TOML, or has a key twice.
std::vector<Setting> config_settings(const std::string& text, const std::string& path);

}  // namespace bask
