#pragma once
// Takes rendered in this process, one farm for a whole suite: the real engine,
// an identity for each portrait found once.

#include <memory>
#include <string>

#include "client/cli/job_flags.h"
#include "client/embedded/embedded_farm.h"
#include "common/job/job_view.h"
#include "common/status/status.h"

namespace longtake {

// One thread only.
class EmbeddedTakes {
 public:
  // `models_dir`: as --models. Two workers.
  static StatusOr<std::unique_ptr<EmbeddedTakes>> Start(
      const std::string& cache_dir, const std::string& models_dir);

  // Small and quick unless the test says otherwise: 64 pixels, one segment.
  static client::JobFlags Flags(const std::string& portrait,
                                const std::string& audio);
  // The job as it ended, its take in `output`; the job's error otherwise.
  StatusOr<JobView> Render(const client::JobFlags& flags,
                           const std::string& output);

 private:
  EmbeddedTakes() = default;

  std::unique_ptr<client::EmbeddedFarm> embedded_;
  std::unique_ptr<client::FarmConnection> farm_;
};

}  // namespace longtake
