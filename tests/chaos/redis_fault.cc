#include "tests/chaos/redis_fault.h"

#include <cstdlib>
#include <utility>

namespace longtake::chaos {
namespace {

// A test that failed meanwhile must be able to end.
constexpr std::chrono::seconds kLongestHold(60);

// A number after `sign` in the line at `at`; `at` moves past the line. -1 when
// the line is not whole.
int64_t TakeNumber(const std::string& text, char sign, size_t* at) {
  const size_t end = text.find("\r\n", *at);
  if (end == std::string::npos || text[*at] != sign) return -1;
  const int64_t value = std::atoll(text.c_str() + *at + 1);
  *at = end + 2;
  return value;
}

// False when the command at `at` is not whole yet.
bool TakeCommand(const std::string& text, size_t* at, RedisCommand* command) {
  size_t here = *at;
  const int64_t count = TakeNumber(text, '*', &here);
  if (count < 0) return false;
  for (int64_t i = 0; i < count; ++i) {
    const int64_t size = here < text.size() ? TakeNumber(text, '$', &here) : -1;
    if (size < 0 || text.size() < here + static_cast<size_t>(size) + 2) {
      return false;
    }
    command->push_back(text.substr(here, static_cast<size_t>(size)));
    here += static_cast<size_t>(size) + 2;
  }
  *at = here;
  return true;
}

}  // namespace

std::vector<RedisCommand> RedisCommandReader::Feed(const std::string& piece) {
  rest_ += piece;
  std::vector<RedisCommand> commands;
  size_t at = 0;
  for (RedisCommand command; at < rest_.size(); command.clear()) {
    if (!TakeCommand(rest_, &at, &command)) break;
    commands.push_back(std::move(command));
  }
  rest_.erase(0, at);
  return commands;
}

bool Runs(const RedisCommand& command,
          const coordinator::redis::Script& script) {
  if (command.size() < 2) return false;
  return (command[0] == "EVALSHA" && command[1] == script.sha1) ||
         (command[0] == "EVAL" && command[1] == script.text);
}

RedisFault::Match RedisFault::Running(
    const coordinator::redis::Script& script) {
  return
      [&script](const RedisCommand& command) { return Runs(command, script); };
}

void RedisFault::Arm(Match match, FaultPlace place,
                     std::function<void()> strike, int nth) {
  std::lock_guard lock(mutex_);
  match_ = std::move(match);
  place_ = place;
  strike_ = std::move(strike);
  left_ = nth;
  holds_ = place == FaultPlace::kHeld;
  struck_ = false;
}

void RedisFault::Disarm() {
  std::lock_guard lock(mutex_);
  left_ = 0;
  holds_ = false;
  let_go_.notify_all();
}

TcpProxy::MakeTap RedisFault::Taps() {
  return [this] {
    auto reader = std::make_shared<RedisCommandReader>();
    return TcpProxy::Tap{[this, reader](const std::string& piece) {
                           return Look(*reader, piece);
                         },
                         [this] { Strike(); }};
  };
}

TcpProxy::Verdict RedisFault::Look(RedisCommandReader& reader,
                                   const std::string& piece) {
  const std::vector<RedisCommand> commands = reader.Feed(piece);
  FaultPlace place = FaultPlace::kBefore;
  if (!Reaches(commands, &place)) return TcpProxy::Verdict::kPass;
  switch (place) {
    case FaultPlace::kBefore:
      return TcpProxy::Verdict::kSwallow;
    case FaultPlace::kAfter:
      return TcpProxy::Verdict::kLast;
    case FaultPlace::kHeld:
      break;
  }
  Strike();
  Hold();
  return TcpProxy::Verdict::kPass;
}

bool RedisFault::Reaches(const std::vector<RedisCommand>& commands,
                         FaultPlace* place) {
  std::lock_guard lock(mutex_);
  for (const RedisCommand& command : commands) {
    if (left_ == 0 || !match_(command) || --left_ > 0) continue;
    *place = place_;
    return true;
  }
  return false;
}

void RedisFault::Hold() {
  std::unique_lock lock(mutex_);
  let_go_.wait_for(lock, kLongestHold, [this] { return !holds_; });
}

void RedisFault::Strike() {
  std::function<void()> strike;
  {
    std::lock_guard lock(mutex_);
    strike = std::exchange(strike_, nullptr);
  }
  if (strike) strike();
  struck_ = true;
}

}  // namespace longtake::chaos
