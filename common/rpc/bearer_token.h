#pragma once
// The token that a client or worker shows, wherever it came from.

#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/status/status.h"

namespace longtake {

inline constexpr absl::Duration kTokenFileInterval = absl::Seconds(5);

// Thread-safe. Never logged, and no operator<< or formatter on purpose.
class BearerToken {
 public:
  // InvalidArgument when the file or the text holds no token; messages name
  // `path` or `source`, never the token.
  static StatusOr<std::shared_ptr<BearerToken>> FromFile(
      const std::string& path, absl::Duration interval = kTokenFileInterval);
  static StatusOr<std::shared_ptr<BearerToken>> FromText(
      const std::string& text, const std::string& source);

  // The token to send now. That of a file is read again every
  // `interval`, so that workers outlive a change of tokens; while the
  // file holds none the last one stays.
  std::string Get();

 private:
  BearerToken(std::string path, std::string token, absl::Duration interval);

  const std::string path_;  // empty: fixed
  const absl::Duration interval_;
  absl::Mutex mutex_;
  std::string token_ ABSL_GUARDED_BY(mutex_);
  absl::Time read_at_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace longtake
