#include "client/cli/limit_flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

namespace longtake::client {
namespace {

using testing::HasSubstr;

TEST(LimitFlagsTest, EveryLimitCanBeSet) {
  const auto limits =
      ParseLimits({{"job_length=2h30m", "portrait_pixels=100000000", "faces=4",
                    "frame_side=1024", "portrait_size=1MiB", "audio_size=2GB",
                    "motion_size=3MB", "guide_size=4KiB"}});
  ASSERT_TRUE(limits.ok()) << limits.status();
  EXPECT_EQ(limits->max_job_length, absl::Minutes(150));
  InputLimits expected;
  expected.portrait_pixels = 100'000'000;
  expected.portrait_faces = 4;
  expected.frame_side = 1024;
  expected.portrait_bytes = 1 << 20;
  expected.audio_bytes = 2'000'000'000;
  expected.motion_bytes = 3'000'000;
  expected.guide_bytes = 4096;
  EXPECT_EQ(limits->inputs, expected);
}

TEST(LimitFlagsTest, WithoutFlagsTheDefaultsHold) {
  const auto limits = ParseLimits({});
  ASSERT_TRUE(limits.ok());
  EXPECT_EQ(limits->inputs, InputLimits());
  EXPECT_EQ(limits->max_job_length, absl::Hours(12));
}

TEST(LimitFlagsTest, WhatCannotBeIsRefusedByName) {
  for (const auto& [text, says] :
       {std::pair{"faces=0", "--limit faces=0: faces must be 1 to 32"},
        {"faces=33", "must be 1 to 32"},
        {"faces=1.5", "must be 1 to 32"},
        {"frame_side=63", "must be 64 to 4096"},
        {"portrait_pixels=-1", "must be 1 to 400000000"},
        {"job_length=0s", "must be 1s to 24h"},
        {"job_length=12", "must be 1s to 24h, with its unit"},
        {"job_length=25h", "must be 1s to 24h"},
        {"portrait_size=1TB", "must be 1B to 256MiB"},
        {"guide_size=0", "must be 1B to 16MiB"},
        {"guide_size=16777217B", "must be 1B to 16MiB"},
        {"jobs=3", "'jobs' is no limit: give one of job_length,"}}) {
    const auto limits = ParseLimits({{text}});
    EXPECT_EQ(limits.status().code(), StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(Message(limits.status()), HasSubstr(says));
  }
  EXPECT_THAT(Message(ParseLimits({{"faces=1", "faces=2"}}).status()),
              HasSubstr("limit 'faces' is given twice"));
}

TEST(LimitFlagsTest, TheMostThatCanBeIsTaken) {
  EXPECT_TRUE(ParseLimits({{"job_length=24h", "portrait_pixels=400000000",
                            "faces=32", "frame_side=4096",
                            "portrait_size=256MiB", "audio_size=32GiB",
                            "motion_size=4GiB", "guide_size=16MiB"}})
                  .ok());
}

TEST(LimitFlagsTest, TheEnvironmentGivesSeveral) {
  ASSERT_EQ(setenv("LONGTAKE_LIMITS", "faces=3,job_length=1m", 1), 0);
  CLI::App app;
  LimitFlags flags;
  AddLimitFlags(&app, &flags);
  app.parse(std::vector<std::string>{});
  unsetenv("LONGTAKE_LIMITS");
  const auto limits = ParseLimits(flags);
  ASSERT_TRUE(limits.ok()) << limits.status();
  EXPECT_EQ(limits->inputs.portrait_faces, 3);
  EXPECT_EQ(limits->max_job_length, absl::Minutes(1));
}

}  // namespace
}  // namespace longtake::client
