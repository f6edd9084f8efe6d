#include "common/rpc/bearer_token.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "absl/time/clock.h"
#include "common/auth/token.h"

namespace longtake {
namespace {

StatusOr<std::string> ReadTokenFile(const std::string& path) {
  FILE* file = std::fopen(path.c_str(), "rbe");
  if (file == nullptr) {
    return InvalidArgument(fmt::format("token file {}: can't be read: {}", path,
                                       std::strerror(errno)));
  }
  std::string text(kMaxTokenBytes + 64, '\0');
  const size_t n = std::fread(text.data(), 1, text.size(), file);
  (void)std::fclose(file);
  text.resize(n);
  return CleanToken(text, fmt::format("token file {}", path));
}

}  // namespace

BearerToken::BearerToken(std::string path, std::string token,
                         absl::Duration interval)
    : path_(std::move(path)),
      interval_(interval),
      token_(std::move(token)),
      read_at_(absl::Now()) {}

StatusOr<std::shared_ptr<BearerToken>> BearerToken::FromFile(
    const std::string& path, absl::Duration interval) {
  LT_ASSIGN_OR_RETURN(std::string token, ReadTokenFile(path));
  return std::shared_ptr<BearerToken>(
      new BearerToken(path, std::move(token), interval));
}

StatusOr<std::shared_ptr<BearerToken>> BearerToken::FromText(
    const std::string& text, const std::string& source) {
  LT_ASSIGN_OR_RETURN(std::string token, CleanToken(text, source));
  return std::shared_ptr<BearerToken>(
      new BearerToken("", std::move(token), absl::ZeroDuration()));
}

std::string BearerToken::Get() {
  if (!path_.empty()) {
    const absl::Time now = absl::Now();
    bool due = false;
    {
      absl::MutexLock lock(&mutex_);
      due = absl::AbsDuration(now - read_at_) >= interval_;
      if (due) read_at_ = now;
    }
    if (due) {
      StatusOr<std::string> fresh = ReadTokenFile(path_);
      absl::MutexLock lock(&mutex_);
      if (fresh.ok()) token_ = *std::move(fresh);
    }
  }
  absl::MutexLock lock(&mutex_);
  return token_;
}

}  // namespace longtake
