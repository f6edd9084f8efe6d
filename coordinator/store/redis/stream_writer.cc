#include "coordinator/store/redis/stream_writer.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace longtake::coordinator::redis {
namespace {

constexpr size_t kMaxPending = 16384;  // commands
constexpr size_t kMaxBatch = 512;

}  // namespace

StreamWriter::StreamWriter(Client& client, std::string channel)
    : client_(client),
      channel_(std::move(channel)),
      thread_([this](std::stop_token stop) { Loop(std::move(stop)); }) {}

StreamWriter::~StreamWriter() {
  thread_.request_stop();
  thread_.join();
}

bool StreamWriter::HasRoom() const { return pending_.size() < kMaxPending; }

void StreamWriter::Add(std::vector<Call> calls, bool news) {
  if (calls.empty()) return;
  absl::MutexLock lock(&mutex_);
  mutex_.Await(absl::Condition(this, &StreamWriter::HasRoom));
  added_count_ += static_cast<int64_t>(calls.size());
  pending_.insert(pending_.end(), std::make_move_iterator(calls.begin()),
                  std::make_move_iterator(calls.end()));
  news_ |= news;
}

void StreamWriter::Flush() {
  absl::MutexLock lock(&mutex_);
  const int64_t wanted = added_count_;
  const auto written = [this, wanted]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return written_count_ >= wanted;
  };
  mutex_.Await(absl::Condition(&written));
}

int64_t StreamWriter::failures() const {
  absl::MutexLock lock(&mutex_);
  return failures_;
}

void StreamWriter::Loop(std::stop_token stop) {
  std::stop_callback wake(stop, [this] {
    // Taking the lock makes the wait below look at the token again.
    absl::MutexLock lock(&mutex_);
  });
  while (true) {
    std::vector<Call> batch;
    bool news = false;
    {
      absl::MutexLock lock(&mutex_);
      const auto ready = [this, &stop]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
        return !pending_.empty() || stop.stop_requested();
      };
      mutex_.Await(absl::Condition(&ready));
      if (pending_.empty()) return;
      const size_t size = std::min(pending_.size(), kMaxBatch);
      const auto end = pending_.begin() + static_cast<ptrdiff_t>(size);
      batch.assign(std::make_move_iterator(pending_.begin()),
                   std::make_move_iterator(end));
      pending_.erase(pending_.begin(), end);
      news = pending_.empty() && std::exchange(news_, false);
    }
    const size_t written = batch.size();
    if (news) {
      batch.push_back({"", {"PUBLISH", channel_, "queue"}, nullptr, true, {}});
    }
    const auto replies = client_.RunAll(batch);
    absl::MutexLock lock(&mutex_);
    written_count_ += static_cast<int64_t>(written);
    failures_ += std::count_if(replies.begin(), replies.end(),
                               [](const auto& r) { return !r.ok(); });
  }
}

}  // namespace longtake::coordinator::redis
