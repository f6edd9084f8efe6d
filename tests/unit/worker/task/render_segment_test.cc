#include <algorithm>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "tests/unit/worker/media/media_fixtures.h"
#include "tests/unit/worker/task/job_fixture.h"
#include "worker/stitch/evidence.h"

namespace longtake::worker {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Draws what the engine's own renderer draws, many frames at once.
class BatchRenderer : public FrameRenderer {
 public:
  static constexpr int kBatch = 16;

  BatchRenderer(std::unique_ptr<FrameRenderer> one_by_one, int* largest)
      : one_by_one_(std::move(one_by_one)), largest_(*largest) {}

  Status Render(const MotionFrame&, FrameIndex, Image*) override {
    return Internal("a batch renderer was asked for one frame");
  }
  int preferred_batch() const override { return kBatch; }
  Status RenderBatch(std::span<const MotionFrame> motions, FrameIndex first,
                     std::span<Image> out) override {
    if (motions.size() != out.size()) return Internal("images are missing");
    largest_ = std::max(largest_, static_cast<int>(motions.size()));
    return one_by_one_->RenderBatch(motions, first, out);
  }

 private:
  const std::unique_ptr<FrameRenderer> one_by_one_;
  int& largest_;
};

class BatchEngine : public SyntheticEngine {
 public:
  StatusOr<std::unique_ptr<FrameRenderer>> OpenRenderer(
      const std::string& latent) const override {
    LT_ASSIGN_OR_RETURN(std::unique_ptr<FrameRenderer> renderer,
                        SyntheticEngine::OpenRenderer(latent));
    return std::make_unique<BatchRenderer>(std::move(renderer), &largest_);
  }
  int largest_batch() const { return largest_; }

 private:
  mutable int largest_ = 0;
};

// A prime number of frames: no cut falls on a round one.
constexpr int64_t kFrames = 211;

class RenderSegmentTest : public JobTest {
 protected:
  void SetUp() override { Prepare(engine_, kFrames); }

  SegmentEvidence EvidenceOf(const RenderedSegment& segment) {
    auto evidence = ParseEvidence(Bytes(segment.result.evidence));
    EXPECT_TRUE(evidence.ok()) << evidence.status();
    return *std::move(evidence);
  }
  std::vector<YuvFrame> Decode(const BlobRef& chunk) {
    auto local = store_->OpenBlob(chunk);
    EXPECT_TRUE(local.ok()) << local.status();
    return DecodeVideo((*local)->path()).frames;
  }

  SyntheticEngine engine_;
};

TEST_F(RenderSegmentTest, SameTaskGivesTheSameBytesOnAnyEngineObject) {
  const auto first = Render(engine_, {30, 90});
  SyntheticEngine other;
  const auto second = Render(other, {30, 90});
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(first->chunk, second->chunk);
  EXPECT_EQ(first->evidence, second->evidence);
  EXPECT_EQ(first->frames, 60);
}

TEST_F(RenderSegmentTest, FramesAreTheSameHoweverTheJobIsCut) {
  std::vector<YuvFrame> whole;
  for (const int segments : {1, 7, 50}) {
    const auto rendered = RenderAll(engine_, segments);
    ASSERT_TRUE(rendered.ok()) << rendered.status();
    std::vector<YuvFrame> frames;
    for (const RenderedSegment& segment : *rendered) {
      EXPECT_EQ(segment.result.frames, segment.range.size());
      for (YuvFrame& frame : Decode(segment.result.chunk)) {
        frames.push_back(std::move(frame));
      }
    }
    ASSERT_EQ(static_cast<int64_t>(frames.size()), kFrames);
    if (segments == 1) {
      whole = frames;
      EXPECT_FALSE(whole[10] == whole[11]);
    } else {
      EXPECT_TRUE(frames == whole) << segments << " segments";
    }
  }
}

TEST_F(RenderSegmentTest, FramesDrawnInBatchesMakeTheSameChunks) {
  for (const FrameRange range : {FrameRange{0, 61}, {61, 64}, {64, 211}}) {
    const auto singles = Render(engine_, range);
    const BatchEngine engine;
    renderers_.Drop();
    const auto batches = Render(engine, range);
    renderers_.Drop();
    ASSERT_TRUE(singles.ok() && batches.ok()) << batches.status();
    EXPECT_EQ(batches->chunk, singles->chunk);
    EXPECT_EQ(batches->evidence, singles->evidence);
    EXPECT_EQ(
        engine.largest_batch(),
        std::min<int64_t>(BatchRenderer::kBatch, WithOverlap(range).size()));
  }
}

TEST_F(RenderSegmentTest, NeighboursAgreeBitForBitWhereTheyOverlap) {
  const auto rendered = RenderAll(engine_, 7);
  ASSERT_TRUE(rendered.ok()) << rendered.status();
  for (size_t i = 0; i + 1 < rendered->size(); ++i) {
    const SegmentEvidence left = EvidenceOf((*rendered)[i]);
    const SegmentEvidence right = EvidenceOf((*rendered)[i + 1]);
    const FrameIndex cut = right.range.begin;
    for (FrameIndex f = cut - 2; f < cut + 2; ++f) {
      ASSERT_NE(left.Find(f), nullptr);
      ASSERT_NE(right.Find(f), nullptr);
      EXPECT_EQ(left.Find(f)->sha256, right.Find(f)->sha256);
      EXPECT_EQ(left.Find(f)->motion, right.Find(f)->motion);
    }
  }
}

// The mark is of the absolute frame: however a job is cut, and in a render of
// one segment again, its frames are the same.
TEST_F(RenderSegmentTest, WatermarkedFramesAreTheSameHoweverTheJobIsCut) {
  const std::vector<YuvFrame> plain =
      Decode(Render(engine_, {0, kFrames})->chunk);
  watermark_ = {kWatermarkScheme, kPublicWatermarkKeyId, 77};
  const std::vector<YuvFrame> whole =
      Decode(Render(engine_, {0, kFrames})->chunk);
  ASSERT_EQ(whole.size(), plain.size());
  EXPECT_FALSE(whole[100] == plain[100]);
  EXPECT_TRUE(whole[100].u == plain[100].u);
  const auto rendered = RenderAll(engine_, 7);
  ASSERT_TRUE(rendered.ok()) << rendered.status();
  for (const RenderedSegment& segment : *rendered) {
    const std::vector<YuvFrame> frames = Decode(segment.result.chunk);
    for (FrameIndex f = segment.range.begin; f < segment.range.end; ++f) {
      ASSERT_TRUE(frames[f - segment.range.begin] == whole[f]) << f;
    }
  }
  const SegmentEvidence left = EvidenceOf((*rendered)[2]);
  const SegmentEvidence right = EvidenceOf((*rendered)[3]);
  EXPECT_EQ(left.Find(right.range.begin)->sha256,
            right.Find(right.range.begin)->sha256);
  const auto again = Render(engine_, (*rendered)[3].range);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->chunk, (*rendered)[3].result.chunk);
}

TEST_F(RenderSegmentTest, AWorkerWithoutTheKeyOrSchemeRefuses) {
  watermark_ = {kWatermarkScheme, "0123456789abcdef", 77};
  const auto keyless = Render(engine_, {0, 5});
  EXPECT_EQ(keyless.status().code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(Message(keyless.status()), HasSubstr("--watermark-key"));
  watermark_ = {kWatermarkScheme + 1, kPublicWatermarkKeyId, 77};
  EXPECT_EQ(Render(engine_, {0, 5}).status().code(),
            StatusCode::kFailedPrecondition);
}

TEST_F(RenderSegmentTest, OverlapIsDrawnButNotEncoded) {
  const int64_t before = engine_.frames_drawn();
  const auto result = Render(engine_, {100, 110});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(engine_.frames_drawn() - before, 14);
  EXPECT_EQ(Decode(result->chunk).size(), 10u);
}

TEST_F(RenderSegmentTest, ProgressCountsTheFramesOfTheRange) {
  std::vector<int64_t> seen;
  progress_ = [&](int64_t frames) { seen.push_back(frames); };
  ASSERT_TRUE(Render(engine_, {50, 55}).ok());
  EXPECT_THAT(seen, ElementsAre(1, 2, 3, 4, 5));
}

TEST_F(RenderSegmentTest, TimingsSayWhereTheTimeWent) {
  ASSERT_TRUE(Render(engine_, {0, kFrames}).ok());
  EXPECT_GT(last_.timings.draw_micros, 0);
  EXPECT_GT(last_.timings.encode_micros, 0);
  EXPECT_GE(last_.timings.total_micros, last_.timings.draw_micros);
}

TEST_F(RenderSegmentTest, RendererIsOpenedOnceForOneIdentity) {
  ASSERT_TRUE(RenderAll(engine_, 7).ok());
  EXPECT_EQ(engine_.renderers_opened(), 1);
  renderers_.Drop();
  ASSERT_TRUE(Render(engine_, {0, 3}).ok());
  EXPECT_EQ(engine_.renderers_opened(), 2);
}

TEST_F(RenderSegmentTest, EngineErrorKeepsItsCodeAndLeavesNothing) {
  SyntheticOptions options;
  options.faults.fail_at = 40;
  options.faults.fail_code = StatusCode::kResourceExhausted;
  options.faults.fail_times = 1;
  SyntheticEngine failing(options);
  renderers_.Drop();
  const auto first = Render(failing, {30, 60});
  EXPECT_EQ(first.status().code(), StatusCode::kResourceExhausted);
  EXPECT_THAT(Message(first.status()), HasSubstr("frame 40"));
  // The planted failure is used up: the attempt after it succeeds.
  EXPECT_TRUE(Render(failing, {30, 60}).ok());
}

TEST_F(RenderSegmentTest, StopEndsTheRenderWithinAFewFrames) {
  int64_t done = 0;
  progress_ = [&](int64_t frames) {
    done = frames;
    if (frames == 20) stop_.request_stop();
  };
  const auto result = Render(engine_, {0, kFrames});
  EXPECT_EQ(result.status().code(), StatusCode::kCancelled);
  EXPECT_EQ(done, 20);
}

TEST_F(RenderSegmentTest, RangesThatMakeNoSenseAreRefused) {
  RenderTask task = MakeRender({10, 20}, audio_.pcm);
  for (const FrameRange rendered :
       {FrameRange{11, 22}, FrameRange{8, 19}, FrameRange{-1, 22},
        FrameRange{8, kFrames + 1}}) {
    task.rendered = rendered;
    EXPECT_EQ(Run<RenderResult>(engine_, task).status().code(),
              StatusCode::kInvalidArgument);
  }
}

TEST_F(RenderSegmentTest, PictureOfAnotherSizeThanAskedForIsAnError) {
  output_.width = 32;
  const auto result = Render(engine_, {0, 5});
  EXPECT_EQ(result.status().code(), StatusCode::kInternal);
}

}  // namespace
}  // namespace longtake::worker
