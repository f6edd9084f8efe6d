#include "client/cli/local_farm.h"

#include <fmt/format.h>

#include <utility>

#include "client/cli/number_flags.h"
#include "client/preview/hls_playlist.h"
#include "client/progress/job_wait.h"
#include "common/log/log.h"
#include "common/provenance/provenance_config.h"
#include "worker/app/engines.h"

namespace longtake::client {
namespace {

constexpr int kMaxWorkers = 256;

// Empty where LibTorch may know such a device; whether it is there shows when
// it is used.
std::string CheckDevice(const std::string& device) {
  const std::string_view kind = std::string_view(device).substr(0, 5);
  const bool plain = device == "cpu" || device == "cuda";
  const bool numbered =
      kind == "cuda:" && device.size() > 5 &&
      device.find_first_not_of("0123456789", 5) == std::string::npos;
  return plain || numbered
             ? ""
             : device + ": choose cpu, cuda or cuda:N, N a GPU's number";
}

}  // namespace

void AddLocalFarmFlags(CLI::App* command, LocalFarmFlags* flags) {
  AddWholeNumber(command, "--workers", &flags->workers,
                 "workers in this process [what the machine carries]", 1,
                 kMaxWorkers);
  command->add_option("--cache-dir", flags->cache_dir,
                      "where finished work is kept [~/.cache/longtake]");
  AddByteSize(command, "--cache-size", &flags->cache_bytes,
              "what to keep there, the least recently used goes first; 0 = no "
              "limit [20GB]");
  command->add_option(
      "--models", flags->models_dir,
      "directory of the networks [<binary>/../share/longtake/models]");
  command
      ->add_option("--device", flags->device,
                   "where frames are drawn: cpu, cuda or cuda:N")
      ->check(CheckDevice)
      ->capture_default_str();
  command
      ->add_option("--provenance", flags->provenance,
                   "YAML with the section provenance of deploy/"
                   "coordinator.yaml: the digital source type, the watermark's "
                   "key, the farm's number, whether --no-provenance is allowed")
      ->envname("LONGTAKE_PROVENANCE");
  AddLimitFlags(command, &flags->limits);
}

StatusOr<LocalFarm> OpenLocalFarm(const LocalFarmFlags& flags,
                                  const coordinator::FarmLimits& limits,
                                  const JobSpec& spec) {
  LocalFarm farm;
  EmbeddedFarmOptions options;
  if (!flags.provenance.empty()) {
    LT_ASSIGN_OR_RETURN(options.provenance,
                        LoadProvenanceConfig(flags.provenance));
  }
  // Refused before the networks are read.
  LT_ASSIGN_OR_RETURN(const ProvenanceRule rule, RuleOf(options.provenance));
  LT_RETURN_IF_ERROR(Decide(rule, /*tenant=*/0, spec.provenance).status());
  LT_ASSIGN_OR_RETURN(farm.engines,
                      worker::BuildEngines({.models_dir = flags.models_dir,
                                            .device = flags.device}));
  LT_RETURN_IF_ERROR(CheckEngine(farm.engines, spec));
  options.limits = limits;
  options.cache_dir = flags.cache_dir;
  if (options.cache_dir.empty()) {
    LT_ASSIGN_OR_RETURN(options.cache_dir, DefaultCacheDirectory());
  }
  options.cache_bytes = flags.cache_bytes;
  options.workers = flags.workers > 0 ? flags.workers : DefaultWorkers();
  options.engines = farm.engines;
  farm.cache_dir = options.cache_dir;
  farm.workers = options.workers;
  LT_ASSIGN_OR_RETURN(farm.embedded, EmbeddedFarm::Start(options));
  FarmOptions connection;
  connection.channel = farm.embedded->channel();
  connection.address = "this process";
  farm.connection = std::make_unique<FarmConnection>(std::move(connection));
  return farm;
}

RateSetup RateSetupOf(const LocalFarm& farm, const JobSpec& spec) {
  RateSetup setup;
  for (const auto& engine : farm.engines) {
    const worker::EngineDescription& about = engine->Describe();
    if (about.name != spec.engine) continue;
    setup.engine = about.name + " " + about.version;
    setup.numerics_class = about.numerics_class;
  }
  setup.width = spec.output.width;
  setup.height = spec.output.height;
  setup.preset = spec.output.preset;
  setup.workers = farm.workers;
  return setup;
}

void KeepRates(const LocalFarm& farm, const JobView& job) {
  const StatusOr<SegmentList> list =
      farm.connection->ListSegments(job.job_id, true);
  if (!list.ok()) return;
  const auto rate = MeasuredRate(list->tasks, job.progress.frames_total);
  if (!rate) return;
  const Status kept =
      KeepRate(farm.cache_dir, RateSetupOf(farm, job.spec), *rate);
  if (!kept.ok()) {
    Log(LogLevel::kWarning, "the speed of rendering is not kept",
        {{"error", kept}});
  }
}

StatusOr<JobView> RunJobAndWait(FarmConnection& farm,
                                const PreparedJob& prepared,
                                std::stop_token stop, ProgressPrinter& printer,
                                KeptPreview* preview) {
  LT_RETURN_IF_ERROR(UploadInputs(farm, prepared, stop));
  LT_ASSIGN_OR_RETURN(const SubmittedJob submitted,
                      farm.SubmitJob("", NewIdempotencyKey(), prepared.spec));
  std::unique_ptr<PreviewFeed> feed;
  if (preview != nullptr) {
    feed = StartPreview(farm, submitted.job.job_id, printer, *preview);
  }
  WaitOptions wait;
  wait.job_id = submitted.job.job_id;
  wait.stop = stop;
  wait.printer = &printer;
  StatusOr<JobView> job = WaitForJob(farm, wait);
  if (stop.stop_requested()) (void)farm.CancelJob(wait.job_id);
  LT_RETURN_IF_ERROR(job.status());
  LT_RETURN_IF_ERROR(StatusOfJob(*job));
  if (feed != nullptr) preview->summary = feed->Finish();
  return job;
}

StatusOr<std::optional<KeptPreview>> OpenPreview(const std::string& directory,
                                                 const JobFlags& flags,
                                                 const JobSpec& spec) {
  std::optional<KeptPreview> preview;
  if (directory.empty()) return preview;
  preview.emplace();
  LT_ASSIGN_OR_RETURN(preview->directory, PreviewDirectory::Open(directory));
  preview->inputs.rate = spec.output.rate;
  preview->inputs.first_frame = spec.range.begin;
  preview->inputs.audio_path = flags.audio;
  preview->inputs.audio_name = flags.audio;
  return preview;
}

void AddPreviewFlag(CLI::App* command, std::string* directory) {
  command->add_option(
      "--preview", *directory,
      "keep a playlist there of what is finished, to be watched while the rest "
      "renders: DIR/index.m3u8 (HLS, with sound)");
}

std::unique_ptr<PreviewFeed> StartPreview(FarmConnection& farm,
                                          const std::string& job_id,
                                          ProgressPrinter& printer,
                                          KeptPreview& preview) {
  const std::string playlist = preview.directory->Join(kPlaylistName);
  return std::make_unique<PreviewFeed>(
      farm, std::move(preview.directory),
      PreviewOptions{job_id, preview.inputs, [playlist, &printer] {
                       printer.Say("preview: watch " + playlist);
                     }});
}

Status Interrupted() {
  return Cancelled(
      "interrupted: what was finished is kept; run the same command again to "
      "go on from there");
}

}  // namespace longtake::client
