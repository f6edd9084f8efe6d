// The embedded farm from end to end, with the synthetic engine.

#include "client/embedded/embedded_farm.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>

#include "client/farm/farm_connection.h"
#include "client/farm/fetch.h"
#include "client/files/input_files.h"
#include "client/progress/job_wait.h"
#include "common/digest/sha256.h"
#include "common/job/job_json.h"
#include "common/testing/temp_dir.h"
#include "tests/support/synthetic_engine.h"
#include "worker/media/image_file.h"
#include "worker/mux/take_muxer.h"

namespace longtake::client {
namespace {

constexpr int kSampleRateHz = 16000;
constexpr int kSeconds = 3;

void AppendLittleEndian(std::string* out, uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) {
    out->push_back(static_cast<char>(value >> (8 * i)));
  }
}

// A mono 16-bit WAV file of a swelling tone.
std::string ToneWav() {
  const uint32_t data_bytes = 2 * kSampleRateHz * kSeconds;
  std::string wav = "RIFF";
  AppendLittleEndian(&wav, 36 + data_bytes, 4);
  wav += "WAVEfmt ";
  AppendLittleEndian(&wav, 16, 4);
  AppendLittleEndian(&wav, 1, 2);
  AppendLittleEndian(&wav, 1, 2);
  AppendLittleEndian(&wav, kSampleRateHz, 4);
  AppendLittleEndian(&wav, 2 * kSampleRateHz, 4);
  AppendLittleEndian(&wav, 2, 2);
  AppendLittleEndian(&wav, 16, 2);
  wav += "data";
  AppendLittleEndian(&wav, data_bytes, 4);
  for (int i = 0; i < kSampleRateHz * kSeconds; ++i) {
    const double swell = std::sin(i * 0.0007);
    const double tone = 12000 * swell * swell * std::sin(i * 0.08);
    AppendLittleEndian(&wav, static_cast<uint16_t>(static_cast<int16_t>(tone)),
                       2);
  }
  return wav;
}

class EmbeddedFarmTest : public testing::Test {
 protected:
  EmbeddedFarmTest() {
    worker::Image image(96, 96);
    for (size_t i = 0; i < image.rgb.size(); ++i) {
      image.rgb[i] = static_cast<uint8_t>(i * 37 % 251);
    }
    EXPECT_TRUE(worker::WritePng(image, dir_.Join("me.png")).ok());
    std::ofstream(dir_.Join("tone.wav"), std::ios::binary) << ToneWav();
  }

  JobSpec Spec() {
    JobSpec spec;
    spec.engine = "synthetic";
    spec.output = {64, 64, {25, 1}, 30, "ultrafast"};
    spec.segment_millis = 1000;
    spec.portrait = *ReadInput({"portrait", dir_.Join("me.png")});
    spec.audio = *ReadInput({"audio", dir_.Join("tone.wav")});
    return spec;
  }

  // Renders into `output` with so many workers; the finished job.
  StatusOr<JobView> Render(int workers, const std::string& cache,
                           const std::string& output) {
    EmbeddedFarmOptions options;
    options.cache_dir = dir_.Join(cache);
    options.workers = workers;
    options.engines = {engine_};
    LT_ASSIGN_OR_RETURN(const std::unique_ptr<EmbeddedFarm> embedded,
                        EmbeddedFarm::Start(options));
    FarmOptions farm_options;
    farm_options.channel = embedded->channel();
    farm_options.address = "this process";
    FarmConnection farm(std::move(farm_options));
    const JobSpec spec = Spec();
    LT_RETURN_IF_ERROR(
        farm.UploadFile(dir_.Join("me.png"), spec.portrait.blob, {}));
    LT_RETURN_IF_ERROR(
        farm.UploadFile(dir_.Join("tone.wav"), spec.audio.blob, {}));
    LT_ASSIGN_OR_RETURN(const SubmittedJob submitted,
                        farm.SubmitJob("default", output, spec));
    WaitOptions wait;
    wait.job_id = submitted.job.job_id;
    LT_ASSIGN_OR_RETURN(const JobView job, WaitForJob(farm, wait));
    LT_RETURN_IF_ERROR(StatusOfJob(job));
    LT_RETURN_IF_ERROR(FetchBlob(farm, job.take, dir_.Join(output), {}));
    return job;
  }

  const TempDir dir_;
  const std::shared_ptr<worker::SyntheticEngine> engine_ =
      std::make_shared<worker::SyntheticEngine>();
};

TEST_F(EmbeddedFarmTest, OneWorkerAndThreeMakeTheSameBytes) {
  const StatusOr<JobView> one = Render(1, "cache1", "one.mp4");
  ASSERT_TRUE(one.ok()) << one.status();
  const StatusOr<JobView> three = Render(3, "cache3", "three.mp4");
  ASSERT_TRUE(three.ok()) << three.status();
  EXPECT_EQ(one->progress.frames_total, 25 * kSeconds);
  EXPECT_EQ(one->progress.segments_rendered, one->progress.segments_total);
  EXPECT_GT(one->progress.segments_total, 1);
  EXPECT_EQ(*Sha256OfFile(dir_.Join("one.mp4")),
            *Sha256OfFile(dir_.Join("three.mp4")));
  EXPECT_EQ(*worker::ReadTakeTag(dir_.Join("one.mp4")), InputsDigest(Spec()));
}

TEST_F(EmbeddedFarmTest, SecondRunComesFromTheCache) {
  ASSERT_TRUE(Render(2, "cache", "first.mp4").ok());
  const int64_t drawn = engine_->frames_drawn();
  const StatusOr<JobView> second = Render(2, "cache", "second.mp4");
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(second->progress.segments_rendered, 0);
  EXPECT_EQ(engine_->frames_drawn(), drawn);
  EXPECT_EQ(*Sha256OfFile(dir_.Join("first.mp4")),
            *Sha256OfFile(dir_.Join("second.mp4")));
}

TEST_F(EmbeddedFarmTest, UnusableCacheDirectoryIsOneClearLine) {
  EmbeddedFarmOptions options;
  options.cache_dir = dir_.Join("me.png");
  options.engines = {engine_};
  const Status status = EmbeddedFarm::Start(options).status();
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_NE(Message(status).find("--cache-dir"), std::string::npos);
}

TEST(DefaultCacheDirectoryTest, FollowsXdgThenHome) {
  ::setenv("XDG_CACHE_HOME", "/x/cache", 1);
  EXPECT_EQ(*DefaultCacheDirectory(), "/x/cache/longtake");
  ::setenv("XDG_CACHE_HOME", "relative", 1);
  ::setenv("HOME", "/home/me", 1);
  EXPECT_EQ(*DefaultCacheDirectory(), "/home/me/.cache/longtake");
  ::unsetenv("XDG_CACHE_HOME");
  ::unsetenv("HOME");
  EXPECT_EQ(DefaultCacheDirectory().status().code(),
            StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace longtake::client
