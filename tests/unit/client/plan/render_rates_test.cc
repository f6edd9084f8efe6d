#include "client/plan/render_rates.h"

#include <gtest/gtest.h>

#include "tests/unit/worker/media/media_fixtures.h"

namespace longtake::client {
namespace {

const RateSetup kSetup = {"hilm 4", "cpu-avx2", 512, 512, "veryfast", 2};

TaskView Render(FrameRange range, int64_t micros, bool from_cache = false) {
  TaskView task;
  task.kind = TaskKind::kRender;
  task.state = TaskState::kSucceeded;
  task.range = range;
  task.from_cache = from_cache;
  task.timings.total_micros = micros;
  return task;
}

TEST(RenderRatesTest, OnlyWhatWasRenderedIsMeasured) {
  TaskView assembly;
  assembly.kind = TaskKind::kAssemble;
  assembly.state = TaskState::kSucceeded;
  assembly.timings.total_micros = 500000;
  TaskView failed = Render({0, 1000}, 9000000);
  failed.state = TaskState::kFailed;
  const auto rate =
      MeasuredRate({Render({0, 40}, 400000), Render({40, 300}, 99, true),
                    Render({300, 600}, 3000000), failed, assembly},
                   600);
  ASSERT_TRUE(rate);
  EXPECT_EQ(rate->frames, 340);
  EXPECT_EQ(rate->render_micros, 3400000);
  EXPECT_EQ(rate->take_frames, 600);
  EXPECT_EQ(rate->assemble_micros, 500000);
  EXPECT_FALSE(MeasuredRate({Render({0, 29}, 400000)}, 29));
  EXPECT_FALSE(MeasuredRate({Render({0, 300}, 400000, true)}, 300));
  EXPECT_FALSE(MeasuredRate({}, 0));
}

TEST(RenderRatesTest, AnEstimateIsTheLongestWorkersTimeAndTheAssembly) {
  const RenderRate rate{100, 1000000, 1000, 2000000};  // 10 ms and 2 ms a frame
  EXPECT_DOUBLE_EQ(EstimateSeconds(rate, {300, 300, 300}, 2, 900), 6 + 1.8);
  EXPECT_DOUBLE_EQ(EstimateSeconds(rate, {300}, 8, 300), 3 + 0.6);
  EXPECT_DOUBLE_EQ(EstimateSeconds({100, 1000000, 0, 0}, {300}, 1, 300), 3);
  // The take itself comes from the cache.
  EXPECT_DOUBLE_EQ(EstimateSeconds(rate, {}, 2, 900), 0);
}

TEST(RenderRatesTest, TheLatestRateOfASetupIsKept) {
  worker::TempDir dir;
  const std::string cache = dir.Path("");
  EXPECT_FALSE(FindRate(cache, kSetup));
  ASSERT_TRUE(KeepRate(cache, kSetup, {100, 1000, 100, 7}).ok());
  RateSetup other = kSetup;
  other.workers = 1;
  ASSERT_TRUE(KeepRate(cache, other, {200, 9000, 0, 0}).ok());
  // Only segments were rendered this time; the assembly's figures stay.
  ASSERT_TRUE(KeepRate(cache, kSetup, {300, 2000, 0, 0}).ok());
  const auto found = FindRate(cache, kSetup);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->frames, 300);
  EXPECT_EQ(found->render_micros, 2000);
  EXPECT_EQ(found->take_frames, 100);
  EXPECT_EQ(found->assemble_micros, 7);
  EXPECT_EQ(FindRate(cache, other)->frames, 200);
  other.preset = "slow";
  EXPECT_FALSE(FindRate(cache, other));
}

TEST(RenderRatesTest, TheOldestSetupsMakeRoom) {
  worker::TempDir dir;
  const std::string cache = dir.Path("");
  RateSetup setup = kSetup;
  for (setup.workers = 1; setup.workers <= 70; ++setup.workers) {
    ASSERT_TRUE(KeepRate(cache, setup, {100, 1000, 0, 0}).ok());
  }
  setup.workers = 70;
  EXPECT_TRUE(FindRate(cache, setup));
  setup.workers = 7;
  EXPECT_TRUE(FindRate(cache, setup));
  setup.workers = 6;
  EXPECT_FALSE(FindRate(cache, setup));
}

TEST(RenderRatesTest, ADamagedFileIsNoRateAndIsReplaced) {
  worker::TempDir dir;
  const std::string cache = dir.Path("");
  for (const char* text :
       {"", "[]", "{\"rates\":7}", "{\"rates\":[1,{}]}", "{\"rates\"",
        "{\"rates\":[{\"engine\":\"hilm 4\",\"numerics_class\":\"cpu-avx2\","
        "\"width\":512,\"height\":512,\"preset\":\"veryfast\",\"workers\":2,"
        "\"frames\":-5,\"render_micros\":0}]}"}) {
    worker::WriteBytes(dir.Path("rates.json"), text);
    EXPECT_FALSE(FindRate(cache, kSetup)) << text;
    EXPECT_TRUE(KeepRate(cache, kSetup, {100, 1000, 0, 0}).ok()) << text;
    EXPECT_TRUE(FindRate(cache, kSetup)) << text;
  }
}

}  // namespace
}  // namespace longtake::client
