#include "common/job/job.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/digest/sha256.h"
#include "common/job/job_view.h"

namespace longtake {
namespace {

constexpr size_t kJobIdHexDigits = 32;

void AddBlobs(const AnalyzeAudioResult& r, std::vector<BlobRef>* out) {
  out->insert(out->end(), {r.pcm, r.loudness});
}
void AddBlobs(const AnalyzePortraitResult& r, std::vector<BlobRef>* out) {
  out->push_back(r.identity);
}
void AddBlobs(const PlanResult& r, std::vector<BlobRef>* out) {
  out->insert(out->end(), {r.key_motions, r.transcript_report});
}
void AddBlobs(const RenderResult& r, std::vector<BlobRef>* out) {
  out->insert(out->end(), {r.chunk, r.evidence});
}
void AddBlobs(const AssembleResult& r, std::vector<BlobRef>* out) {
  out->push_back(r.take);
}

}  // namespace

std::string GuideTitle(const std::string& role) {
  std::string title = role;
  std::replace(title.begin(), title.end(), '_', ' ');
  return title;
}

std::vector<NamedInputFile> InputsOf(const JobSpec& spec) {
  std::vector<NamedInputFile> inputs = {{"portrait", &spec.portrait},
                                        {"audio", &spec.audio},
                                        {"motion", &spec.motion}};
  for (const auto& [role, file] : spec.guides) {
    inputs.push_back({GuideTitle(role), &file});
  }
  std::erase_if(inputs, [](const NamedInputFile& input) {
    return input.file->blob.empty();
  });
  return inputs;
}

std::vector<BlobRef> BlobsOf(const TaskResult& result) {
  std::vector<BlobRef> blobs;
  std::visit([&blobs](const auto& r) { AddBlobs(r, &blobs); }, result.result);
  std::erase_if(blobs, [](const BlobRef& b) { return b.empty(); });
  return blobs;
}

std::string TaskKindName(TaskKind kind) {
  switch (kind) {
    case TaskKind::kAnalyzeAudio:
      return "analyze_audio";
    case TaskKind::kAnalyzePortrait:
      return "analyze_portrait";
    case TaskKind::kPlan:
      return "plan";
    case TaskKind::kRender:
      return "render";
    case TaskKind::kAssemble:
      return "assemble";
  }
  return "unknown";
}

std::string MakeJobId(const std::string& tenant,
                      const std::string& idempotency_key) {
  // The length in front keeps ("ab", "c") and ("a", "bc") apart.
  return Sha256Hex(
             fmt::format("{}:{}{}", tenant.size(), tenant, idempotency_key))
      .substr(0, kJobIdHexDigits);
}

std::string JobStateName(JobState state) {
  switch (state) {
    case JobState::kQueued:
      return "queued";
    case JobState::kRunning:
      return "running";
    case JobState::kSucceeded:
      return "succeeded";
    case JobState::kFailed:
      return "failed";
    case JobState::kCancelled:
      return "cancelled";
  }
  return "unknown";
}

std::string TaskStateName(TaskState state) {
  switch (state) {
    case TaskState::kReady:
      return "ready";
    case TaskState::kLeased:
      return "leased";
    case TaskState::kWaitingRetry:
      return "waiting_retry";
    case TaskState::kSucceeded:
      return "succeeded";
    case TaskState::kFailed:
      return "failed";
    case TaskState::kCancelled:
      return "cancelled";
  }
  return "unknown";
}

std::string SeamVerdictName(SeamVerdict verdict) {
  switch (verdict) {
    case SeamVerdict::kPass:
      return "pass";
    case SeamVerdict::kWarn:
      return "warn";
    case SeamVerdict::kFail:
      return "fail";
  }
  return "unknown";
}

bool HasEnded(JobState state) {
  return state == JobState::kSucceeded || state == JobState::kFailed ||
         state == JobState::kCancelled;
}

}  // namespace longtake
