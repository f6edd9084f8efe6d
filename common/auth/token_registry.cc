#include "common/auth/token_registry.h"

#include <fmt/format.h>

#include <utility>

#include "common/auth/denial.h"
#include "common/auth/names.h"
#include "common/auth/token.h"
#include "common/log/log.h"

namespace longtake {

bool TokenRegistry::Stamp::operator==(const Stamp& other) const {
  return modified.tv_sec == other.modified.tv_sec &&
         modified.tv_nsec == other.modified.tv_nsec && inode == other.inode &&
         size == other.size;
}

TokenRegistry::Stamp TokenRegistry::StampOf(const std::string& path) {
  struct stat info = {};
  if (::stat(path.c_str(), &info) != 0) return {};
  return {info.st_mtim, info.st_ino, info.st_size};
}

TokenRegistry::TokenRegistry(std::string path, Stamp stamp, TokenFile file)
    : path_(std::move(path)),
      stamp_(stamp),
      file_(std::make_shared<const TokenFile>(std::move(file))) {}

StatusOr<std::unique_ptr<TokenRegistry>> TokenRegistry::Open(
    const std::string& path) {
  // Before the file is read: a change in between is read again.
  const Stamp stamp = StampOf(path);
  LT_ASSIGN_OR_RETURN(TokenFile file, LoadTokenFile(path));
  return std::unique_ptr<TokenRegistry>(
      new TokenRegistry(path, stamp, std::move(file)));
}

void TokenRegistry::ReloadIfChanged() {
  const Stamp stamp = StampOf(path_);
  {
    absl::MutexLock lock(&mutex_);
    if (stamp == stamp_) return;
    stamp_ = stamp;
  }
  StatusOr<TokenFile> file = LoadTokenFile(path_);
  if (!file.ok()) {
    Log(LogLevel::kError, "token file is wrong, the old tokens stay",
        {{"error", Message(file.status())}});
    return;
  }
  Log(LogLevel::kInfo, "token file read again",
      {{"file", path_},
       {"tokens", file->tokens.size()},
       {"certificates", file->certificates.size()}});
  auto fresh = std::make_shared<const TokenFile>(*std::move(file));
  absl::MutexLock lock(&mutex_);
  file_ = std::move(fresh);
}

StatusOr<Caller> TokenRegistry::FindToken(std::string_view token,
                                          absl::Time now) const {
  std::shared_ptr<const TokenFile> file;
  {
    absl::MutexLock lock(&mutex_);
    file = file_;
  }
  const std::string digest = TokenDigest(token);
  // All are compared, so that time tells nothing.
  const TokenEntry* found = nullptr;
  for (const TokenEntry& entry : file->tokens) {
    if (ConstantTimeEquals(entry.sha256, digest)) found = &entry;
  }
  if (found == nullptr) {
    return Unauthenticated("this farm does not know the token");
  }
  if (now >= found->expires) {
    return Unauthenticated(
        fmt::format("the token of {} has expired; ask the operators for a new "
                    "one",
                    found->name));
  }
  return Caller{found->name, found->tenant, found->roles};
}

StatusOr<Caller> TokenRegistry::FindCertificate(
    const std::string& common_name) const {
  absl::MutexLock lock(&mutex_);
  for (const CertificateEntry& entry : file_->certificates) {
    if (entry.common_name == common_name) {
      return Caller{"cert:" + common_name, entry.tenant, entry.roles};
    }
  }
  return Unauthenticated(fmt::format(
      "no token was sent, and the certificate of {} is not one that this farm "
      "knows",
      Printable(common_name)));
}

}  // namespace longtake
