#include "common/health/readiness.h"

#include <utility>

namespace longtake {

void Readiness::OnChange(std::function<void()> callback) {
  absl::MutexLock lock(&mutex_);
  on_change_ = std::move(callback);
}

void Readiness::Hold(const std::string& condition) { Put(condition, ""); }

void Readiness::Fail(const std::string& condition, const std::string& reason) {
  Put(condition, reason.empty() ? "not ready" : reason);
}

void Readiness::Put(const std::string& condition, const std::string& reason) {
  std::function<void()> callback;
  {
    absl::MutexLock lock(&mutex_);
    const auto [it, is_new] = reasons_.try_emplace(condition, reason);
    if (!is_new && it->second == reason) return;
    it->second = reason;
    callback = on_change_;
  }
  if (callback) callback();
}

bool Readiness::IsReady() const {
  absl::MutexLock lock(&mutex_);
  for (const auto& [condition, reason] : reasons_) {
    if (!reason.empty()) return false;
  }
  return true;
}

std::vector<std::string> Readiness::Failing() const {
  std::vector<std::string> failing;
  absl::MutexLock lock(&mutex_);
  for (const auto& [condition, reason] : reasons_) {
    if (!reason.empty()) failing.push_back(condition + ": " + reason);
  }
  return failing;
}

}  // namespace longtake
