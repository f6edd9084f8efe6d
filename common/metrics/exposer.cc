#include "common/metrics/exposer.h"

#include <CivetServer.h>
#include <fmt/format.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <thread>
#include <utility>
#include <vector>

#include "absl/synchronization/notification.h"
#include "common/net/listen_address.h"

namespace longtake::metrics {
namespace {

// A connection holds a thread for as long as its one answer takes.
constexpr char kThreads[] = "4";
constexpr char kRequestLimitMs[] = "5000";
constexpr absl::Duration kKnockInterval = absl::Milliseconds(5);

constexpr char kExpositionType[] = "text/plain; version=0.0.4; charset=utf-8";
constexpr char kPlainType[] = "text/plain; charset=utf-8";

struct Reply {
  int code = 200;
  const char* reason = "OK";
  const char* type = kPlainType;
  std::string body;
};

// Answers GET and HEAD of one path, and 405 to all else.
class PageHandler final : public CivetHandler {
 public:
  explicit PageHandler(std::function<Reply()> page) : page_(std::move(page)) {}

  bool handleGet(CivetServer*, mg_connection* connection) override {
    return Send(connection, true);
  }
  bool handleHead(CivetServer*, mg_connection* connection) override {
    return Send(connection, false);
  }

 private:
  bool Send(mg_connection* connection, bool with_body) {
    const Reply reply = page_();
    mg_printf(connection,
              "HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n"
              "Cache-Control: no-store\r\nConnection: close\r\n\r\n",
              reply.code, reply.reason, reply.type, reply.body.size());
    if (with_body) {
      mg_write(connection, reply.body.data(), reply.body.size());
    }
    return true;
  }

  const std::function<Reply()> page_;
};

Reply ReadyPage(const Readiness& readiness) {
  const std::vector<std::string> failing = readiness.Failing();
  if (failing.empty()) return {.body = "ready\n"};
  Reply reply;
  reply.code = 503;
  reply.reason = "Service Unavailable";
  for (const std::string& line : failing) reply.body += line + "\n";
  return reply;
}

// Opens and closes one connection.
void Knock(const std::string& host, int port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const bool bracketed = host.front() == '[';
  const std::string node = bracketed ? host.substr(1, host.size() - 2) : host;
  if (::getaddrinfo(node.c_str(), std::to_string(port).c_str(), &hints,
                    &found) != 0) {
    return;
  }
  const int fd =
      ::socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd >= 0) {
    // Whether it got through shows in Civet's thread ending.
    static_cast<void>(::connect(fd, found->ai_addr, found->ai_addrlen));
    ::close(fd);
  }
  ::freeaddrinfo(found);
}

}  // namespace

struct Exposer::Parts {
  Parts(const Registry& registry, const Readiness& readiness)
      : metrics([&registry] {
          return Reply{.type = kExpositionType, .body = registry.Expose()};
        }),
        health([] { return Reply{.body = "alive\n"}; }),
        ready([&readiness] { return ReadyPage(readiness); }) {}

  // Civet looks every two seconds whether it is to stop, or when somebody
  // knocks.
  ~Parts() {
    absl::Notification stopped;
    std::jthread stopping([this, &stopped] {
      server.reset();
      stopped.Notify();
    });
    while (!stopped.WaitForNotificationWithTimeout(kKnockInterval)) {
      Knock(host, port);
    }
  }

  PageHandler metrics;
  PageHandler health;
  PageHandler ready;
  std::string host;
  int port = 0;
  std::unique_ptr<CivetServer> server;
};

Exposer::Exposer(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Exposer::~Exposer() = default;

int Exposer::port() const { return parts_->port; }

StatusOr<std::unique_ptr<Exposer>> Exposer::Start(const Options& options,
                                                  const Registry& registry,
                                                  const Readiness& readiness) {
  LT_ASSIGN_OR_RETURN(const ListenAddress address,
                      ParseListenAddress(options.address, options.flag));
  auto parts = std::make_unique<Parts>(registry, readiness);
  parts->host = address.host;
  const std::vector<std::string> settings = {
      "listening_ports", options.address,      "num_threads",
      kThreads,          "request_timeout_ms", kRequestLimitMs};
  try {
    parts->server = std::make_unique<CivetServer>(settings);
    parts->server->addHandler("/metrics$", parts->metrics);
    parts->server->addHandler("/healthz$", parts->health);
    parts->server->addHandler("/readyz$", parts->ready);
    const std::vector<int> ports = parts->server->getListeningPorts();
    if (!ports.empty()) parts->port = ports.front();
  } catch (const CivetException&) {
    return Unavailable(fmt::format(
        "can't listen on {}: the port is taken or the address is not this "
        "machine's; give another {}",
        options.address, options.flag));
  }
  return std::unique_ptr<Exposer>(new Exposer(std::move(parts)));
}

Status CheckMetricsAddress(const std::string& text, bool open) {
  LT_ASSIGN_OR_RETURN(const ListenAddress address,
                      ParseListenAddress(text, "--metrics-listen"));
  if (address.is_loopback || open) return OkStatus();
  return InvalidArgument(fmt::format(
      "--metrics-listen {} is reachable from other machines, and metrics are "
      "served without encryption or authentication; listen on 127.0.0.1, or "
      "add --metrics-open inside a network you trust",
      text));
}

}  // namespace longtake::metrics
