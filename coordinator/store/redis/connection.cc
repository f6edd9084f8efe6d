#include "coordinator/store/redis/connection.h"

#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "fmt/format.h"

namespace longtake::coordinator::redis {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr size_t kReadBytes = 64 << 10;

// "$12\r\n": a mark and a number.
void AppendSize(char mark, size_t size, std::string* out) {
  const fmt::format_int digits(size);
  out->push_back(mark);
  out->append(digits.data(), digits.size());
  out->append("\r\n", 2);
}

void AppendWord(std::string_view word, std::string* out) {
  AppendSize('$', word.size(), out);
  out->append(word);
  out->append("\r\n", 2);
}

// The value of `name:value` in INFO's text.
std::string InfoField(const std::string& info, const std::string& name) {
  const size_t at = info.find("\n" + name + ":");
  if (at == std::string::npos) return "";
  const size_t begin = at + name.size() + 2;
  return info.substr(begin, info.find('\r', begin) - begin);
}

}  // namespace

void Connection::Free::operator()(redisContext* context) const {
  redisFree(context);
}

Connection::Connection(const Endpoint& endpoint, redisContext* context)
    : endpoint_(endpoint), context_(context) {}

Connection::~Connection() = default;

StatusOr<std::unique_ptr<Connection>> Connection::Open(const Endpoint& endpoint,
                                                       absl::Duration timeout) {
  std::unique_ptr<Connection> connection(new Connection(
      endpoint, redisConnectWithTimeout(endpoint.host.c_str(), endpoint.port,
                                        absl::ToTimeval(timeout))));
  redisContext* context = connection->context_.get();
  if (context == nullptr) return connection->Fail("out of memory");
  if (context->err != 0) {
    return connection->Fail(
        fmt::format("connect: {}; check that redis-server runs there and is "
                    "reachable",
                    context->errstr));
  }
  fcntl(context->fd, F_SETFD, FD_CLOEXEC);
  redisEnableKeepAlive(context);
  return connection;
}

Status Connection::Fail(const std::string& what) {
  Status status =
      Unavailable(fmt::format("redis {}: {}", endpoint_.ToString(), what));
  Close();  // after the message: `what` may point into the context
  return status;
}

void Connection::Close() { context_.reset(); }

bool Connection::Quiet() const {
  if (!open()) return false;
  pollfd poll_fd{context_->fd, POLLIN, 0};
  return poll(&poll_fd, 1, 0) == 0;
}

StatusOr<bool> Connection::Parse(Reply* reply) {
  void* raw = nullptr;
  if (redisReaderGetReply(context_->reader, &raw) != REDIS_OK) {
    return Fail(fmt::format("not the Redis protocol ({}); check the port",
                            context_->reader->errstr));
  }
  if (raw == nullptr) return false;
  *reply = Reply::From(*static_cast<redisReply*>(raw));
  freeReplyObject(raw);
  return true;
}

Status Connection::Receive() {
  char buffer[kReadBytes];
  const ssize_t n = recv(context_->fd, buffer, sizeof buffer, MSG_DONTWAIT);
  if (n > 0) {
    if (redisReaderFeed(context_->reader, buffer, n) != REDIS_OK) {
      return Fail("out of memory for the reply");
    }
    return OkStatus();
  }
  if (n == 0) return Fail("the server closed the connection");
  if (errno == EAGAIN || errno == EINTR) return OkStatus();
  return Fail(fmt::format("receive: {}", std::strerror(errno)));
}

Status Connection::Send(const std::string& bytes, size_t* sent) {
  const ssize_t n = send(context_->fd, bytes.data() + *sent,
                         bytes.size() - *sent, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (n >= 0) {
    *sent += static_cast<size_t>(n);
    return OkStatus();
  }
  if (errno == EAGAIN || errno == EINTR) return OkStatus();
  return Fail(fmt::format("send: {}", std::strerror(errno)));
}

StatusOr<bool> Connection::Wait(short events, Deadline deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(
        deadline - SteadyClock::now());
    pollfd poll_fd{context_->fd, events, 0};
    const int n =
        poll(&poll_fd, 1, std::max<int>(0, static_cast<int>(left.count())));
    if (n > 0) return true;
    if (n == 0) return false;
    if (errno != EINTR) {
      return Fail(fmt::format("poll: {}", std::strerror(errno)));
    }
  }
}

void Connection::Encode(std::initializer_list<std::string_view> words,
                        const Args& args, std::string* bytes) {
  AppendSize('*', words.size() + args.size(), bytes);
  for (const std::string_view word : words) AppendWord(word, bytes);
  for (const std::string& arg : args) AppendWord(arg, bytes);
}

Status Connection::Pipeline(const std::vector<Args>& commands,
                            absl::Duration timeout,
                            std::vector<Reply>* replies) {
  std::string bytes;
  for (const Args& args : commands) Encode({}, args, &bytes);
  return Pipeline(bytes, commands.size(), timeout, replies);
}

Status Connection::Pipeline(const std::string& bytes, size_t count,
                            absl::Duration timeout,
                            std::vector<Reply>* replies) {
  if (!open()) return Fail("the connection is closed");
  const Deadline deadline =
      SteadyClock::now() + absl::ToChronoNanoseconds(timeout);
  size_t sent = 0, received = 0;
  LT_RETURN_IF_ERROR(Send(bytes, &sent));
  // Reads while it still writes: neither side's buffers can fill for good.
  while (received < count) {
    Reply reply;
    LT_ASSIGN_OR_RETURN(const bool parsed, Parse(&reply));
    if (parsed) {
      replies->push_back(std::move(reply));
      ++received;
      continue;
    }
    const short events =
        static_cast<short>(POLLIN | (sent < bytes.size() ? POLLOUT : 0));
    LT_ASSIGN_OR_RETURN(const bool ready, Wait(events, deadline));
    if (!ready) {
      return Fail(
          fmt::format("no answer within {}; check that the server is "
                      "not stopped or overloaded",
                      absl::FormatDuration(timeout)));
    }
    if (sent < bytes.size()) LT_RETURN_IF_ERROR(Send(bytes, &sent));
    LT_RETURN_IF_ERROR(Receive());
  }
  return OkStatus();
}

StatusOr<Reply> Connection::Command(const Args& args, absl::Duration timeout) {
  std::vector<Reply> replies;
  LT_RETURN_IF_ERROR(Pipeline({args}, timeout, &replies));
  return std::move(replies[0]);
}

Status Connection::Append(const Args& args) {
  if (!open()) return Fail("the connection is closed");
  std::string bytes;
  Encode({}, args, &bytes);
  size_t sent = 0;
  LT_RETURN_IF_ERROR(Send(bytes, &sent));
  return sent == bytes.size() ? OkStatus() : Fail("the server reads nothing");
}

StatusOr<Reply> Connection::Read(absl::Duration timeout) {
  if (!open()) return Fail("the connection is closed");
  const Deadline deadline =
      SteadyClock::now() + absl::ToChronoNanoseconds(timeout);
  for (;;) {
    Reply reply;
    LT_ASSIGN_OR_RETURN(const bool parsed, Parse(&reply));
    if (parsed) return reply;
    LT_ASSIGN_OR_RETURN(const bool ready, Wait(POLLIN, deadline));
    if (!ready) return DeadlineExceeded("no message");
    LT_RETURN_IF_ERROR(Receive());
  }
}

Status Connection::Greet(const std::string& user, const std::string& password,
                         int database, absl::Duration timeout) {
  if (!password.empty()) {
    const Args auth =
        user.empty() ? Args{"AUTH", password} : Args{"AUTH", user, password};
    LT_ASSIGN_OR_RETURN(const Reply reply, Command(auth, timeout));
    // Its own words: the server's might repeat the arguments.
    if (reply.is_error()) {
      return Fail(
          fmt::format("login refused ({}); check user and password in "
                      "the Redis URL",
                      reply.ErrorCode()));
    }
  }
  std::vector<Args> commands = {{"PING"}, {"INFO", "server"}, {"ROLE"}};
  if (database != 0) commands.push_back({"SELECT", std::to_string(database)});
  std::vector<Reply> replies;
  LT_RETURN_IF_ERROR(Pipeline(commands, timeout, &replies));
  for (const Reply& reply : replies) {
    if (reply.is_error()) return Fail(Message(reply.ToStatus()));
  }
  return ReadFacts(replies[1], std::move(replies[2]));
}

Status Connection::ReadFacts(const Reply& info, Reply role) {
  const auto text = info.String();
  const auto roles = std::move(role).Array();
  if (!text.ok() || !roles.ok() || roles->empty()) {
    return Fail("INFO or ROLE gave nothing readable; check the port");
  }
  LT_ASSIGN_OR_RETURN(facts_.role, roles->front().String());
  facts_.run_id = InfoField(*text, "run_id");
  facts_.cluster = InfoField(*text, "redis_mode") == "cluster";
  return OkStatus();
}

}  // namespace longtake::coordinator::redis
