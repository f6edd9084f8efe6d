#pragma once
// The words that coordinator, worker and client share about a job, as plain
// values. Protos stop at the edges (common/rpc/convert.h); JSON (job_json.h) is
// the canonical form for manifests, records and keys.

#include <cstdint>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "common/artifact/blob_ref.h"
#include "common/job/provenance.h"
#include "common/media_time/media_time.h"

namespace longtake {

inline constexpr char kDefaultTenant[] = "default";
inline constexpr char kDefaultEngine[] = "hilm";
inline constexpr int64_t kDefaultSegmentMillis = 10000;
inline constexpr int kDefaultOutputSize = 512;
inline constexpr int kDefaultCrf = 20;
inline constexpr char kDefaultPreset[] = "veryfast";

// What ValidateJobSpec (job_json.h) accepts.
inline constexpr int kMinOutputPixels = 64;  // a side, even
inline constexpr int kMaxOutputPixels = 4096;
inline constexpr int kMaxCrf = 51;
inline constexpr int64_t kMinSegmentMillis = 100;
inline constexpr int64_t kMaxSegmentMillis = 600000;
inline constexpr int kMaxPriority = 1000;  // and not below its negative
inline constexpr int kMaxControls = 64;
inline constexpr int kMaxLabels = 64;
inline constexpr int kMaxKeyBytes = 64;     // of a control or label
inline constexpr int kMaxValueBytes = 256;  // of a control or label
inline constexpr int kMaxFileNameBytes = 1024;
inline constexpr int kMaxIdempotencyKeyBytes = 256;
inline constexpr int kMaxTenantBytes = 64;
inline constexpr int kMaxCapabilities = 16;
inline constexpr int kMaxPoolBytes = 64;  // of a pool's or capability's name
inline constexpr int64_t kMaxPortraitBytes = int64_t{256} << 20;
inline constexpr int64_t kMaxAudioBytes = int64_t{32} << 30;
inline constexpr int64_t kMaxMotionBytes = int64_t{4} << 30;
inline constexpr int kMaxGuides = 8;
inline constexpr int64_t kMaxGuideBytes = int64_t{16} << 20;
// Of the faces of one portrait, so many are told apart.
inline constexpr int kMaxFaceNumber = 32;

// An input blob and its file name; the name is for messages only.
struct InputFile {
  BlobRef blob;
  std::string name;
  friend bool operator==(const InputFile&, const InputFile&) = default;
};

struct OutputSpec {
  int width = kDefaultOutputSize;  // pixels, even
  int height = kDefaultOutputSize;
  FrameRate rate;
  int crf = kDefaultCrf;  // 0 = lossless … 51
  std::string preset = kDefaultPreset;
  friend bool operator==(const OutputSpec&, const OutputSpec&) = default;
};

using Controls = std::map<std::string, std::string>;

// Small files that shape the planned motion, by role: "emotion_track",
// "pose_track", "transcript". Which roles there are and what is in them is the
// engine's business; only the plan task reads them.
using GuideFiles = std::map<std::string, InputFile>;

// What a worker must bring to be given a task.
struct TaskNeeds {
  std::string pool;  // empty: any pool
  int64_t gpu_memory_bytes = 0;
  std::set<std::string> capabilities;  // all of them
  bool empty() const {
    return pool.empty() && gpu_memory_bytes == 0 && capabilities.empty();
  }
  friend bool operator==(const TaskNeeds&, const TaskNeeds&) = default;
};

// The end of a range that goes to the end of the take.
inline constexpr FrameIndex kToTheEnd = std::numeric_limits<FrameIndex>::max();

// What a user asks for.
struct JobSpec {
  int priority = 0;
  std::map<std::string, std::string> labels;
  InputFile portrait;
  InputFile audio;
  InputFile motion;   // optional Live Link Face CSV
  GuideFiles guides;  // none beside a motion file: it is followed as it is
  OutputSpec output;
  std::string engine = kDefaultEngine;
  Controls controls;
  uint64_t seed = 0;
  int64_t segment_millis = kDefaultSegmentMillis;
  // Which of the portrait's faces, 1 = the largest; 0 = the largest, with a
  // warning where there are several.
  int face = 0;
  // Where it may run; neither changes the result.
  TaskNeeds needs;          // of tasks that draw: portrait and renders
  TaskNeeds support_needs;  // of the others: audio, plan, assembly
  // Frames of the whole take that this one consists of; empty: all of them.
  // Motion and cuts are those of the whole take, so segments that lie in it
  // are the same.
  FrameRange range;
  // Renders go out in order of time; does not change the result.
  bool in_order = false;
  // Analysis and plan alone: the job ends without a take, and its segments say
  // which renders a cache answers for.
  bool dry_run = false;
  // A submitter says `off` or nothing; the rest is the farm's.
  Provenance provenance;
  friend bool operator==(const JobSpec&, const JobSpec&) = default;
};

// Audio as decoded. samples: after edit list and priming, at sample_rate_hz.
struct AudioFacts {
  std::string codec;
  int32_t sample_rate_hz = 0;
  int32_t channels = 0;
  int64_t samples = 0;
  bool copyable_to_mp4 = false;
  // Decoded before the first sample heard (priming).
  int64_t leading_samples = 0;
  friend bool operator==(const AudioFacts&, const AudioFacts&) = default;
};

enum class SeamVerdict { kPass, kWarn, kFail };

struct SeamScore {
  FrameIndex frame = 0;  // first frame after the join
  double ratio = 0;      // jump at the join / median of its surroundings
  double psnr_db = 0;    // of the overlap; 99 = bit-identical
  double motion_distance = 0;
  SeamVerdict verdict = SeamVerdict::kPass;
  bool repaired = false;
};

enum class TaskKind {
  kAnalyzeAudio,
  kAnalyzePortrait,
  kPlan,
  kRender,
  kAssemble
};

// Limits in a task refuse an input and change no result: they are not part of
// its key. 0 = the worker's own limit.
struct AnalyzeAudioTask {
  InputFile audio;
  FrameRate rate;
  int64_t max_millis = 0;
};
struct AnalyzePortraitTask {
  InputFile portrait;
  int width = 0;
  int height = 0;
  int face = 0;  // as JobSpec::face
  int64_t max_pixels = 0;
  int max_faces = 0;
};
struct PlanTask {
  BlobRef pcm;
  int64_t total_frames = 0;
  FrameRate rate;
  uint64_t seed = 0;
  Controls controls;
  InputFile motion;
  GuideFiles guides;
  std::vector<FrameRange> rendered;  // each segment with its overlap
};
struct RenderTask {
  BlobRef identity;
  FrameRange range;
  FrameRange rendered;        // range and its overlap, clamped to the job
  std::string motion_digest;  // stands for all that the motion depends on
  uint64_t seed = 0;
  OutputSpec output;
  Controls controls;
  WatermarkSpec watermark;
  // Where motion is read from: not part of the key, motion_digest is.
  BlobRef pcm;
  BlobRef key_motions;
  BlobRef motion_csv;
  int64_t total_frames = 0;
  int segment = 0;
};
struct SegmentCandidate {
  BlobRef chunk;
  BlobRef evidence;
  friend bool operator==(const SegmentCandidate&,
                         const SegmentCandidate&) = default;
};
struct SegmentInput {
  FrameRange range;
  std::vector<SegmentCandidate> candidates;  // oldest generation first
};
struct AssembleTask {
  std::vector<SegmentInput> segments;
  InputFile audio;
  AudioFacts audio_facts;
  OutputSpec output;
  std::string inputs_digest;  // written into the file
  bool may_repair = true;     // false: a failing seam fails the task
  // Of the metadata; empty = the file says nothing of its origin but the tag.
  std::string digital_source_type;
};

struct TaskSpec {
  std::string engine;
  std::variant<AnalyzeAudioTask, AnalyzePortraitTask, PlanTask, RenderTask,
               AssembleTask>
      task;
  TaskKind kind() const { return static_cast<TaskKind>(task.index()); }
};

struct AnalyzeAudioResult {
  AudioFacts facts;
  BlobRef pcm;       // 16 kHz mono s16le
  BlobRef loudness;  // one byte a video frame, louder = larger
  int64_t total_frames = 0;
};
struct AnalyzePortraitResult {
  BlobRef identity;
};
struct PlanResult {
  BlobRef key_motions;
  std::vector<std::string> motion_digests;  // by segment
  BlobRef transcript_report;  // transcript_report.h; empty without a transcript
};
struct RenderResult {
  BlobRef chunk;
  BlobRef evidence;
  int64_t frames = 0;
};
struct AssembleResult {
  BlobRef take;  // empty when repair_segments is not
  std::vector<SeamScore> seams;
  std::vector<int> repair_segments;
  std::vector<int> chosen;  // candidate used, by segment
  int64_t frames = 0;
};

struct TaskTimings {
  int64_t motion_micros = 0;
  int64_t draw_micros = 0;
  int64_t encode_micros = 0;
  int64_t total_micros = 0;
};

struct TaskResult {
  std::variant<AnalyzeAudioResult, AnalyzePortraitResult, PlanResult,
               RenderResult, AssembleResult>
      result;
  std::vector<std::string> warnings;
  TaskTimings timings;
  TaskKind kind() const { return static_cast<TaskKind>(result.index()); }
};

// The engine build that a job is pinned to: equal bindings give equal bits.
struct EngineBinding {
  std::string name;
  std::string version;
  std::string numerics_class;
  int overlap_frames = 0;
  int repair_overlap_frames = 0;  // of renders that repair; 0 = overlap_frames
  friend bool operator==(const EngineBinding&, const EngineBinding&) = default;
};

// Names one attempt; a report is accepted only while that attempt holds a lease
// on its task and the epoch is the farm's.
struct FencingToken {
  std::string job_id;
  std::string task_id;
  int64_t epoch = 0;
  int attempt = 0;
  friend bool operator==(const FencingToken&, const FencingToken&) = default;
};

// A role as users read it: "emotion track".
std::string GuideTitle(const std::string& role);

// All files that a job names, with what a message calls each, in a fixed order;
// none that is absent. Borrowed from `spec`.
struct NamedInputFile {
  std::string what;
  const InputFile* file = nullptr;
};
std::vector<NamedInputFile> InputsOf(const JobSpec& spec);

// All blobs that a result names, in a fixed order.
std::vector<BlobRef> BlobsOf(const TaskResult& result);

// "analyze_audio", "analyze_portrait", "plan", "render", "assemble".
std::string TaskKindName(TaskKind kind);

// JobId = the first 32 hex digits of SHA-256(tenant, idempotency key).
std::string MakeJobId(const std::string& tenant,
                      const std::string& idempotency_key);

}  // namespace longtake
