#include "coordinator/schedule/lease_memo.h"

#include <fmt/format.h>

#include <utility>

namespace longtake::coordinator {
namespace {

std::string Name(const FencingToken& token) {
  return fmt::format("{} {} {} {}", token.job_id, token.task_id, token.epoch,
                     token.attempt);
}

}  // namespace

void LeaseMemo::Note(const FencingToken& token, LeasedTask leased) {
  auto value = std::make_shared<const LeasedTask>(std::move(leased));
  absl::MutexLock lock(&mutex_);
  if (young_.size() >= kHalfSize) old_ = std::exchange(young_, {});
  young_[Name(token)] = std::move(value);
}

std::shared_ptr<const LeasedTask> LeaseMemo::Take(const FencingToken& token) {
  const std::string name = Name(token);
  absl::MutexLock lock(&mutex_);
  for (Map* map : {&young_, &old_}) {
    const auto it = map->find(name);
    if (it == map->end()) continue;
    auto leased = std::move(it->second);
    map->erase(it);
    return leased;
  }
  return nullptr;
}

void LeaseMemo::ForgetJob(const std::string& job_id) {
  const std::string prefix = job_id + " ";
  absl::MutexLock lock(&mutex_);
  for (Map* map : {&young_, &old_}) {
    std::erase_if(*map, [&prefix](const auto& entry) {
      return entry.first.starts_with(prefix);
    });
  }
}

}  // namespace longtake::coordinator
