#include "tests/support/embedded_takes.h"

#include <stop_token>
#include <utility>

#include "client/farm/fetch.h"
#include "client/progress/job_wait.h"
#include "worker/app/engines.h"

namespace longtake {

using client::FarmConnection;

StatusOr<std::unique_ptr<EmbeddedTakes>> EmbeddedTakes::Start(
    const std::string& cache_dir, const std::string& models_dir) {
  std::unique_ptr<EmbeddedTakes> takes(new EmbeddedTakes);
  client::EmbeddedFarmOptions options;
  options.cache_dir = cache_dir;
  options.workers = 2;
  LT_ASSIGN_OR_RETURN(
      options.engines,
      worker::BuildEngines({.models_dir = models_dir, .device = "cpu"}));
  LT_ASSIGN_OR_RETURN(takes->embedded_, client::EmbeddedFarm::Start(options));
  client::FarmOptions farm;
  farm.channel = takes->embedded_->channel();
  farm.address = "this process";
  takes->farm_ = std::make_unique<FarmConnection>(std::move(farm));
  return takes;
}

client::JobFlags EmbeddedTakes::Flags(const std::string& portrait,
                                      const std::string& audio) {
  client::JobFlags flags;
  flags.portrait = portrait;
  flags.audio = audio;
  flags.size = "64";
  flags.preset = "ultrafast";
  flags.segment_seconds = "600";
  return flags;
}

StatusOr<JobView> EmbeddedTakes::Render(const client::JobFlags& flags,
                                        const std::string& output) {
  LT_ASSIGN_OR_RETURN(const client::PreparedJob prepared,
                      client::PrepareJob(flags));
  const std::stop_token never;
  LT_RETURN_IF_ERROR(client::UploadInputs(*farm_, prepared, never));
  LT_ASSIGN_OR_RETURN(
      const client::SubmittedJob submitted,
      farm_->SubmitJob(kDefaultTenant, client::NewIdempotencyKey(),
                       prepared.spec));
  client::WaitOptions wait;
  wait.job_id = submitted.job.job_id;
  LT_ASSIGN_OR_RETURN(const JobView job, client::WaitForJob(*farm_, wait));
  LT_RETURN_IF_ERROR(client::StatusOfJob(job));
  LT_RETURN_IF_ERROR(client::FetchBlob(*farm_, job.take, output, never));
  return job;
}

}  // namespace longtake
