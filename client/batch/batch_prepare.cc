#include "client/batch/batch_prepare.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "client/cli/range_flags.h"
#include "client/files/input_files.h"
#include "common/job/job_json.h"

namespace longtake::client {
namespace {

struct NamedInput {
  std::string role;
  const std::string* path = nullptr;
  InputFile* file = nullptr;
};

std::vector<NamedInput> InputsOf(BatchJob& job) {
  std::vector<NamedInput> inputs = {
      {"portrait", &job.portrait, &job.spec.portrait},
      {"audio", &job.audio, &job.spec.audio}};
  if (!job.motion.empty()) {
    inputs.push_back({"motion", &job.motion, &job.spec.motion});
  }
  for (const auto& [role, path] : job.guides) {
    inputs.push_back({role, &path, &job.spec.guides[role]});
  }
  return inputs;
}

// The same file by any path. Of a file that is not there, its path.
std::string Identity(const std::string& path) {
  std::error_code error;
  const auto canonical = std::filesystem::weakly_canonical(path, error);
  return error ? path : canonical.string();
}

// What ValidateJobSpec says with files that are right.
Status CheckSettings(JobSpec spec) {
  InputFile sound;
  sound.blob.sha256.assign(64, '0');
  sound.blob.size_bytes = 1;
  sound.name = "file";
  spec.portrait = sound;
  spec.audio = sound;
  spec.motion = {};
  spec.guides = {};
  return ValidateJobSpec(spec);
}

void CheckFiles(Batch& batch, Mistakes* mistakes) {
  std::set<std::string> inputs;
  for (BatchJob& job : batch.jobs) {
    mistakes->AddUnlessOk(job.line, CheckSettings(job.spec));
    for (const NamedInput& input : InputsOf(job)) {
      mistakes->AddUnlessOk(job.LineOf(input.role),
                            CheckInput({input.role, *input.path}));
      inputs.insert(Identity(*input.path));
    }
  }
  for (const BatchJob& job : batch.jobs) {
    if (job.output.empty()) continue;
    const int line = job.LineOf("output");
    mistakes->AddUnlessOk(line, CheckTakeName(job.output));
    mistakes->AddUnlessOk(line, CheckOutputPlace(job.output));
    if (inputs.count(Identity(job.output)) > 0) {
      mistakes->Add(line,
                    fmt::format("output {}: is an input of this batch: give "
                                "another name",
                                job.output));
    }
  }
}

// Reads every file once.
StatusOr<std::map<std::string, InputFile>> ReadInputs(
    Batch& batch, const BatchPrepareOptions& options, Mistakes* mistakes) {
  std::map<std::string, std::pair<int, NamedInput>> files;
  for (BatchJob& job : batch.jobs) {
    for (const NamedInput& input : InputsOf(job)) {
      files.try_emplace(Identity(*input.path), job.LineOf(input.role), input);
    }
  }
  std::map<std::string, InputFile> read;
  size_t index = 0;
  for (const auto& [identity, where] : files) {
    if (options.stop.stop_requested()) return Cancelled("interrupted");
    if (options.on_input) options.on_input(index++, files.size());
    const auto& [line, input] = where;
    StatusOr<InputFile> file = ReadInput({input.role, *input.path});
    mistakes->AddUnlessOk(line, file.status());
    if (file.ok()) read.emplace(identity, *std::move(file));
  }
  return read;
}

// What the engine would say to the guides, with the audio that they go with.
void CheckJobGuides(Batch& batch, const BatchPrepareOptions& options,
                    Mistakes* mistakes) {
  for (BatchJob& job : batch.jobs) {
    if (job.guides.empty() || options.stop.stop_requested()) continue;
    const auto guides = ReadGuideFiles(job.guides);
    const int line = job.LineOf(job.guides.begin()->first);
    if (!guides.ok()) {
      mistakes->AddUnlessOk(line, guides.status());
    } else if (job.spec.engine == kDefaultEngine) {
      mistakes->AddUnlessOk(
          line, CheckGuides(*guides, job.audio, job.spec.output.rate));
    }
  }
}

// Whether the sounds last as long as their ranges. Each is decoded once, as far
// as any of its jobs needs it.
void CheckJobRanges(const Batch& batch, const BatchPrepareOptions& options,
                    Mistakes* mistakes) {
  std::map<std::string, std::vector<const BatchJob*>> by_sound;
  for (const BatchJob& job : batch.jobs) {
    if (!job.spec.range.empty()) by_sound[Identity(job.audio)].push_back(&job);
  }
  for (const auto& [file, jobs] : by_sound) {
    if (options.stop.stop_requested()) return;
    int64_t enough = 0;
    for (const BatchJob* job : jobs) {
      enough =
          std::max(enough, EnoughOf(job->spec.range, job->spec.output.rate));
    }
    const std::string& path = jobs.front()->audio;
    const auto heard = worker::MeasureAudio(path, path, enough);
    mistakes->AddUnlessOk(jobs.front()->LineOf("audio"), heard.status());
    if (!heard.ok()) continue;
    for (const BatchJob* job : jobs) {
      mistakes->AddUnlessOk(std::max(job->LineOf("in"), job->LineOf("out")),
                            CheckRange(job->spec.range, job->spec.output.rate,
                                       *heard, job->audio, /*dashes=*/""));
    }
  }
}

// What an output file means for its job.
Status CheckTake(const BatchPrepareOptions& options, BatchItem* item) {
  const std::string& output = item->job.output;
  if (output.empty()) return OkStatus();
  if (std::filesystem::exists(output)) {
    const StatusOr<std::string> tag = options.read_tag(output);
    if (tag.ok() && *tag == item->inputs_digest) {
      item->action = BatchAction::kOutputThere;
    }
  }
  return CheckOutput(output, options.force, item->inputs_digest,
                     options.read_tag);
}

}  // namespace

StatusOr<std::vector<BatchItem>> PrepareBatch(
    Batch batch, const BatchPrepareOptions& options, Mistakes* mistakes) {
  std::vector<BatchItem> items;
  CheckFiles(batch, mistakes);
  if (!mistakes->empty()) return items;
  CheckJobGuides(batch, options, mistakes);
  CheckJobRanges(batch, options, mistakes);
  if (!mistakes->empty()) return items;
  LT_ASSIGN_OR_RETURN(const auto files, ReadInputs(batch, options, mistakes));
  if (!mistakes->empty()) return items;
  for (BatchJob& job : batch.jobs) {
    BatchItem item;
    for (const NamedInput& input : InputsOf(job)) {
      *input.file = files.at(Identity(*input.path));
      item.files.emplace_back(*input.path, input.file->blob);
    }
    item.job = std::move(job);
    mistakes->AddUnlessOk(item.job.line, ValidateJobSpec(item.job.spec));
    item.inputs_digest = InputsDigest(item.job.spec);
    item.key = BatchJobKey(batch.name, item.job.name, item.inputs_digest);
    mistakes->AddUnlessOk(item.job.LineOf("output"), CheckTake(options, &item));
    items.push_back(std::move(item));
  }
  return items;
}

}  // namespace longtake::client
