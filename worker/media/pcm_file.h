#pragma once
// Random access to the analysis copy that AnalyzeAudio wrote.

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "common/status/status.h"
#include "worker/engine/engine.h"

namespace longtake::worker {

// Reads by pread, keeps nothing in memory. Thread-safe.
class PcmFile : public PcmReader {
 public:
  // NotFound: no such file. DataLoss: not a whole number of samples.
  static StatusOr<std::unique_ptr<PcmFile>> Open(const std::string& path);
  ~PcmFile() override;
  PcmFile(const PcmFile&) = delete;
  PcmFile& operator=(const PcmFile&) = delete;

  int64_t size_samples() const override { return size_samples_; }
  Status Read(int64_t first, std::span<float> out) const override;

 private:
  PcmFile(std::string path, int fd, int64_t size_samples)
      : path_(std::move(path)), fd_(fd), size_samples_(size_samples) {}

  const std::string path_;
  const int fd_;
  const int64_t size_samples_;
};

}  // namespace longtake::worker
