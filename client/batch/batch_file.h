#pragma once
// The file of `longtake batch`: what is common, and a list of jobs, each of
// which may stand for many (a pattern of audio files). docs/formats.md
// describes it.

#include <map>
#include <string>
#include <vector>

#include "client/batch/mistakes.h"
#include "client/files/guide_files.h"
#include "common/job/job.h"
#include "common/status/status.h"

namespace longtake::client {

inline constexpr int64_t kMaxBatchFileBytes = 4 << 20;
inline constexpr size_t kMaxBatchJobs = 10000;
inline constexpr size_t kMaxBatchNameBytes = 64;
inline constexpr size_t kMaxBatchJobNameBytes = 100;

// One job. Its paths are as this process opens them.
struct BatchJob {
  std::string name;
  int line = 0;        // of its entry in the file
  std::string tenant;  // empty: the caller's
  std::string portrait;
  std::string audio;
  std::string motion;  // may be empty
  GuidePaths guides;
  std::string output;  // empty: stays on the farm
  // All but the input files.
  JobSpec spec;
  // Lines of its settings by key, its own or the defaults'.
  std::map<std::string, int> lines;

  int LineOf(const std::string& key) const;
};

struct Batch {
  std::string file;
  std::string name;
  std::vector<BatchJob> jobs;
};

// What was read, as far as it is right; all that is wrong with it is added to
// `mistakes`: unknown keys, values, patterns that match nothing, names and
// outputs used twice. InvalidArgument, "FILE:LINE: …", for what is no YAML.
// Looks into directories for patterns, opens no input.
StatusOr<Batch> ReadBatch(const std::string& text, const std::string& file,
                          Mistakes* mistakes);

// The same from the disk. NotFound, InvalidArgument: can't be read, too large.
StatusOr<std::string> ReadBatchText(const std::string& file);

// `text` with {name} replaced by its value; InvalidArgument for a name that
// `values` lacks.
StatusOr<std::string> FillTemplate(
    const std::string& text, const std::map<std::string, std::string>& values);

// The key that makes submitting idempotent: another batch, another job name or
// other inputs is another job. At most kMaxIdempotencyKeyBytes.
std::string BatchJobKey(const std::string& batch, const std::string& job,
                        const std::string& inputs_digest);

}  // namespace longtake::client
