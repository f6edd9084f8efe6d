#include "coordinator/store/redis/seen_histories.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace longtake::coordinator::redis {
namespace {

using nlohmann::json;

// Whether `now` can't be of the history that `before`, known when the call
// began, and `known`, known when it was answered, are of. Answers come in any
// order: `now` may be older than `known`.
bool Contradicts(const JobMark& before, const JobMark& known,
                 const JobMark& now) {
  if (now.version < before.version || now.own < before.own) return true;
  if (now.own > known.own) return now.own_before < known.own;
  return now.own < known.own && now.own > known.own_before;
}

int64_t NumberIn(const json& list, size_t i) {
  return i < list.size() && list[i].is_number() ? list[i].get<int64_t>() : 0;
}

}  // namespace

StatusOr<JobMark> MarkOf(const std::string& numbers, const std::string& maker,
                         int64_t seen) {
  const json map = json::from_msgpack(numbers, true, false);
  if (!map.is_object() || !map.contains("version")) {
    return DataLoss("a job's record has no version; see docs/redis_schema.md");
  }
  JobMark mark;
  mark.version = map.value("version", int64_t{0});
  const auto by = map.find("by");
  if (by != map.end() && by->is_object() && by->contains(maker)) {
    const json& own = by->at(maker);
    mark.own = NumberIn(own, 0);
    mark.own_before = NumberIn(own, 1);
  } else if (map.value("by_floor", int64_t{0}) >= seen) {
    mark.own = mark.own_before = seen;
  }
  return mark;
}

Status StateForgotten(const std::string& job_id) {
  return Unavailable(fmt::format(
      "job {}: Redis has lost changes that it had acknowledged; the farm's "
      "state is about to be rebuilt, try again in a moment",
      job_id));
}

SeenHistories::Known SeenHistories::Get(const std::string& job_id) const {
  absl::MutexLock lock(&mutex_);
  const auto it = marks_.find(job_id);
  return {it == marks_.end() ? JobMark{} : it->second, era_};
}

void SeenHistories::Note(const std::string& job_id, const Known& before,
                         const JobMark& now) {
  absl::MutexLock lock(&mutex_);
  if (before.era != era_) return;
  if (marks_.size() >= capacity_ && !marks_.contains(job_id)) {
    marks_.erase(marks_.begin());
  }
  JobMark& known = marks_[job_id];
  if (Contradicts(before.mark, known, now)) {
    has_loss_ = true;
    return;
  }
  known.version = std::max(known.version, now.version);
  if (now.own > known.own) {
    known.own = now.own;
    known.own_before = now.own_before;
  }
}

void SeenHistories::NoteLoss(const Known& before) {
  absl::MutexLock lock(&mutex_);
  if (before.era == era_) has_loss_ = true;
}

void SeenHistories::Forget(const std::string& job_id) {
  absl::MutexLock lock(&mutex_);
  marks_.erase(job_id);
}

bool SeenHistories::has_loss() const {
  absl::MutexLock lock(&mutex_);
  return has_loss_;
}

std::vector<std::pair<std::string, SeenHistories::Known>> SeenHistories::Sample(
    size_t limit) {
  absl::MutexLock lock(&mutex_);
  std::vector<std::pair<std::string, Known>> sample;
  const bool all = limit >= marks_.size();
  const size_t buckets = marks_.bucket_count();
  // A few buckets further each time, so that all have their turn.
  for (size_t i = 0; i < buckets && (all || sample.size() < limit); ++i) {
    sample_at_ = (sample_at_ + 1) % buckets;
    for (auto it = marks_.begin(sample_at_); it != marks_.end(sample_at_);
         ++it) {
      sample.emplace_back(it->first, Known{it->second, era_});
    }
  }
  return sample;
}

void SeenHistories::StartEra() {
  absl::MutexLock lock(&mutex_);
  marks_.clear();
  has_loss_ = false;
  ++era_;
}

}  // namespace longtake::coordinator::redis
