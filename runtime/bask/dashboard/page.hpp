// page.hpp: the dashboard's page, one HTML text that needs nothing else: a server gives it out while the
// job runs, and a report is the same text with a state in it. Its sources are in page/, its states are
// described in job_state_format.md.
// Runs on: rank 0. Threads: any.
#pragma once

#include <string>
#include <string_view>

namespace bask {

/// The page, its place for a state empty: it asks for `events` beside its own address, with its own query.
/// Empty when Bask was built without D3, which draws the page.
std::string_view page_text();

/// The page with a state, a JSON text, in its place: a report.
/// Throws: Error when Bask was built without the page.
std::string page_with_state(std::string_view state);

}  // namespace bask
