#include "common/job/input_limits.h"

#include <gtest/gtest.h>

#include "tests/unit/common/job/sample_values.h"

namespace longtake {
namespace {

TEST(InputLimitsTest, MegapixelsAreRoundedUpToATenth) {
  EXPECT_EQ(MegapixelsText(64'000'000), "64 megapixels");
  EXPECT_EQ(MegapixelsText(64'000'001), "64.1 megapixels");
  EXPECT_EQ(MegapixelsText(262'144), "0.3 megapixels");
  EXPECT_EQ(MegapixelsText(1), "0.1 megapixels");
  EXPECT_EQ(MegapixelsText(10'000'000'000), "10000 megapixels");
}

TEST(InputLimitsTest, EachFileHasALimitOfItsOwn) {
  InputLimits limits;
  limits.portrait_bytes = 10;
  limits.audio_bytes = 20;
  limits.motion_bytes = 30;
  limits.guide_bytes = 40;
  for (const auto& [role, most, setting] :
       {std::tuple{"portrait", 10, "portrait_size"},
        {"audio", 20, "audio_size"},
        {"motion", 30, "motion_size"},
        {"transcript", 40, "guide_size"}}) {
    EXPECT_TRUE(CheckInputSize(role, "f", most, limits).ok()) << role;
    const Status refused = CheckInputSize(role, "f", most + 1, limits);
    EXPECT_EQ(refused.code(), StatusCode::kInvalidArgument);
    EXPECT_EQ(Message(refused),
              std::string(role) + " f: " + std::to_string(most + 1) +
                  " bytes, the limit is " + std::to_string(most) + " (" +
                  setting + "): give a smaller file");
  }
}

TEST(InputLimitsTest, AJobIsCheckedWhole) {
  const JobSpec spec = SampleGuidedJobSpec();  // 640x360
  EXPECT_TRUE(CheckInputLimits(spec, {}).ok());
  InputLimits limits;
  limits.frame_side = 638;
  EXPECT_EQ(Message(CheckInputLimits(spec, limits)),
            "output 640x360: the limit is 638 pixels a side (frame_side): give "
            "a smaller size");
  limits = {};
  limits.guide_bytes = 1;
  EXPECT_FALSE(CheckInputLimits(spec, limits).ok());
}

}  // namespace
}  // namespace longtake
