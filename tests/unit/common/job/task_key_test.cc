#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "common/job/job_json.h"
#include "tests/unit/common/job/sample_values.h"

namespace longtake {
namespace {

const EngineBinding kBinding{"hilm", "1", "cpu-avx2", 2};

template <typename T>
struct Change {
  const char* what;
  std::function<void(T&)> apply;
};

// Every change in `keyed` gives a key of its own, none in `excluded` any other.
template <typename T>
void ExpectKeyed(const T& task, const std::vector<Change<T>>& keyed,
                 const std::vector<Change<T>>& excluded) {
  const std::string before = TaskKey({"hilm", task}, kBinding, kDefaultTenant);
  std::set<std::string> keys = {before};
  for (const Change<T>& change : keyed) {
    T changed = task;
    change.apply(changed);
    EXPECT_TRUE(
        keys.insert(TaskKey({"hilm", changed}, kBinding, kDefaultTenant))
            .second)
        << change.what << " does not change the key";
  }
  for (const Change<T>& change : excluded) {
    T changed = task;
    change.apply(changed);
    EXPECT_EQ(TaskKey({"hilm", changed}, kBinding, kDefaultTenant), before)
        << change.what << " changes the key";
  }
}

TEST(TaskKeyTest, AnalyzeAudio) {
  ExpectKeyed<AnalyzeAudioTask>(
      std::get<AnalyzeAudioTask>(SampleTaskSpecs()[0].task),
      {{"audio", [](auto& t) { t.audio.blob = SampleBlob("x"); }},
       {"rate",
        [](auto& t) {
          t.rate = {25, 1};
        }}},
      {{"name", [](auto& t) { t.audio.name = "other"; }},
       {"max_millis", [](auto& t) { t.max_millis = 1000; }}});
}

TEST(TaskKeyTest, AnalyzePortrait) {
  ExpectKeyed<AnalyzePortraitTask>(
      std::get<AnalyzePortraitTask>(SampleTaskSpecs()[1].task),
      {{"portrait", [](auto& t) { t.portrait.blob = SampleBlob("x"); }},
       {"width", [](auto& t) { t.width = 2; }},
       {"height", [](auto& t) { t.height = 2; }},
       {"face", [](auto& t) { t.face = 1; }},
       {"another face", [](auto& t) { t.face = 2; }}},
      {{"name", [](auto& t) { t.portrait.name = "other"; }},
       {"max_pixels", [](auto& t) { t.max_pixels = 1000; }},
       {"max_faces", [](auto& t) { t.max_faces = 2; }}});
}

TEST(TaskKeyTest, Plan) {
  ExpectKeyed<PlanTask>(
      std::get<PlanTask>(SampleTaskSpecs()[2].task),
      {{"pcm", [](auto& t) { t.pcm = SampleBlob("x"); }},
       {"total_frames", [](auto& t) { t.total_frames = 5; }},
       {"rate",
        [](auto& t) {
          t.rate = {25, 1};
        }},
       {"seed", [](auto& t) { t.seed = 8; }},
       {"controls", [](auto& t) { t.controls["pose"] = "2"; }},
       {"motion", [](auto& t) { t.motion.blob = SampleBlob("x"); }},
       {"no motion", [](auto& t) { t.motion.blob = {}; }},
       {"guide",
        [](auto& t) { t.guides["transcript"].blob = SampleBlob("x"); }},
       {"guide's role",
        [](auto& t) {
          auto guide = t.guides.extract("transcript");
          guide.key() = "pose_track";
          t.guides.insert(std::move(guide));
        }},
       {"one guide less", [](auto& t) { t.guides.erase("transcript"); }},
       {"no guides", [](auto& t) { t.guides.clear(); }},
       {"rendered", [](auto& t) { t.rendered[0].end = 103; }}},
      {{"name", [](auto& t) { t.motion.name = "other"; }},
       {"guide's name", [](auto& t) { t.guides["transcript"].name = "x"; }}});
}

TEST(TaskKeyTest, Render) {
  ExpectKeyed<RenderTask>(
      SampleRenderTask(),
      {{"identity", [](auto& t) { t.identity = SampleBlob("x"); }},
       {"range", [](auto& t) { t.range.end = 199; }},
       {"rendered", [](auto& t) { t.rendered.end = 203; }},
       {"motion_digest", [](auto& t) { t.motion_digest = Sha256Hex("x"); }},
       {"seed", [](auto& t) { t.seed = 43; }},
       {"width", [](auto& t) { t.output.width = 642; }},
       {"height", [](auto& t) { t.output.height = 362; }},
       {"rate",
        [](auto& t) {
          t.output.rate = {30, 1};
        }},
       {"crf", [](auto& t) { t.output.crf = 19; }},
       {"preset", [](auto& t) { t.output.preset = "slow"; }},
       {"controls", [](auto& t) { t.controls["lip"] = "1"; }},
       {"payload", [](auto& t) { t.watermark.payload = 1; }},
       {"watermark's key", [](auto& t) { t.watermark.key_id = "public"; }},
       {"watermark's scheme", [](auto& t) { t.watermark.scheme = 2; }},
       {"no watermark", [](auto& t) { t.watermark = {}; }}},
      {{"pcm", [](auto& t) { t.pcm = SampleBlob("x"); }},
       {"key_motions", [](auto& t) { t.key_motions = SampleBlob("x"); }},
       {"motion_csv", [](auto& t) { t.motion_csv = {}; }},
       {"total_frames", [](auto& t) { t.total_frames = 2000; }},
       {"segment", [](auto& t) { t.segment = 5; }}});
}

TEST(TaskKeyTest, Assemble) {
  ExpectKeyed<AssembleTask>(
      SampleAssembleTask(),
      {{"chunk",
        [](auto& t) { t.segments[0].candidates[0].chunk = SampleBlob("x"); }},
       {"evidence",
        [](auto& t) {
          t.segments[0].candidates[0].evidence = SampleBlob("x");
        }},
       {"candidates", [](auto& t) { t.segments[1].candidates.pop_back(); }},
       {"range", [](auto& t) { t.segments[1].range.end = 26; }},
       {"audio", [](auto& t) { t.audio.blob = SampleBlob("x"); }},
       {"facts", [](auto& t) { t.audio_facts.samples = 1; }},
       {"output", [](auto& t) { t.output.width = 642; }},
       {"inputs", [](auto& t) { t.inputs_digest = Sha256Hex("x"); }},
       {"may_repair", [](auto& t) { t.may_repair = true; }},
       {"source type",
        [](auto& t) { t.digital_source_type = "trainedAlgorithmicMedia"; }},
       {"no marks", [](auto& t) { t.digital_source_type.clear(); }}},
      {{"name", [](auto& t) { t.audio.name = "other"; }}});
}

TEST(TaskKeyTest, EachFieldOfTheBindingCounts) {
  const TaskSpec spec{"hilm", SampleRenderTask()};
  std::set<std::string> keys = {TaskKey(spec, kBinding, kDefaultTenant)};
  EngineBinding other = kBinding;
  other.name = "bundle";
  EXPECT_TRUE(keys.insert(TaskKey(spec, other, kDefaultTenant)).second);
  other = kBinding;
  other.version = "2";
  EXPECT_TRUE(keys.insert(TaskKey(spec, other, kDefaultTenant)).second);
  other = kBinding;
  other.numerics_class = "cuda";
  EXPECT_TRUE(keys.insert(TaskKey(spec, other, kDefaultTenant)).second);
  other = kBinding;
  other.overlap_frames = 3;
  EXPECT_TRUE(keys.insert(TaskKey(spec, other, kDefaultTenant)).second);
  EXPECT_TRUE(keys.insert(TaskKey({"other", SampleRenderTask()}, kBinding,
                                  kDefaultTenant))
                  .second);
}

TEST(TaskKeyTest, TenantsNeverShareAKey) {
  const TaskSpec spec{"hilm", SampleRenderTask()};
  const std::set<std::string> keys = {TaskKey(spec, kBinding, kDefaultTenant),
                                      TaskKey(spec, kBinding, "acme"),
                                      TaskKey(spec, kBinding, "other")};
  EXPECT_EQ(keys.size(), 3u);
  EXPECT_EQ(TaskKey(spec, kBinding, "acme"), TaskKey(spec, kBinding, "acme"));
}

TEST(TaskKeyTest, KindsNeverShareAKey) {
  std::set<std::string> keys;
  for (const TaskSpec& spec : SampleTaskSpecs()) {
    const std::string key = TaskKey(spec, kBinding, kDefaultTenant);
    EXPECT_TRUE(IsSha256Hex(key));
    EXPECT_TRUE(keys.insert(key).second);
  }
}

TEST(InputsDigestTest, CountsGuidesButNotTheirNames) {
  JobSpec spec = SampleGuidedJobSpec();
  const std::string before = InputsDigest(spec);
  spec.guides["transcript"].name = "other.srt";
  EXPECT_EQ(InputsDigest(spec), before);
  spec.guides["transcript"].blob = SampleBlob("other words");
  EXPECT_NE(InputsDigest(spec), before);
  spec.guides.erase("transcript");
  EXPECT_NE(InputsDigest(spec), before);
}

TEST(InputsDigestTest, CountsWhatChangesTheTakeAndNothingElse) {
  const std::vector<Change<JobSpec>> keyed = {
      {"portrait", [](auto& s) { s.portrait.blob = SampleBlob("x"); }},
      {"audio", [](auto& s) { s.audio.blob = SampleBlob("x"); }},
      {"motion", [](auto& s) { s.motion.blob = SampleBlob("x"); }},
      {"width", [](auto& s) { s.output.width = 642; }},
      {"rate",
       [](auto& s) {
         s.output.rate = {30, 1};
       }},
      {"crf", [](auto& s) { s.output.crf = 1; }},
      {"preset", [](auto& s) { s.output.preset = "slow"; }},
      {"engine", [](auto& s) { s.engine = "other"; }},
      {"controls", [](auto& s) { s.controls["pose"] = "1"; }},
      {"seed", [](auto& s) { s.seed = 1; }},
      {"segment_millis", [](auto& s) { s.segment_millis = 1000; }},
      {"range", [](auto& s) { s.range.end = kToTheEnd; }},
      {"dry run", [](auto& s) { s.dry_run = false; }},
      {"no provenance", [](auto& s) { s.provenance.off = true; }}};
  const std::vector<Change<JobSpec>> excluded = {
      {"priority", [](auto& s) { s.priority = 9; }},
      {"labels", [](auto& s) { s.labels.clear(); }},
      {"in order", [](auto& s) { s.in_order = false; }},
      // The submitter knows the digest before the farm has decided.
      {"what the farm adds", [](auto& s) { s.provenance = {}; }},
      {"portrait name", [](auto& s) { s.portrait.name = "x"; }},
      {"audio name", [](auto& s) { s.audio.name = "x"; }},
      {"motion name", [](auto& s) { s.motion.name = "x"; }}};
  std::set<std::string> digests = {InputsDigest(SampleJobSpec())};
  for (const auto& change : keyed) {
    JobSpec spec = SampleJobSpec();
    change.apply(spec);
    EXPECT_TRUE(digests.insert(InputsDigest(spec)).second) << change.what;
  }
  for (const auto& change : excluded) {
    JobSpec spec = SampleJobSpec();
    change.apply(spec);
    EXPECT_EQ(InputsDigest(spec), InputsDigest(SampleJobSpec())) << change.what;
  }
}

}  // namespace
}  // namespace longtake
