#pragma once
// A TCP proxy on loopback between two processes of a test: it passes bytes on,
// late, not at all, or cuts the connections; and a tap may look at what a
// client sends before it goes on.

#include <atomic>
#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace longtake {

// Thread-safe. Owns its threads, one a connection. The destructor cuts all.
class TcpProxy {
 public:
  enum class Mode {
    kPass,
    kBlackHole,  // accepts and keeps connections, and passes nothing on
    kRefuse      // closes what there is and whatever comes
  };
  enum class Verdict {
    kPass,
    kSwallow,  // this piece and all later ones, in both directions
    kLast      // as kSwallow, but the server still gets this piece
  };
  // One connection's view of what its client sends. Looks at every byte once,
  // in order, in pieces of any size. `over` is called once, when a piece was
  // swallowed, or when the server has answered the last one.
  struct Tap {
    std::function<Verdict(const std::string& piece)> look;
    std::function<void()> over;
  };
  using MakeTap = std::function<Tap()>;

  // `target_port` on loopback need not listen yet. `make_tap`: once a
  // connection; optional.
  explicit TcpProxy(int target_port, MakeTap make_tap = nullptr);
  ~TcpProxy();
  TcpProxy(const TcpProxy&) = delete;
  TcpProxy& operator=(const TcpProxy&) = delete;

  int port() const { return port_; }
  std::string address() const;
  // Pieces that a black hole held are lost when it ends: connections are cut
  // then, as a router does that forgot them.
  void SetMode(Mode mode);
  void SetDelay(std::chrono::milliseconds delay) { delay_ms_ = delay.count(); }
  void CutAll();
  int connections() const { return accepted_; }

 private:
  struct Connection {
    int client = -1;
    std::atomic<bool> cut = false;
    std::jthread thread;
  };

  void Accept(std::stop_token stop);
  void Serve(Connection* connection, std::stop_token stop);
  // From the client to the server, or back. False: the connection is over.
  bool Forward(int from, int to, const Tap* tap, bool* swallow);

  const int target_port_;
  const MakeTap make_tap_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<Mode> mode_ = Mode::kPass;
  std::atomic<int64_t> delay_ms_ = 0;
  std::atomic<int> accepted_ = 0;
  std::mutex mutex_;  // guards connections_
  std::list<Connection> connections_;
  std::jthread acceptor_;
};

}  // namespace longtake
