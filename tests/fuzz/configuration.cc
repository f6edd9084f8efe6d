// Configuration files: a coordinator's, that of a render's provenance, and the
// key of the watermark.

#include <sys/mman.h>
#include <unistd.h>

#include "common/provenance/provenance_config.h"
#include "common/provenance/watermark_key.h"
#include "coordinator/app/config.h"
#include "tests/fuzz/fuzz_target.h"

namespace longtake {
namespace {

// A file in memory, by a path.
class MemoryFile {
 public:
  explicit MemoryFile(const std::string& bytes)
      : fd_(::memfd_create("configuration", MFD_CLOEXEC)),
        path_("/proc/self/fd/" + std::to_string(fd_)) {
    fuzz::Require(fd_ >= 0 && ::write(fd_, bytes.data(), bytes.size()) ==
                                  static_cast<ssize_t>(bytes.size()),
                  "the machine has memory");
  }
  ~MemoryFile() { ::close(fd_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  const int fd_;
  const std::string path_;
};

template <typename Value>
bool Accepted(const StatusOr<Value>& value) {
  if (!value.ok()) fuzz::RequireOneLine(Message(value.status()));
  return value.ok();
}

void CheckCoordinator(const std::string& path) {
  const auto config = coordinator::LoadCoordinatorConfig(path);
  if (!Accepted(config)) return;
  const coordinator::FarmLimits& limits = config->limits;
  fuzz::Require(limits.max_open_tasks > 0 && limits.max_upload_bytes > 0 &&
                    limits.max_live_jobs > 0 &&
                    limits.max_job_length >= absl::Seconds(1) &&
                    limits.max_job_length <= absl::Hours(24) &&
                    limits.inputs.portrait_faces > 0 &&
                    limits.inputs.portrait_pixels > 0 &&
                    limits.inputs.portrait_pixels <= kMaxPortraitPixels,
                "limits lie within their bounds");
  for (const auto& [name, weight] : config->tenant_weights) {
    fuzz::Require(weight >= 1, "a tenant has a weight");
  }
}

}  // namespace
}  // namespace longtake

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace longtake;
  const MemoryFile file(fuzz::TextOf(data, size));
  CheckCoordinator(file.path());
  (void)Accepted(LoadProvenanceConfig(file.path()));
  const auto key = ReadWatermarkKey(file.path());
  fuzz::Require(!Accepted(key) || key->id.size() == 16, "a key has an id");
  return 0;
}
