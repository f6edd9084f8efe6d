#pragma once
// The coordinators of one farm, any of which serves any call: which to ask now,
// and which to leave alone for a while after it failed.
//
// Nothing here calls. A caller asks one, and says how it went: Answered, or
// Failed, which gives that coordinator a back-off of its own and makes the next
// one the current. Calls that are safe to repeat walk a CoordinatorRound.

#include <grpcpp/channel.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/status/status.h"
#include "common/time/steady_mutex.h"

namespace longtake {

struct Coordinator {
  std::string address;  // for messages
  std::shared_ptr<grpc::Channel> channel;
};

// Thread-safe. Decisions depend on the options, the time and what was reported,
// on nothing else.
class CoordinatorList {
 public:
  struct Options {
    // Of one coordinator: doubles from failure to failure until it answers.
    absl::Duration first_backoff = absl::Milliseconds(500);
    absl::Duration longest_backoff = absl::Seconds(10);
    // Decides which coordinator is the first: workers with different salts
    // spread. Empty: the first of the list.
    std::string salt;
    std::function<SteadyTime()> now;  // empty: SteadyNow
  };

  // At least one coordinator.
  CoordinatorList(std::vector<Coordinator> coordinators, Options options);

  // Of one channel, such as an in-process one.
  static std::shared_ptr<CoordinatorList> Of(
      std::shared_ptr<grpc::Channel> channel, std::string address);

  size_t size() const { return coordinators_.size(); }
  const Coordinator& at(size_t index) const { return coordinators_[index]; }
  // "a:7400, b:7400".
  std::string Addresses() const;

  // The current one: sticks until it fails. Where all are in back-off, the one
  // whose back-off ends first.
  size_t Pick();

  // For calls that wait long: a different one each time, so that load comes
  // back to a coordinator that came back.
  struct Turn {
    size_t index = 0;
    bool suspect = false;  // it failed last time: don't wait long for it
  };
  Turn NextTurn();

  // The call to `index` did not get through. Calls on their way elsewhere are
  // not concerned.
  void Failed(size_t index);
  void Answered(size_t index);
  // Makes `index` the current one.
  void Prefer(size_t index);

 private:
  friend class CoordinatorRound;

  struct State {
    int failures = 0;  // since it last answered
    SteadyTime retry_at;
  };

  SteadyTime Now() const { return options_.now ? options_.now() : SteadyNow(); }
  // The first at or after `start`, round the list, that is neither in `tried`
  // nor in back-off.
  std::optional<size_t> Fit(size_t start, const std::vector<bool>& tried)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // As Fit; where there is none, the untried one whose back-off ends first.
  size_t FitOrSoonest(size_t start, const std::vector<bool>& tried)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Duration BackoffOf(size_t index, int failures) const;
  std::optional<size_t> NextOfRound(const std::vector<bool>& tried, bool first);
  // gRPC has a back-off of its own, by timers that a wall clock that is set
  // back puts to sleep; ours decides.
  void Reconnect(size_t index, bool failed_before);

  const std::vector<Coordinator> coordinators_;
  const Options options_;

  SteadyMutex mutex_;
  std::vector<State> states_ ABSL_GUARDED_BY(mutex_);
  size_t current_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t turn_ ABSL_GUARDED_BY(mutex_) = 0;
};

// One pass over a list for one call that is safe to repeat: the current
// coordinator, then each other one that is not in back-off; and with a single
// address a second time, for a name may stand for several machines. One thread
// only.
class CoordinatorRound {
 public:
  explicit CoordinatorRound(CoordinatorList& list)
      : list_(list), tried_(list.size(), false) {}
  // Nothing once all have been tried that are worth it.
  std::optional<size_t> Next();

 private:
  CoordinatorList& list_;
  std::vector<bool> tried_;
  int tries_ = 0;
};

// "a:7400,b:7400" -> a list without TLS; `flag` is for the messages. Errors are
// ParseCoordinatorAddresses'.
StatusOr<std::shared_ptr<CoordinatorList>> OpenCoordinators(
    const std::string& addresses, const std::string& flag,
    CoordinatorList::Options options = {});

// As above with channels of the caller's making, such as ones with TLS.
using ChannelFactory =
    std::function<std::shared_ptr<grpc::Channel>(const std::string& address)>;
StatusOr<std::shared_ptr<CoordinatorList>> OpenCoordinators(
    const std::string& addresses, const std::string& flag,
    CoordinatorList::Options options, const ChannelFactory& open);

}  // namespace longtake
