#include "common/rpc/coordinator_list.h"

#include <algorithm>
#include <utility>

#include "common/rpc/channel.h"
#include "common/rpc/coordinator_address.h"

namespace longtake {
namespace {

// FNV-1a: the same in every build, unlike std::hash.
uint64_t Hash(const std::string& text, uint64_t seed) {
  uint64_t hash = 14695981039346656037u ^ seed;
  for (const unsigned char c : text) hash = (hash ^ c) * 1099511628211u;
  return hash ^ (hash >> 29);
}

constexpr int kMostDoublings = 20;
// A single address may be a name of several machines.
constexpr int kLeastTries = 2;

}  // namespace

CoordinatorList::CoordinatorList(std::vector<Coordinator> coordinators,
                                 Options options)
    : coordinators_(std::move(coordinators)),
      options_(std::move(options)),
      states_(coordinators_.size()) {
  if (!options_.salt.empty()) {
    current_ = Hash(options_.salt, 0) % coordinators_.size();
  }
  turn_ = current_;
}

std::shared_ptr<CoordinatorList> CoordinatorList::Of(
    std::shared_ptr<grpc::Channel> channel, std::string address) {
  std::vector<Coordinator> one;
  one.push_back({std::move(address), std::move(channel)});
  return std::make_shared<CoordinatorList>(std::move(one), Options{});
}

std::string CoordinatorList::Addresses() const {
  std::string addresses;
  for (const Coordinator& coordinator : coordinators_) {
    if (!addresses.empty()) addresses += ", ";
    addresses += coordinator.address;
  }
  return addresses;
}

std::optional<size_t> CoordinatorList::Fit(size_t start,
                                           const std::vector<bool>& tried) {
  const SteadyTime now = Now();
  for (size_t i = 0; i < size(); ++i) {
    const size_t index = (start + i) % size();
    const State& state = states_[index];
    if (tried[index]) continue;
    if (state.failures == 0 || state.retry_at <= now) return index;
  }
  return std::nullopt;
}

size_t CoordinatorList::FitOrSoonest(size_t start,
                                     const std::vector<bool>& tried) {
  if (const auto fit = Fit(start, tried)) return *fit;
  size_t soonest = start % size();
  for (size_t i = 0; i < size(); ++i) {
    const size_t index = (start + i) % size();
    if (tried[index]) continue;
    if (tried[soonest] || states_[index].retry_at < states_[soonest].retry_at) {
      soonest = index;
    }
  }
  return soonest;
}

size_t CoordinatorList::Pick() {
  size_t index = 0;
  bool failed_before = false;
  {
    SteadyMutexLock lock(&mutex_);
    current_ = FitOrSoonest(current_, std::vector<bool>(size(), false));
    index = current_;
    failed_before = states_[index].failures > 0;
  }
  Reconnect(index, failed_before);
  return index;
}

CoordinatorList::Turn CoordinatorList::NextTurn() {
  Turn turn;
  {
    SteadyMutexLock lock(&mutex_);
    turn.index = FitOrSoonest(turn_, std::vector<bool>(size(), false));
    turn_ = (turn.index + 1) % size();
    State& state = states_[turn.index];
    turn.suspect = state.failures > 0;
    // One caller tries it; the others leave it alone meanwhile.
    if (turn.suspect) {
      state.retry_at =
          SteadyAfter(Now(), BackoffOf(turn.index, state.failures));
    }
  }
  Reconnect(turn.index, turn.suspect);
  return turn;
}

std::optional<size_t> CoordinatorList::NextOfRound(
    const std::vector<bool>& tried, bool first) {
  std::optional<size_t> index;
  bool failed_before = false;
  {
    SteadyMutexLock lock(&mutex_);
    index = first ? FitOrSoonest(current_, tried) : Fit(current_, tried);
    if (!index.has_value()) return std::nullopt;
    failed_before = states_[*index].failures > 0;
  }
  Reconnect(*index, failed_before);
  return index;
}

void CoordinatorList::Failed(size_t index) {
  SteadyMutexLock lock(&mutex_);
  State& state = states_[index];
  ++state.failures;
  state.retry_at = SteadyAfter(Now(), BackoffOf(index, state.failures));
  if (current_ == index) {
    current_ = FitOrSoonest(index + 1, std::vector<bool>(size(), false));
  }
}

void CoordinatorList::Answered(size_t index) {
  SteadyMutexLock lock(&mutex_);
  states_[index].failures = 0;
}

void CoordinatorList::Prefer(size_t index) {
  SteadyMutexLock lock(&mutex_);
  current_ = index;
}

absl::Duration CoordinatorList::BackoffOf(size_t index, int failures) const {
  const absl::Duration nominal =
      options_.first_backoff *
      (int64_t{1} << std::clamp(failures - 1, 0, kMostDoublings));
  // Between 3/4 and 5/4, so that a farm's workers do not return all at once.
  const uint64_t spread =
      Hash(options_.salt, index * 1000003u + static_cast<uint64_t>(failures));
  const double factor = 0.75 + 0.5 * static_cast<double>(spread % 1024) / 1023;
  return std::min(options_.longest_backoff,
                  std::min(options_.longest_backoff, nominal) * factor);
}

void CoordinatorList::Reconnect(size_t index, bool failed_before) {
  if (!failed_before) return;
  grpc::experimental::ChannelResetConnectionBackoff(
      coordinators_[index].channel.get());
}

std::optional<size_t> CoordinatorRound::Next() {
  std::optional<size_t> next = list_.NextOfRound(tried_, tries_ == 0);
  if (!next.has_value() && tries_ < kLeastTries && list_.size() == 1) next = 0;
  if (!next.has_value()) return std::nullopt;
  tried_[*next] = true;
  ++tries_;
  return next;
}

StatusOr<std::shared_ptr<CoordinatorList>> OpenCoordinators(
    const std::string& addresses, const std::string& flag,
    CoordinatorList::Options options) {
  return OpenCoordinators(
      addresses, flag, std::move(options),
      [](const std::string& address) { return OpenFarmChannel(address); });
}

StatusOr<std::shared_ptr<CoordinatorList>> OpenCoordinators(
    const std::string& addresses, const std::string& flag,
    CoordinatorList::Options options, const ChannelFactory& open) {
  LT_ASSIGN_OR_RETURN(const std::vector<std::string> parts,
                      ParseCoordinatorAddresses(addresses, flag));
  std::vector<Coordinator> coordinators;
  for (const std::string& address : parts) {
    coordinators.push_back({address, open(address)});
  }
  return std::make_shared<CoordinatorList>(std::move(coordinators),
                                           std::move(options));
}

}  // namespace longtake
