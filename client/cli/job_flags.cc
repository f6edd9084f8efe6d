#include "client/cli/job_flags.h"

#include <fmt/format.h>

#include <filesystem>
#include <limits>
#include <random>
#include <system_error>

#include "client/cli/number_flags.h"
#include "client/files/input_files.h"
#include "common/job/job_json.h"

namespace longtake::client {
namespace {

// Before a large file is hashed.
Status CheckFile(const std::string& role, const std::string& path,
                 const InputLimits& limits) {
  LT_RETURN_IF_ERROR(CheckInput({role, path}));
  std::error_code error;
  const uintmax_t size = std::filesystem::file_size(path, error);
  if (error) return OkStatus();  // told when it is read
  return CheckInputSize(role, path, static_cast<int64_t>(size), limits);
}

Status AddFile(const std::string& role, const std::string& path,
               InputFile* input, PreparedJob* job) {
  LT_ASSIGN_OR_RETURN(*input, ReadInput({role, path}));
  job->files.emplace_back(path, input->blob);
  return OkStatus();
}

// Looks at the guides first: they are small, and wrong more often than others.
Status AddGuides(const JobFlags& flags, const GuidePaths& paths,
                 PreparedJob* job) {
  if (paths.empty()) return OkStatus();
  LT_ASSIGN_OR_RETURN(const worker::Guides guides, ReadGuideFiles(paths));
  if (flags.engine == kDefaultEngine) {
    LT_RETURN_IF_ERROR(CheckGuides(guides, flags.audio, job->spec.output.rate));
  }
  for (const auto& [role, path] : paths) {
    LT_RETURN_IF_ERROR(
        AddFile(GuideTitle(role), path, &job->spec.guides[role], job));
  }
  return OkStatus();
}

}  // namespace

void AddJobFlags(CLI::App* command, JobFlags* flags) {
  AddPortraitFlag(command, flags);
  command
      ->add_option("--audio", flags->audio,
                   "speech: any sound or film file, any length")
      ->required();
  command->add_option("--motion", flags->motion,
                      "Live Link Face CSV to follow instead of the audio");
  AddSeedFlag(command, &flags->seed,
              "another seed gives another take, as plausible");
  AddVideoFlags(command, flags);
  AddDialFlags(command, &flags->dials);
  AddRangeFlags(command, &flags->range);
}

void AddPortraitFlag(CLI::App* command, JobFlags* flags) {
  command
      ->add_option("--portrait", flags->portrait,
                   "photograph of one face: JPEG, PNG, WebP, ...")
      ->required();
  AddWholeNumber(command, "--face", &flags->face,
                 "which face of several, 1 = the largest, 2 = the next [the "
                 "largest, with a warning]",
                 1, kMaxFaceNumber);
}

void AddVideoFlags(CLI::App* command, JobFlags* flags) {
  command
      ->add_option("--size", flags->size,
                   "output in pixels: N (square) or WxH, even numbers")
      ->capture_default_str();
  command
      ->add_option("--fps", flags->fps,
                   "frames a second: whole, 23.976, 29.97, 59.94 or N/1001")
      ->capture_default_str();
  AddWholeNumber(command, "--crf", &flags->crf,
                 "quality of the video: 0 (lossless) to 51 (coarse)", 0,
                 kMaxCrf);
  command->add_option("--preset", flags->preset, "x264 preset")
      ->capture_default_str();
  command
      ->add_option("--segment-seconds", flags->segment_seconds,
                   "nominal length of the segments that are farmed out")
      ->capture_default_str();
  command->add_option("--engine", flags->engine, "engine")
      ->capture_default_str();
  command->add_flag("--no-provenance", flags->no_provenance,
                    "no watermark, and no metadata that tells how it was made; "
                    "only where the farm's configuration allows it "
                    "(docs/provenance.md)");
}

void AddSeedFlag(CLI::App* command, uint64_t* seed,
                 const std::string& description) {
  AddWholeNumber<uint64_t>(command, "--seed", seed, description, 0,
                           std::numeric_limits<uint64_t>::max())
      ->capture_default_str();
}

StatusOr<PreparedJob> PrepareJob(const JobFlags& flags,
                                 const InputLimits& limits) {
  PreparedJob job;
  JobSpec& spec = job.spec;
  LT_RETURN_IF_ERROR(ParseSize(flags.size, &spec.output));
  LT_ASSIGN_OR_RETURN(spec.output.rate, ParseFrameRate(flags.fps));
  LT_ASSIGN_OR_RETURN(spec.range, RangeOf(flags.range, spec.output.rate));
  spec.output.crf = flags.crf;
  spec.output.preset = flags.preset;
  LT_ASSIGN_OR_RETURN(spec.segment_millis,
                      ParseSecondsAsMillis(flags.segment_seconds));
  spec.seed = flags.seed;
  spec.face = flags.face;
  spec.engine = flags.engine;
  spec.provenance.off = flags.no_provenance;
  LT_ASSIGN_OR_RETURN(spec.controls, ControlsOf(flags.dials));
  if (!flags.motion.empty() && !spec.controls.empty()) {
    return InvalidArgument(
        fmt::format("motion {}: is followed as it is: leave out the control {}",
                    flags.motion, spec.controls.begin()->first));
  }
  const GuidePaths guides = GuidePathsOf(flags.dials);
  LT_RETURN_IF_ERROR(
      CheckDials(flags.engine, spec.controls, guides, !flags.motion.empty()));
  // All files are looked at before the first is read: a long audio file is no
  // reason to wait for the news that the portrait's name is wrong.
  LT_RETURN_IF_ERROR(CheckFile("portrait", flags.portrait, limits));
  LT_RETURN_IF_ERROR(CheckFile("audio", flags.audio, limits));
  if (!flags.motion.empty()) {
    LT_RETURN_IF_ERROR(CheckFile("motion", flags.motion, limits));
  }
  LT_RETURN_IF_ERROR(CheckRange(spec.range, flags.audio, spec.output.rate));
  LT_RETURN_IF_ERROR(AddGuides(flags, guides, &job));
  LT_RETURN_IF_ERROR(AddFile("portrait", flags.portrait, &spec.portrait, &job));
  LT_RETURN_IF_ERROR(AddFile("audio", flags.audio, &spec.audio, &job));
  if (!flags.motion.empty()) {
    LT_RETURN_IF_ERROR(AddFile("motion", flags.motion, &spec.motion, &job));
  }
  LT_RETURN_IF_ERROR(ValidateJobSpec(spec));
  LT_RETURN_IF_ERROR(CheckInputLimits(spec, limits));
  return job;
}

Status UploadInputs(FarmConnection& farm, const PreparedJob& job,
                    std::stop_token stop) {
  for (const auto& [path, blob] : job.files) {
    LT_RETURN_IF_ERROR(farm.UploadFile(path, blob, stop));
  }
  return OkStatus();
}

std::string NewIdempotencyKey() {
  std::random_device device;
  return fmt::format("{:08x}{:08x}{:08x}{:08x}", device(), device(), device(),
                     device());
}

Status CheckOutputIsNoInput(const std::string& output, const JobFlags& flags) {
  for (const std::string& input :
       {flags.portrait, flags.audio, flags.motion, flags.dials.emotion_track,
        flags.dials.pose_track, flags.dials.transcript}) {
    std::error_code error;
    if (!input.empty() && std::filesystem::equivalent(input, output, error) &&
        !error) {
      return InvalidArgument(fmt::format(
          "output {}: is the input {}: give another name", output, input));
    }
  }
  return OkStatus();
}

}  // namespace longtake::client
