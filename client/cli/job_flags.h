#pragma once
// The flags that describe a job, the same for render and submit, and the job
// that they make.

#include <CLI/CLI.hpp>
#include <cstdint>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "client/cli/dial_flags.h"
#include "client/cli/pairs.h"
#include "client/cli/range_flags.h"
#include "client/farm/farm_connection.h"
#include "common/job/input_limits.h"
#include "common/status/status.h"

namespace longtake::client {

struct JobFlags {
  std::string portrait;
  int face = 0;  // 0 = the largest
  std::string audio;
  std::string motion;  // empty = planned from the audio
  std::string size = "512";
  std::string fps = "30";
  int crf = kDefaultCrf;
  std::string preset = kDefaultPreset;
  std::string segment_seconds = "10";
  uint64_t seed = 0;
  std::string engine = kDefaultEngine;
  bool no_provenance = false;
  DialFlags dials;
  RangeFlags range;
};
// All of them. `flags` outlives running, here and below.
void AddJobFlags(CLI::App* command, JobFlags* flags);
// --portrait and --face.
void AddPortraitFlag(CLI::App* command, JobFlags* flags);
// Size, rate, quality, segments, engine.
void AddVideoFlags(CLI::App* command, JobFlags* flags);
// --seed, 0 to 2^64-1. `seed` outlives running.
void AddSeedFlag(CLI::App* command, uint64_t* seed,
                 const std::string& description);

// A legal job, and the files that are its blobs.
struct PreparedJob {
  JobSpec spec;
  std::vector<std::pair<std::string, BlobRef>> files;  // path, content
};

// Checks every flag, then every file's size, then reads the files. One clear
// line per error.
StatusOr<PreparedJob> PrepareJob(const JobFlags& flags,
                                 const InputLimits& limits = {});

// Uploads what the farm does not have.
Status UploadInputs(FarmConnection& farm, const PreparedJob& job,
                    std::stop_token stop);

// "512" or "1280x720".
Status ParseSize(const std::string& text, OutputSpec* output);
// "10", "2.5": at most three decimals.
StatusOr<int64_t> ParseSecondsAsMillis(const std::string& text);

// A new key for every call: unrelated runs never share a job.
std::string NewIdempotencyKey();

// InvalidArgument when `output` is one of the job's own input files.
Status CheckOutputIsNoInput(const std::string& output, const JobFlags& flags);

}  // namespace longtake::client
