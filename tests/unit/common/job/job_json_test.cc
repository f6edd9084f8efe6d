#include "common/job/job_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

#include "common/job/job_view.h"
#include "tests/unit/common/job/sample_values.h"

namespace longtake {
namespace {

using nlohmann::json;

TEST(JobJsonTest, JobSpecSurvivesRoundTrip) {
  const JobSpec spec = SampleJobSpec();
  const StatusOr<JobSpec> back = JobSpecFromJson(JobSpecToJson(spec));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(*back, spec);
}

TEST(JobJsonTest, SpecWithoutMotionSurvivesRoundTrip) {
  JobSpec spec = SampleJobSpec();
  spec.motion = {};
  const StatusOr<JobSpec> back = JobSpecFromJson(JobSpecToJson(spec));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(*back, spec);
}

TEST(JobJsonTest, GuidesSurviveRoundTripAndAreAbsentWhereThereAreNone) {
  const JobSpec spec = SampleGuidedJobSpec();
  const StatusOr<JobSpec> back = JobSpecFromJson(JobSpecToJson(spec));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(*back, spec);
  // Manifests and keys from before guides stay what they were.
  EXPECT_EQ(JobSpecToJson(SampleJobSpec()).find("guides"), std::string::npos);
  json broken = json::parse(JobSpecToJson(spec));
  broken["guides"]["transcript"] = "words.srt";
  EXPECT_FALSE(JobSpecFromJson(broken.dump()).ok());
  broken["guides"] = json::array();
  EXPECT_FALSE(JobSpecFromJson(broken.dump()).ok());
}

TEST(JobJsonTest, AChosenFaceSurvivesRoundTripAndIsAbsentWhereThereIsNone) {
  JobSpec spec = SampleJobSpec();
  EXPECT_EQ(JobSpecToJson(spec).find("face"), std::string::npos);
  const std::string unchosen = InputsDigest(spec);
  spec.face = 2;
  const StatusOr<JobSpec> back = JobSpecFromJson(JobSpecToJson(spec));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(*back, spec);
  EXPECT_NE(InputsDigest(spec), unchosen);
  json broken = json::parse(JobSpecToJson(spec));
  broken["face"] = -1;
  EXPECT_FALSE(JobSpecFromJson(broken.dump()).ok());
}

TEST(JobJsonTest, LimitsOfAnalysesSurviveRoundTrip) {
  TaskSpec audio = SampleTaskSpecs()[0];
  TaskSpec portrait = SampleTaskSpecs()[1];
  EXPECT_EQ(TaskSpecToJson(audio).find("max_"), std::string::npos);
  std::get<AnalyzeAudioTask>(audio.task).max_millis = 1000;
  auto& face = std::get<AnalyzePortraitTask>(portrait.task);
  face.face = 3;
  face.max_pixels = 4;
  face.max_faces = 5;
  for (const TaskSpec& spec : {audio, portrait}) {
    const StatusOr<TaskSpec> back = TaskSpecFromJson(TaskSpecToJson(spec));
    ASSERT_TRUE(back.ok()) << back.status();
    EXPECT_EQ(TaskSpecToJson(*back), TaskSpecToJson(spec));
  }
}

TEST(JobJsonTest, InputsAreNamedInAFixedOrder) {
  const JobSpec spec = SampleGuidedJobSpec();
  std::vector<std::string> names;
  for (const NamedInputFile& input : InputsOf(spec)) {
    names.push_back(input.what + "=" + input.file->name);
  }
  EXPECT_EQ(names, (std::vector<std::string>{
                       "portrait=me.jpg", "audio=talk \"final\".wav",
                       "emotion track=cues.csv", "transcript=words.srt"}));
}

TEST(JobJsonTest, CanonicalFormIsSortedAndWithoutWhiteSpace) {
  const std::string text = JobSpecToJson(SampleJobSpec());
  EXPECT_EQ(text, json::parse(text).dump());
  EXPECT_LT(text.find("\"audio\""), text.find("\"controls\""));
  EXPECT_NE(text.find("18446744073709551615"), std::string::npos);
}

TEST(JobJsonTest, EveryTaskSpecSurvivesRoundTrip) {
  for (const TaskSpec& spec : SampleTaskSpecs()) {
    const std::string text = TaskSpecToJson(spec);
    const StatusOr<TaskSpec> back = TaskSpecFromJson(text);
    ASSERT_TRUE(back.ok()) << back.status() << text;
    EXPECT_EQ(back->kind(), spec.kind());
    EXPECT_EQ(TaskSpecToJson(*back), text);
  }
}

TEST(JobJsonTest, EveryTaskResultSurvivesRoundTrip) {
  for (const TaskResult& result : SampleTaskResults()) {
    const std::string text = TaskResultToJson(result);
    const StatusOr<TaskResult> back = TaskResultFromJson(text);
    ASSERT_TRUE(back.ok()) << back.status() << text;
    EXPECT_EQ(back->kind(), result.kind());
    EXPECT_EQ(TaskResultToJson(*back), text);
    EXPECT_EQ(BlobsOf(*back), BlobsOf(result));
  }
}

TEST(JobJsonTest, APlanWithoutATranscriptIsAsItWasBeforeThereWereReports) {
  TaskResult result = SampleTaskResults()[2];
  std::get<PlanResult>(result.result).transcript_report = {};
  const std::string text = TaskResultToJson(result);
  EXPECT_EQ(text.find("transcript"), std::string::npos);
  const StatusOr<TaskResult> back = TaskResultFromJson(text);
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_TRUE(std::get<PlanResult>(back->result).transcript_report.empty());
}

TEST(JobJsonTest, SeamFiguresKeepEveryBit) {
  const TaskResult result = SampleTaskResults()[4];
  const StatusOr<TaskResult> back =
      TaskResultFromJson(TaskResultToJson(result));
  ASSERT_TRUE(back.ok());
  const SeamScore& seam = std::get<AssembleResult>(back->result).seams.at(0);
  EXPECT_EQ(seam.ratio, 1.0 / 3);
  EXPECT_EQ(seam.motion_distance, 1e-9);
  EXPECT_EQ(seam.verdict, SeamVerdict::kWarn);
  EXPECT_TRUE(seam.repaired);
}

// Replaces each value anywhere in the document by ones of another type: none
// may be accepted, none may crash.
void ReplaceEverywhere(json* root, json* node,
                       const std::function<void(const json&)>& check) {
  for (auto& child : *node) {
    const json kept = child;
    for (const json& wrong : {json("x"), json(-1), json(1.5), json(true),
                              json(json::array({"x"})), json(json::object())}) {
      if (wrong.type() == kept.type()) continue;
      if (wrong.is_number_integer() && kept.is_number()) continue;
      if (wrong.is_number() && kept.is_number_float()) continue;
      // An empty object is a legal map of strings.
      if (wrong.is_object() && kept.is_object()) continue;
      child = wrong;
      check(*root);
    }
    child = kept;
    if (child.is_structured()) ReplaceEverywhere(root, &child, check);
  }
}

TEST(JobJsonTest, ValuesOfWrongTypeAreRefusedEverywhere) {
  int tried = 0;
  for (const TaskSpec& spec : SampleTaskSpecs()) {
    json j = json::parse(TaskSpecToJson(spec));
    ReplaceEverywhere(&j, &j, [&tried](const json& wrong) {
      ++tried;
      const StatusOr<TaskSpec> read = TaskSpecFromJson(wrong.dump());
      EXPECT_EQ(read.status().code(), StatusCode::kInvalidArgument)
          << wrong.dump();
    });
  }
  for (const TaskResult& result : SampleTaskResults()) {
    json j = json::parse(TaskResultToJson(result));
    ReplaceEverywhere(&j, &j, [&tried](const json& wrong) {
      ++tried;
      EXPECT_EQ(TaskResultFromJson(wrong.dump()).status().code(),
                StatusCode::kInvalidArgument)
          << wrong.dump();
    });
  }
  EXPECT_GT(tried, 500);
}

TEST(JobJsonTest, MissingAndUnknownFieldsAreNamed) {
  json j = json::parse(JobSpecToJson(SampleJobSpec()));
  json missing = j;
  missing["output"].erase("crf");
  EXPECT_NE(
      Message(JobSpecFromJson(missing.dump()).status()).find("output.crf"),
      std::string::npos);
  json unknown = j;
  unknown["output"]["hdr"] = true;
  EXPECT_NE(
      Message(JobSpecFromJson(unknown.dump()).status()).find("output.hdr"),
      std::string::npos);
}

struct Hostile {
  const char* what;
  std::function<void(json&)> change;
};

TEST(JobJsonTest, HostileValuesAreRefused) {
  const std::vector<Hostile> cases = {
      {"path as digest",
       [](json& j) { j["portrait"]["blob"]["sha256"] = "../../etc/passwd"; }},
      {"upper-case digest",
       [](json& j) { j["portrait"]["blob"]["sha256"] = std::string(64, 'A'); }},
      {"short digest",
       [](json& j) { j["audio"]["blob"]["sha256"] = std::string(63, 'a'); }},
      {"negative size", [](json& j) { j["audio"]["blob"]["size_bytes"] = -1; }},
      {"size past 63 bits",
       [](json& j) {
         j["audio"]["blob"]["size_bytes"] = 0x8000000000000000ull;
       }},
      {"rate not in lowest terms",
       [](json& j) { j["output"]["rate"] = "60/2"; }},
      {"float rate", [](json& j) { j["output"]["rate"] = "29.97"; }},
      {"rate as number", [](json& j) { j["output"]["rate"] = 30; }},
      {"crf 52", [](json& j) { j["output"]["crf"] = 52; }},
      {"huge priority", [](json& j) { j["priority"] = 1 << 30; }},
      {"width past int", [](json& j) { j["output"]["width"] = 1ll << 40; }},
      {"number as label", [](json& j) { j["labels"]["a"] = 1; }},
  };
  for (const Hostile& c : cases) {
    json j = json::parse(JobSpecToJson(SampleJobSpec()));
    c.change(j);
    EXPECT_EQ(JobSpecFromJson(j.dump()).status().code(),
              StatusCode::kInvalidArgument)
        << c.what;
  }
}

TEST(JobJsonTest, ReversedAndNegativeRangesAreRefused) {
  for (const char* range : {"[5,5]", "[6,5]", "[-1,5]", "[0,1,2]", "[0]",
                            "[0,9223372036854775808]", "[0.0,1]", "null"}) {
    json j = json::parse(TaskSpecToJson(SampleTaskSpecs()[3]));
    j["task"]["range"] = json::parse(range);
    EXPECT_EQ(TaskSpecFromJson(j.dump()).status().code(),
              StatusCode::kInvalidArgument)
        << range;
  }
}

TEST(JobJsonTest, TextThatIsNotJsonIsRefused) {
  const std::string deep(100000, '[');
  for (const std::string& text :
       {std::string(), std::string("null"), std::string("[]"), std::string("{"),
        std::string("\xff\xfe"), std::string("{\"a\":NaN}"), deep,
        "{\"engine\":" + deep}) {
    EXPECT_EQ(JobSpecFromJson(text).status().code(),
              StatusCode::kInvalidArgument);
    EXPECT_EQ(TaskSpecFromJson(text).status().code(),
              StatusCode::kInvalidArgument);
    EXPECT_EQ(TaskResultFromJson(text).status().code(),
              StatusCode::kInvalidArgument);
  }
}

TEST(JobJsonTest, CutAndFlippedTextNeverCrashes) {
  const std::string good = TaskSpecToJson(SampleTaskSpecs()[4]);
  for (size_t length = 0; length < good.size(); ++length) {
    EXPECT_FALSE(TaskSpecFromJson(good.substr(0, length)).ok());
  }
  std::mt19937 random(1);
  for (int i = 0; i < 2000; ++i) {
    std::string text = good;
    text[random() % text.size()] = static_cast<char>(random() % 256);
    const StatusOr<TaskSpec> read = TaskSpecFromJson(text);
    if (read.ok()) {
      EXPECT_TRUE(TaskSpecFromJson(TaskSpecToJson(*read)).ok());
    }
  }
}

TEST(JobJsonTest, TextThatIsNotUtf8DoesNotThrow) {
  JobSpec spec = SampleJobSpec();
  spec.audio.name = "caf\xe9.wav";
  EXPECT_NE(JobSpecToJson(spec).find("caf\xEF\xBF\xBD.wav"), std::string::npos);
}

TEST(JobTest, BlobsComeInAFixedOrderWithoutEmptyOnes) {
  const std::vector<TaskResult> results = SampleTaskResults();
  EXPECT_EQ(BlobsOf(results[0]),
            (std::vector<BlobRef>{SampleBlob("pcm"), SampleBlob("loud")}));
  EXPECT_EQ(
      BlobsOf(results[3]),
      (std::vector<BlobRef>{SampleBlob("chunk"), SampleBlob("evidence")}));
  EXPECT_TRUE(BlobsOf(results[5]).empty());
}

TEST(JobTest, JobIdDependsOnTenantAndKeyOnly) {
  EXPECT_EQ(MakeJobId("a", "b"), MakeJobId("a", "b"));
  EXPECT_EQ(MakeJobId("a", "b").size(), 32u);
  EXPECT_NE(MakeJobId("ab", "c"), MakeJobId("a", "bc"));
  EXPECT_NE(MakeJobId("a", "b"), MakeJobId("a", "c"));
  EXPECT_NE(MakeJobId("1", "1:x"), MakeJobId("11:", "x"));
}

TEST(JobTest, OnlyEndedStatesHaveEnded) {
  EXPECT_FALSE(HasEnded(JobState::kQueued));
  EXPECT_FALSE(HasEnded(JobState::kRunning));
  EXPECT_TRUE(HasEnded(JobState::kSucceeded));
  EXPECT_TRUE(HasEnded(JobState::kFailed));
  EXPECT_TRUE(HasEnded(JobState::kCancelled));
}

}  // namespace
}  // namespace longtake
