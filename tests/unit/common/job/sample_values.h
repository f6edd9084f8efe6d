#pragma once
// One fully filled value of every job word, for round trips.

#include <string>
#include <vector>

#include "common/digest/sha256.h"
#include "common/job/job.h"

namespace longtake {

inline BlobRef SampleBlob(const std::string& text) {
  return {Sha256Hex(text), static_cast<int64_t>(text.size())};
}

inline OutputSpec SampleOutput() {
  return {640, 360, {30000, 1001}, 18, "fast"};
}

inline JobSpec SampleJobSpec() {
  JobSpec spec;
  spec.priority = -3;
  spec.labels = {{"episode", "7"}, {"language", "português"}};
  spec.portrait = {SampleBlob("portrait"), "me.jpg"};
  spec.audio = {SampleBlob("audio"), "talk \"final\".wav"};
  spec.motion = {SampleBlob("motion"), "take.csv"};
  spec.output = SampleOutput();
  spec.controls = {{"pose", "0.5"}};
  spec.seed = 0xFFFFFFFFFFFFFFFFull;
  spec.segment_millis = 7500;
  spec.needs = {"gpu", int64_t{24} << 30, {"nvenc", "spot"}};
  spec.support_needs = {"cpu", 0, {}};
  spec.range = {30, 4500};
  spec.in_order = true;
  spec.dry_run = true;
  spec.provenance.digital_source_type = "algorithmicMedia";
  spec.provenance.watermark = {1, "0123456789abcdef", 0xFFFF0001};
  return spec;
}

inline GuideFiles SampleGuides() {
  return {{"emotion_track", {SampleBlob("cues"), "cues.csv"}},
          {"transcript", {SampleBlob("words"), "words.srt"}}};
}

// Without a motion file: that one leaves nothing to guide.
inline JobSpec SampleGuidedJobSpec() {
  JobSpec spec = SampleJobSpec();
  spec.motion = {};
  spec.guides = SampleGuides();
  return spec;
}

inline AudioFacts SampleFacts() { return {"aac", 44100, 2, 123456789, true}; }

inline AssembleTask SampleAssembleTask() {
  AssembleTask t;
  t.segments = {{{0, 10}, {{SampleBlob("c0"), SampleBlob("e0")}}},
                {{10, 25},
                 {{SampleBlob("c1"), SampleBlob("e1")},
                  {SampleBlob("c1b"), SampleBlob("e1b")}}}};
  t.audio = {SampleBlob("audio"), "talk.wav"};
  t.audio_facts = SampleFacts();
  t.output = SampleOutput();
  t.inputs_digest = Sha256Hex("inputs");
  t.may_repair = false;
  t.digital_source_type = "algorithmicMedia";
  return t;
}

inline RenderTask SampleRenderTask() {
  RenderTask t;
  t.identity = SampleBlob("identity");
  t.range = {100, 200};
  t.rendered = {98, 202};
  t.motion_digest = Sha256Hex("motion");
  t.seed = 42;
  t.output = SampleOutput();
  t.controls = {{"lip", "1.1"}};
  t.watermark = {1, "0123456789abcdef", 0xFFFF0001};
  t.pcm = SampleBlob("pcm");
  t.key_motions = SampleBlob("keys");
  t.motion_csv = SampleBlob("csv");
  t.total_frames = 1000;
  t.segment = 4;
  return t;
}

// Every kind of task.
inline std::vector<TaskSpec> SampleTaskSpecs() {
  const InputFile audio{SampleBlob("audio"), "talk.wav"};
  const InputFile portrait{SampleBlob("portrait"), "me.jpg"};
  const InputFile motion{SampleBlob("motion"), "take.csv"};
  const FrameRate rate{24000, 1001};
  return {{"hilm", AnalyzeAudioTask{audio, rate}},
          {"hilm", AnalyzePortraitTask{portrait, 512, 256}},
          {"hilm", PlanTask{SampleBlob("pcm"),
                            1000,
                            rate,
                            7,
                            {{"pose", "1"}},
                            motion,
                            SampleGuides(),
                            {{0, 102}, {98, 1000}}}},
          {"hilm", SampleRenderTask()},
          {"hilm", SampleAssembleTask()}};
}

// Every kind of result.
inline std::vector<TaskResult> SampleTaskResults() {
  const TaskTimings timings{1, 2, 3, 4};
  const std::vector<std::string> warnings = {"very quiet"};
  const SeamScore seam{100, 1.0 / 3, 99, 1e-9, SeamVerdict::kWarn, true};
  AssembleResult done;
  done.take = SampleBlob("take");
  done.seams = {seam};
  done.chosen = {0, 1};
  done.frames = 1000;
  AssembleResult repairs;
  repairs.seams = {seam};
  repairs.repair_segments = {0, 1};
  PlanResult plan;
  plan.key_motions = SampleBlob("keys");
  plan.motion_digests = {Sha256Hex("a"), Sha256Hex("b")};
  plan.transcript_report = SampleBlob("words");
  std::vector<TaskResult> results(6);
  results[0].result = AnalyzeAudioResult{SampleFacts(), SampleBlob("pcm"),
                                         SampleBlob("loud"), 1000};
  results[1].result = AnalyzePortraitResult{SampleBlob("identity")};
  results[2].result = plan;
  results[3].result =
      RenderResult{SampleBlob("chunk"), SampleBlob("evidence"), 100};
  results[4].result = done;
  results[5].result = repairs;
  for (TaskResult& result : results) {
    result.warnings = warnings;
    result.timings = timings;
  }
  return results;
}

}  // namespace longtake
