// page_server.hpp: serves the dashboard's page, and the states of the job as server-sent events, on this
// machine alone and to those alone who know the token. It changes nothing.
// Runs on: rank 0. Threads: its own; one makes and destroys it.
// Invariants: (1) it reads no file, and answers two paths only; (2) without the token the answer is 403; (3)
// its
//             threads give way to those that compute.
#pragma once

#include <bask/record/state_feed.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace bask {

class PageServer {
 public:
  /// `port` 0: any. `page`: the whole page, see page_text(). `feed` must outlive the server.
  /// Throws: Error (kUsage) when the port cannot be had.
  PageServer(int port, std::string_view page, StateFeed& feed);
  /// Ends all connections.
  ~PageServer();
  PageServer(const PageServer&) = delete;
  PageServer& operator=(const PageServer&) = delete;

  int port() const;
  /// "http://localhost:8787/?token=…"
  std::string url() const;

 private:
  class Connections;
  std::unique_ptr<Connections> connections_;
};

/// 128 random bits of the system as 32 hexadecimal digits. Throws: Error when the system has none.
std::string random_token();
/// Whether both are equal, in a time that does not tell where they differ.
bool are_equal_secrets(std::string_view a, std::string_view b);

}  // namespace bask
