#pragma once
// The farm inside this process, for render and plan: its flags, its start, one
// job on it.

#include <CLI/CLI.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "client/cli/engine_check.h"
#include "client/cli/job_flags.h"
#include "client/cli/limit_flags.h"
#include "client/embedded/embedded_farm.h"
#include "client/farm/farm_connection.h"
#include "client/plan/render_rates.h"
#include "client/preview/preview_feed.h"
#include "client/progress/progress_printer.h"

namespace longtake::client {

inline constexpr int64_t kDefaultCacheBytes = 20'000'000'000;

struct LocalFarmFlags {
  int workers = 0;  // 0 = what the machine carries
  std::string cache_dir;
  int64_t cache_bytes = kDefaultCacheBytes;
  std::string models_dir;
  std::string device = "cpu";  // as LibTorch spells it
  LimitFlags limits;
  std::string provenance;  // file; empty = the defaults
};
// `flags` outlives running.
void AddLocalFarmFlags(CLI::App* command, LocalFarmFlags* flags);

struct LocalFarm {
  Engines engines;
  std::string cache_dir;
  int workers = 0;
  std::unique_ptr<EmbeddedFarm> embedded;
  std::unique_ptr<FarmConnection> connection;  // of `embedded`
};
// Ready for a job of `spec`; errors are CheckEngine's and EmbeddedFarm's.
StatusOr<LocalFarm> OpenLocalFarm(const LocalFarmFlags& flags,
                                  const coordinator::FarmLimits& limits,
                                  const JobSpec& spec);

// What the speed of rendering `spec` here depends on.
RateSetup RateSetupOf(const LocalFarm& farm, const JobSpec& spec);
// Keeps how fast a job that succeeded here was rendered, for plan. A rate that
// can't be kept is only logged.
void KeepRates(const LocalFarm& farm, const JobView& job);

// What is kept of a job while it runs; null: nothing.
struct KeptPreview {
  std::unique_ptr<PreviewDirectory> directory;
  worker::PreviewInputs inputs;
  PreviewSummary summary;  // once it has ended
};

// Uploads, submits, waits: a job that succeeded. When `stop` is requested the
// job is cancelled first, so that its workers end.
StatusOr<JobView> RunJobAndWait(FarmConnection& farm,
                                const PreparedJob& prepared,
                                std::stop_token stop, ProgressPrinter& printer,
                                KeptPreview* preview);

// "" is nullopt. The directory is made; what its inputs are follows from the
// job. Errors are PreviewDirectory's.
StatusOr<std::optional<KeptPreview>> OpenPreview(const std::string& directory,
                                                 const JobFlags& flags,
                                                 const JobSpec& spec);
// --preview. `directory` outlives running.
void AddPreviewFlag(CLI::App* command, std::string* directory);
// A feed of the job; tells on the printer when it can be watched.
std::unique_ptr<PreviewFeed> StartPreview(FarmConnection& farm,
                                          const std::string& job_id,
                                          ProgressPrinter& printer,
                                          KeptPreview& preview);

// What a command that Ctrl-C ended says.
Status Interrupted();

}  // namespace longtake::client
