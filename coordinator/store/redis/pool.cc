#include "coordinator/store/redis/pool.h"

#include <utility>

#include "fmt/format.h"

namespace longtake::coordinator::redis {
namespace {

// absl::CondVar waits on the wall clock; std's waits on the steady clock, and
// needs these names.
struct Lockable {
  absl::Mutex* mutex;
  void lock() ABSL_NO_THREAD_SAFETY_ANALYSIS { mutex->Lock(); }
  void unlock() ABSL_NO_THREAD_SAFETY_ANALYSIS { mutex->Unlock(); }
};

}  // namespace

Pool::Borrowed::Borrowed(Pool* pool, std::unique_ptr<Connection> connection,
                         int64_t era)
    : pool_(pool), connection_(std::move(connection)), era_(era) {}

Pool::Borrowed::~Borrowed() {
  if (connection_) pool_->GiveBack(std::move(connection_), era_);
}

Pool::Pool(std::unique_ptr<Connector> connector, PoolOptions options)
    : connector_(std::move(connector)),
      options_(options),
      backoff_(options.backoff) {}

Pool::~Pool() = default;

Pool::Turn Pool::NextTurn(Deadline now, Deadline deadline) {
  while (!idle_.empty() && !idle_.back()->Quiet()) idle_.pop_back();
  if (!idle_.empty()) return Turn::kReuse;
  if (taken_ >= options_.max_connections) {
    return now >= deadline ? Turn::kGiveUp : Turn::kWait;
  }
  if (failure_.ok()) return Turn::kConnect;
  if (!probing_ && now >= retry_at_) return Turn::kConnect;
  // Another borrower's attempt is worth waiting for, a far retry is not.
  if (now >= deadline || (!probing_ && retry_at_ > deadline)) {
    return Turn::kGiveUp;
  }
  return Turn::kWait;
}

StatusOr<Pool::Borrowed> Pool::Borrow(Deadline deadline) {
  {
    absl::MutexLock lock(&mutex_);
    Turn turn;
    for (;;) {
      const Deadline now = std::chrono::steady_clock::now();
      turn = NextTurn(now, deadline);
      if (turn != Turn::kWait) break;
      const bool backing_off = !failure_.ok() && !probing_;
      Lockable held{&mutex_};
      changed_.wait_until(held, backing_off && retry_at_ > now
                                    ? std::min(retry_at_, deadline)
                                    : deadline);
    }
    if (turn == Turn::kGiveUp) {
      if (!failure_.ok()) return failure_;
      return Unavailable(fmt::format(
          "redis {}: all {} connections stayed in use; raise the pool's size "
          "or look for slow commands",
          connector_->target().ToString(), options_.max_connections));
    }
    ++taken_;
    if (turn == Turn::kReuse) {
      auto connection = std::move(idle_.back());
      idle_.pop_back();
      return Borrowed(this, std::move(connection), era_);
    }
    if (!failure_.ok()) probing_ = true;
  }
  return Connect();
}

StatusOr<Pool::Borrowed> Pool::Connect() {
  auto connection = connector_->Connect();
  absl::MutexLock lock(&mutex_);
  probing_ = false;
  changed_.notify_all();
  if (!connection.ok()) {
    --taken_;
    DropLocked();
    failure_ = connection.status();
    retry_at_ = std::chrono::steady_clock::now() +
                absl::ToChronoNanoseconds(backoff_.Next());
    return failure_;
  }
  failure_ = OkStatus();
  backoff_.Reset();
  if (const std::string& id = (*connection)->facts().run_id; id != run_id_) {
    DropLocked();  // those of the server before
    if (!run_id_.empty()) ++generation_;
    run_id_ = id;
  }
  return Borrowed(this, *std::move(connection), era_);
}

void Pool::Drop() {
  absl::MutexLock lock(&mutex_);
  DropLocked();
}

void Pool::DropLocked() {
  idle_.clear();
  ++era_;
}

void Pool::GiveBack(std::unique_ptr<Connection> connection, int64_t era) {
  absl::MutexLock lock(&mutex_);
  --taken_;
  if (!connection->open()) {
    // The server failed this one: the others are suspect.
    if (era == era_) DropLocked();
  } else if (era == era_) {
    idle_.push_back(std::move(connection));
  }
  changed_.notify_one();
}

int64_t Pool::generation() const {
  absl::MutexLock lock(&mutex_);
  return generation_;
}

std::string Pool::run_id() const {
  absl::MutexLock lock(&mutex_);
  return run_id_;
}

}  // namespace longtake::coordinator::redis
