#include "worker/engine/speech/mouth_diffusion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cmath>

#include "worker/engine/motion/philox.h"
#include "worker/engine/speech/module_weights.h"
#include "worker/engine/speech/mouth_denoiser_module.h"

namespace longtake::worker {
namespace {

constexpr int64_t kHidden = 6;

Safetensors RandomWeights() {
  torch::manual_seed(8);
  const MouthDenoiserShape shape = {kHidden, 16, 5};
  Safetensors file;
  file.PutInt64("d.channels", shape.channels);
  file.PutInt64("d.block_count", shape.blocks);
  file.PutFloats("d.spread", std::vector<float>(kMouthCurves, .1f),
                 {kMouthCurves});
  MouthDenoiserModule net(shape);
  const torch::NoGradGuard no_grad;
  // Larger than they are drawn: what is far away then counts, too.
  for (torch::Tensor& p : net->parameters()) p.mul_(2);
  PutModule(*net, "d.", &file);
  return file;
}

struct Inputs {
  SpeechNetOutput heard;
  std::vector<Articulation> articulation;
  std::vector<MouthCurves> noise;

  // Of the absolute steps [first, first + steps).
  Inputs(int64_t first, int64_t steps, uint64_t seed = 1) {
    const KeyedRandom random(seed, RandomPurpose::kMouthDiffusion);
    for (int64_t k = first; k < first + steps; ++k) {
      const double t = static_cast<double>(k);
      MouthCurves mean, start;
      for (int c = 0; c < kMouthCurves; ++c) {
        mean[c] = static_cast<float>(.5 + .3 * std::sin(.3 * t + c));
        start[c] = static_cast<float>(random.Normal(k, c));
      }
      heard.means.push_back(mean);
      heard.curves.push_back(mean);
      heard.curves.back()[kCurveLipClose] = .77f;
      for (int h = 0; h < kHidden; ++h) {
        heard.hidden.push_back(static_cast<float>(std::cos(.2 * t * (h + 1))));
      }
      noise.push_back(start);
      articulation.push_back({});
    }
  }
};

std::vector<MouthCurves> Sample(const MouthDiffusion& diffusion,
                                const Inputs& in) {
  return diffusion.Sample(in.heard, in.articulation, in.noise);
}

class MouthDiffusionTest : public testing::Test {
 protected:
  MouthDiffusionTest() {
    auto made = MouthDiffusion::Create(RandomWeights(), "d.", kHidden);
    EXPECT_TRUE(made.ok()) << made.status();
    diffusion_ = *std::move(made);
  }
  std::unique_ptr<MouthDiffusion> diffusion_;
};

TEST_F(MouthDiffusionTest, EqualNoiseGivesEqualBitsAndOtherNoiseAnotherTake) {
  const auto a = Sample(*diffusion_, Inputs(0, 120));
  EXPECT_EQ(a, Sample(*diffusion_, Inputs(0, 120)));
  const auto b = Sample(*diffusion_, Inputs(0, 120, 2));
  double difference = 0;
  for (size_t k = 0; k < a.size(); ++k) {
    difference += std::abs(a[k][kCurveJaw] - b[k][kCurveJaw]);
  }
  EXPECT_GT(difference / 120, .005);
}

TEST_F(MouthDiffusionTest, TheSealIsWhatWasHeard) {
  for (const MouthCurves& mouth : Sample(*diffusion_, Inputs(0, 60))) {
    EXPECT_EQ(mouth[kCurveLipClose], .77f);
  }
}

TEST_F(MouthDiffusionTest, AStepDependsOnItsReachAlone) {
  const int64_t steps = 2 * kDiffusionReachSteps + 20;
  const auto before = Sample(*diffusion_, Inputs(0, steps));
  Inputs other(0, steps);
  other.noise[0][kCurveJaw] += 2;
  other.heard.hidden[0] += 1;
  other.articulation[0] = {1, 1, 1};
  const auto after = Sample(*diffusion_, other);
  EXPECT_NE(before[0], after[0]);
  EXPECT_NE(before[12], after[12]);
  for (int64_t k = kDiffusionReachSteps + 1; k < steps; ++k) {
    EXPECT_EQ(before[k], after[k]) << k;
  }
}

// No window waits for its neighbour: they meet at the same mouth.
TEST_F(MouthDiffusionTest, OverlappingPiecesAgree) {
  const auto one = Sample(*diffusion_, Inputs(0, 200));
  const auto two = Sample(*diffusion_, Inputs(80, 200));
  for (int64_t k = 80 + kDiffusionReachSteps + 1;
       k < 200 - kDiffusionReachSteps - 1; ++k) {
    for (int c = 0; c < kMouthCurves; ++c) {
      EXPECT_NEAR(one[k][c], two[k - 80][c], 1e-5) << k << " " << c;
    }
  }
}

TEST_F(MouthDiffusionTest, FaultyWeightsAreRefused) {
  const auto refuse = [](const Safetensors& file, const char* what) {
    const auto made = MouthDiffusion::Create(file, "d.", kHidden);
    ASSERT_FALSE(made.ok());
    EXPECT_EQ(made.status().code(), StatusCode::kInvalidArgument);
    EXPECT_THAT(Message(made.status()), testing::HasSubstr(what));
  };
  refuse(Safetensors(), "channels");
  Safetensors file = RandomWeights();
  file.PutInt64("d.channels", 20);
  refuse(file, "shape");
  file.PutInt64("d.channels", 0);
  refuse(file, "0 channels");
  EXPECT_FALSE(MouthDiffusion::Create(RandomWeights(), "d.", kHidden + 1).ok());
}

// The schedule keeps the variance of what is between signal and noise.
TEST(MouthDenoiserTest, SignalAndNoiseKeepTheVariance) {
  for (double level = 0; level <= 1; level += .1) {
    EXPECT_NEAR(std::pow(SignalAt(level), 2) + std::pow(NoiseAt(level), 2), 1,
                1e-12);
  }
  EXPECT_EQ(NoiseAt(0), 0);
  EXPECT_NEAR(SignalAt(1), 0, 1e-12);
}

TEST(ArticulationTest, EmotionsArticulateInProportion) {
  EmotionWeights none{}, half{}, all{};
  half[static_cast<int>(Emotion::kHappy)] = .5;
  all[static_cast<int>(Emotion::kHappy)] = 1;
  EXPECT_EQ(ArticulationOf(none), Articulation{});
  const Articulation h = ArticulationOf(half), a = ArticulationOf(all);
  EXPECT_GT(a[kTraitSpread], .5f);
  for (int t = 0; t < kArticulationTraits; ++t) {
    EXPECT_FLOAT_EQ(2 * h[t], a[t]);
  }
}

}  // namespace
}  // namespace longtake::worker
