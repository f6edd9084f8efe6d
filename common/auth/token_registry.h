#pragma once
// The callers that a farm knows, kept up to date with their file.

#include <sys/stat.h>

#include <memory>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/auth/caller.h"
#include "common/auth/token_file.h"
#include "common/status/status.h"

namespace longtake {

// Thread-safe.
class TokenRegistry {
 public:
  // InvalidArgument: the file is not as token_file.h says.
  static StatusOr<std::unique_ptr<TokenRegistry>> Open(const std::string& path);

  // Unauthenticated, without a word of the token, when it is unknown or has
  // expired.
  StatusOr<Caller> FindToken(std::string_view token, absl::Time now) const;
  // The caller that a verified certificate with this name stands for;
  // Unauthenticated when no entry names it.
  StatusOr<Caller> FindCertificate(const std::string& common_name) const;

  // Reads the file again when it is another one than before (time, size or
  // inode). One that is wrong is logged once, and the old entries stay. Costs a
  // stat; call every second or so.
  void ReloadIfChanged();

 private:
  struct Stamp {
    timespec modified = {};
    ino_t inode = 0;
    off_t size = 0;
    bool operator==(const Stamp& other) const;
  };

  TokenRegistry(std::string path, Stamp stamp, TokenFile file);
  static Stamp StampOf(const std::string& path);

  const std::string path_;
  mutable absl::Mutex mutex_;
  Stamp stamp_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<const TokenFile> file_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace longtake
