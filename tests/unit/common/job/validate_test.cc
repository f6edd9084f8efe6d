#include <fmt/format.h>
#include <gtest/gtest.h>

#include <functional>

#include "common/job/job_json.h"
#include "tests/unit/common/job/sample_values.h"

namespace longtake {
namespace {

TEST(ValidateJobSpecTest, AcceptsLegalSpecs) {
  EXPECT_TRUE(ValidateJobSpec(SampleJobSpec()).ok())
      << ValidateJobSpec(SampleJobSpec());
  JobSpec spec = SampleJobSpec();
  spec.motion = {};
  spec.output = {kMinOutputPixels, kMaxOutputPixels, {120, 1}, 0, "placebo"};
  spec.guides = SampleGuides();
  spec.segment_millis = kMinSegmentMillis;
  spec.priority = kMaxPriority;
  EXPECT_TRUE(ValidateJobSpec(spec).ok()) << ValidateJobSpec(spec);
}

struct Case {
  const char* says;  // a word of the message
  std::function<void(JobSpec&)> change;
};

TEST(ValidateJobSpecTest, RefusesIllegalSpecsWithOneClearLine) {
  const std::vector<Case> cases = {
      {"width 513", [](auto& s) { s.output.width = 513; }},
      {"width 62", [](auto& s) { s.output.width = 62; }},
      {"height 4098", [](auto& s) { s.output.height = 4098; }},
      {"height -2", [](auto& s) { s.output.height = -2; }},
      {"crf", [](auto& s) { s.output.crf = 52; }},
      {"face -1", [](auto& s) { s.face = -1; }},
      {"face 33", [](auto& s) { s.face = kMaxFaceNumber + 1; }},
      {"crf", [](auto& s) { s.output.crf = -1; }},
      {"veryfast", [](auto& s) { s.output.preset = std::string("warp"); }},
      {"frame rate",
       [](auto& s) {
         s.output.rate = {0, 1};
       }},
      {"frame rate",
       [](auto& s) {
         s.output.rate = {30, 0};
       }},
      {"frame rate",
       [](auto& s) {
         s.output.rate = {121, 1};
       }},
      {"lowest terms",
       [](auto& s) {
         s.output.rate = {60, 2};
       }},
      {"segment", [](auto& s) { s.segment_millis = 99; }},
      {"segment", [](auto& s) { s.segment_millis = 600001; }},
      {"range",
       [](auto& s) {
         s.range = {5, 5};
       }},
      {"range",
       [](auto& s) {
         s.range = {-1, 5};
       }},
      {"priority", [](auto& s) { s.priority = 1001; }},
      {"priority", [](auto& s) { s.priority = -1001; }},
      {"engine", [](auto& s) { s.engine = std::string(""); }},
      {"engine", [](auto& s) { s.engine = std::string("../x"); }},
      {"portrait", [](auto& s) { s.portrait.blob = {}; }},
      {"audio", [](auto& s) { s.audio.blob.size_bytes = 0; }},
      {"portrait", [](auto& s) { s.portrait.blob.size_bytes = 1ll << 40; }},
      {"file name", [](auto& s) { s.audio.name = std::string(2000, 'a'); }},
      {"file name", [](auto& s) { s.audio.name = std::string("a\nb"); }},
      {"file name", [](auto& s) { s.audio.name = std::string("\xff"); }},
      {"file name",
       [](auto& s) { s.audio.name = std::string("\xed\xa0\x80"); }},
      {"file name", [](auto& s) { s.audio.name = std::string("a\xC2\x9b"); }},
      {"motion", [](auto& s) { s.motion.blob.sha256 = std::string("zz"); }},
      {"leave out the transcript",
       [](auto& s) {
         s.guides["transcript"] = {SampleBlob("t"), "t.txt"};
       }},
      {"transcript t.txt: 16777217 bytes",
       [](auto& s) {
         s.motion = {};
         s.guides["transcript"] = {SampleBlob("t"), "t.txt"};
         s.guides["transcript"].blob.size_bytes = kMaxGuideBytes + 1;
       }},
      {"pose track",
       [](auto& s) {
         s.motion = {};
         s.guides["pose_track"] = {};
       }},
      {"guide '../x'",
       [](auto& s) {
         s.motion = {};
         s.guides["../x"] = {SampleBlob("t"), "t.txt"};
       }},
      {"9 guides",
       [](auto& s) {
         s.motion = {};
         for (int i = 0; i < 9; ++i) {
           s.guides[fmt::format("g{}", i)] = {SampleBlob("t"), "t.txt"};
         }
       }},
      {"control", [](auto& s) { s.controls["Bad Key"] = std::string("1"); }},
      {"control", [](auto& s) { s.controls["k"] = std::string(257, 'a'); }},
      {"label",
       [](auto& s) {
         for (int i = 0; i < 65; ++i)
           s.labels.emplace(fmt::format("l{}", i), "x");
       }},
      {"label", [](auto& s) { s.labels[""] = std::string("x"); }},
  };
  for (const Case& c : cases) {
    JobSpec spec = SampleJobSpec();
    c.change(spec);
    const Status status = ValidateJobSpec(spec);
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << c.says;
    EXPECT_NE(Message(status).find(c.says), std::string::npos)
        << Message(status);
    EXPECT_EQ(Message(status).find('\n'), std::string::npos);
  }
}

TEST(ValidateJobKeyTest, LimitsTenantAndKey) {
  EXPECT_TRUE(ValidateJobKey("default", "k").ok());
  EXPECT_TRUE(ValidateJobKey("a_b-9", std::string(256, 'k')).ok());
  EXPECT_FALSE(ValidateJobKey("", "k").ok());
  EXPECT_FALSE(ValidateJobKey("a/b", "k").ok());
  EXPECT_FALSE(ValidateJobKey("default", "").ok());
  EXPECT_FALSE(ValidateJobKey("default", std::string(257, 'k')).ok());
  EXPECT_FALSE(ValidateJobKey("default", "a\tb").ok());
}

}  // namespace
}  // namespace longtake
