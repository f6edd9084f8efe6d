#include "coordinator/store/redis/stream_writer.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_join.h"

namespace longtake::coordinator::redis {
namespace {

constexpr size_t kMaxPending = 16384;  // commands
constexpr size_t kMaxBatch = 512;
// Short against a worker's wait for a task, long against a round trip.
constexpr absl::Duration kGather = absl::Milliseconds(3);

}  // namespace

StreamWriter::StreamWriter(Client& client, std::string channel)
    : client_(client),
      channel_(std::move(channel)),
      thread_([this](std::stop_token stop) { Loop(std::move(stop)); }) {}

StreamWriter::~StreamWriter() {
  thread_.request_stop();
  thread_.join();
}

void StreamWriter::Add(std::vector<Call> calls, bool news) {
  if (calls.empty()) return;
  SteadyMutexLock lock(&mutex_);
  const auto has_room = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return pending_.size() < kMaxPending;
  };
  mutex_.Await(has_room);
  added_count_ += static_cast<int64_t>(calls.size());
  pending_.insert(pending_.end(), std::make_move_iterator(calls.begin()),
                  std::make_move_iterator(calls.end()));
  news_ |= news;
}

void StreamWriter::Changed(const std::string& job_id) {
  SteadyMutexLock lock(&mutex_);
  changed_.insert(job_id);
}

void StreamWriter::Flush() {
  SteadyMutexLock lock(&mutex_);
  const int64_t wanted = added_count_;
  const auto written = [this, wanted]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return written_count_ >= wanted;
  };
  ++flushes_;
  mutex_.Await(written);
  --flushes_;
}

int64_t StreamWriter::failures() const {
  SteadyMutexLock lock(&mutex_);
  return failures_;
}

StreamWriter::Batch StreamWriter::Gather(const std::stop_token& stop) {
  SteadyMutexLock lock(&mutex_);
  const auto ready = [this, &stop]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return !pending_.empty() || !changed_.empty() || stop.stop_requested();
  };
  mutex_.Await(ready);
  const auto urgent = [this, &stop]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return flushes_ > 0 || pending_.size() >= kMaxBatch ||
           stop.stop_requested();
  };
  mutex_.AwaitFor(urgent, kGather);
  Batch batch;
  batch.added = std::min(pending_.size(), kMaxBatch);
  const auto end = pending_.begin() + static_cast<ptrdiff_t>(batch.added);
  batch.calls.assign(std::make_move_iterator(pending_.begin()),
                     std::make_move_iterator(end));
  pending_.erase(pending_.begin(), end);
  const auto publish = [&](std::string message) {
    batch.calls.push_back(
        {"", {"PUBLISH", channel_, std::move(message)}, nullptr, true, {}});
  };
  if (!changed_.empty()) publish("job " + absl::StrJoin(changed_, " "));
  changed_.clear();
  if (pending_.empty() && std::exchange(news_, false)) publish("queue");
  return batch;
}

void StreamWriter::Loop(std::stop_token stop) {
  std::stop_callback wake(stop, [this] {
    // Unlocking makes the waits above look at the token again.
    SteadyMutexLock lock(&mutex_);
  });
  while (true) {
    const Batch batch = Gather(stop);
    if (batch.calls.empty()) return;
    const auto replies = client_.RunAll(batch.calls);
    SteadyMutexLock lock(&mutex_);
    written_count_ += static_cast<int64_t>(batch.added);
    failures_ += std::count_if(replies.begin(), replies.end(),
                               [](const auto& r) { return !r.ok(); });
  }
}

}  // namespace longtake::coordinator::redis
