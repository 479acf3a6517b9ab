#include <bask/dashboard/page_server.hpp>

#include <bask/core/error.hpp>
#include <bask/system/without_signals.hpp>

#include <fmt/format.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <thread>
#include <utility>

#if BASK_WITH_DASHBOARD
#include <httplib.h>
#endif

namespace bask {

std::string random_token() {
  std::array<unsigned char, 16> bytes{};
  if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
    throw Error("dashboard", "the system gives no random numbers", "start without --bask-dashboard");
  std::string text;
  for (const unsigned char byte : bytes) text += fmt::format("{:02x}", byte);
  return text;
}

bool are_equal_secrets(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    difference |= static_cast<unsigned>(static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]));
  return difference == 0;
}

#if BASK_WITH_DASHBOARD

namespace {

constexpr std::size_t kConnections = 8;
constexpr int kMostPages = 6;  // that are open; the other connections answer at once
constexpr std::chrono::milliseconds kBetweenSigns{1000};

// The thread's work can wait: it gets what is left of the cores.
void give_way() {
  thread_local const int once = setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), 19);
  static_cast<void>(once);
}

}  // namespace

class PageServer::Connections {
 public:
  Connections(int port, std::string_view page, StateFeed& feed) : page_(page), feed_(feed) {
    server_.new_task_queue = [] { return new httplib::ThreadPool(kConnections); };
    server_.set_payload_max_length(1024);
    server_.set_read_timeout(2, 0);
    server_.set_write_timeout(2, 0);
    server_.set_keep_alive_timeout(2);
    server_.set_keep_alive_max_count(20);
    server_.set_pre_routing_handler(
        [this](const auto& request, auto& response) { return let_in(request, response); });
    server_.Get("/", [this](const auto&, auto& response) { send_page(response); });
    server_.Get("/events", [this](const auto&, auto& response) { send_states(response); });
    bind(port);
    start();
  }
  ~Connections() {
    is_closing_ = true;
    server_.stop();
    thread_.join();
  }

  int port() const { return port_; }
  const std::string& token() const { return token_; }

 private:
  void bind(int port) {
    const std::string host = "127.0.0.1";
    port_ = port == 0 ? server_.bind_to_any_port(host) : (server_.bind_to_port(host, port) ? port : -1);
    if (port_ > 0) return;
    throw Error("--bask-dashboard", fmt::format("port {} of this machine cannot be had", port),
                "name another one, or none: then any free port is taken", ExitCode::kUsage);
  }

  void start() {
    const WithoutSignals quiet;
    thread_ = std::thread([this] {
      give_way();
      server_.listen_after_bind();
    });
  }

  // Whoever does not know the token learns nothing, not even which paths there are.
  httplib::Server::HandlerResponse let_in(const httplib::Request& request, httplib::Response& response) {
    using Answer = httplib::Server::HandlerResponse;
    give_way();
    response.set_header("Cache-Control", "no-store");
    response.set_header("Referrer-Policy", "no-referrer");
    response.set_header("X-Content-Type-Options", "nosniff");
    response.set_header("X-Frame-Options", "DENY");
    if (request.method == "GET" && are_equal_secrets(request.get_param_value("token"), token_))
      return Answer::Unhandled;
    response.status = 403;
    response.set_content("the token of this job's dashboard is missing or wrong\n", "text/plain");
    return Answer::Handled;
  }

  // As it is: the library compresses content that it is given whole, with Brotli for a second of CPU time,
  // which a thread that gives way does not get for minutes.
  void send_page(httplib::Response& response) {
    response.set_content_provider(page_.size(), "text/html; charset=utf-8",
                                  [this](std::size_t offset, std::size_t length, httplib::DataSink& sink) {
                                    return sink.write(page_.data() + offset, length);
                                  });
  }

  void send_states(httplib::Response& response) {
    if (pages_.fetch_add(1) >= kMostPages) {
      pages_.fetch_sub(1);
      response.status = 503;
      response.set_content("too many pages are open\n", "text/plain");
      return;
    }
    response.set_chunked_content_provider(
        "text/event-stream",
        [this, seen = std::uint64_t{0}](std::size_t, httplib::DataSink& sink) mutable {
          return send_next(seen, sink);
        },
        [this](bool) { pages_.fetch_sub(1); });
  }

  // Returns whether the connection goes on.
  bool send_next(std::uint64_t& seen, httplib::DataSink& sink) {
    const StateFeed::State state = feed_.next(seen, kBetweenSigns);
    if (is_closing_ && state.number <= seen) {
      sink.done();
      return false;
    }
    const std::string text =
        state.number > seen ? "data: " + *state.text + "\n\n" : std::string(": alive\n\n");
    seen = state.number;
    return sink.write(text.data(), text.size());
  }

  const std::string token_ = random_token();
  const std::string_view page_;
  StateFeed& feed_;
  std::atomic<bool> is_closing_{false};
  std::atomic<int> pages_{0};
  httplib::Server server_;
  int port_ = -1;
  std::thread thread_;
};

#else

class PageServer::Connections {
 public:
  Connections(int, std::string_view, StateFeed&) {
    throw Error("--bask-dashboard", "this program was built without the dashboard",
                "build Bask where cpp-httplib and d3 are, or use --bask-watch and bask-top",
                ExitCode::kUsage);
  }
  int port() const { return 0; }
  std::string token() const { return {}; }
};

#endif

PageServer::PageServer(int port, std::string_view page, StateFeed& feed)
    : connections_(std::make_unique<Connections>(port, page, feed)) {}

PageServer::~PageServer() = default;

int PageServer::port() const {
  return connections_->port();
}

std::string PageServer::url() const {
  return fmt::format("http://localhost:{}/?token={}", port(), connections_->token());
}

}  // namespace bask
