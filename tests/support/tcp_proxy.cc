#include "tests/support/tcp_proxy.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace longtake {
namespace {

constexpr int kPollMs = 20;
constexpr int kAnswerMs = 1000;
constexpr size_t kPieceBytes = 64 << 10;
constexpr int kBacklog = 64;

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

bool SendAll(int fd, const std::string& bytes) {
  size_t sent = 0;
  while (sent < bytes.size()) {
    const ssize_t n =
        send(fd, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (n <= 0) return false;
    sent += static_cast<size_t>(n);
  }
  return true;
}

}  // namespace

TcpProxy::TcpProxy(int target_port, MakeTap make_tap)
    : target_port_(target_port), make_tap_(std::move(make_tap)) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof address;
  if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      listen(listener_, kBacklog) != 0 ||
      getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) !=
          0) {
    std::perror("test support: proxy");
    std::abort();
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::jthread([this](std::stop_token stop) { Accept(stop); });
}

TcpProxy::~TcpProxy() {
  acceptor_ = std::jthread();  // stops and joins
  std::list<Connection> open;
  {
    std::lock_guard lock(mutex_);
    open.swap(connections_);
  }
  open.clear();  // each stops and joins
  close(listener_);
}

std::string TcpProxy::address() const {
  return "127.0.0.1:" + std::to_string(port_);
}

void TcpProxy::SetMode(Mode mode) {
  const Mode before = mode_.exchange(mode);
  if (mode == Mode::kRefuse || before == Mode::kBlackHole) CutAll();
}

void TcpProxy::CutAll() {
  std::lock_guard lock(mutex_);
  for (Connection& connection : connections_) connection.cut = true;
}

void TcpProxy::Accept(std::stop_token stop) {
  while (!stop.stop_requested()) {
    pollfd ready{listener_, POLLIN, 0};
    if (poll(&ready, 1, kPollMs) <= 0) continue;
    const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    if (mode_ == Mode::kRefuse) {
      close(client);
      continue;
    }
    ++accepted_;
    std::lock_guard lock(mutex_);
    Connection& connection = connections_.emplace_back();
    connection.client = client;
    connection.thread = std::jthread(
        [this, &connection](std::stop_token end) { Serve(&connection, end); });
  }
}

bool TcpProxy::Forward(int from, int to, const Tap* tap, bool* swallow) {
  std::string piece(kPieceBytes, '\0');
  const ssize_t n = recv(from, piece.data(), piece.size(), 0);
  if (n <= 0) return false;
  piece.resize(static_cast<size_t>(n));
  if (delay_ms_ > 0) {
    std::this_thread::sleep_for(std::chrono::milliseconds(delay_ms_));
  }
  if (*swallow) return true;
  const Verdict verdict =
      tap != nullptr && tap->look ? tap->look(piece) : Verdict::kPass;
  if (verdict != Verdict::kSwallow && !SendAll(to, piece)) return false;
  if (verdict == Verdict::kPass) return true;
  *swallow = true;
  if (verdict == Verdict::kLast) {
    pollfd answer{to, POLLIN, 0};
    poll(&answer, 1, kAnswerMs);
  }
  if (tap->over) tap->over();
  return true;
}

void TcpProxy::Serve(Connection* connection, std::stop_token stop) {
  const int client = connection->client;
  const int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const Tap tap = make_tap_ ? make_tap_() : Tap();
  bool linked = false, swallow = false, open = true;
  while (open && !stop.stop_requested() && !connection->cut) {
    if (mode_ == Mode::kBlackHole) {
      std::this_thread::sleep_for(std::chrono::milliseconds(kPollMs));
      continue;
    }
    if (!linked) {
      const sockaddr_in address = Loopback(target_port_);
      linked = connect(server, reinterpret_cast<const sockaddr*>(&address),
                       sizeof address) == 0;
      if (!linked) break;
    }
    pollfd ready[2] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
    if (poll(ready, 2, kPollMs) <= 0) continue;
    if (mode_ == Mode::kBlackHole) continue;
    if (ready[0].revents != 0) open = Forward(client, server, &tap, &swallow);
    if (open && ready[1].revents != 0) {
      open = Forward(server, client, nullptr, &swallow);
    }
  }
  close(server);
  close(client);
}

}  // namespace longtake
