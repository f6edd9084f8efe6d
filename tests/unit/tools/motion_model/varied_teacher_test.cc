#include "tools/motion_model/train/varied_teacher.h"

#include <gtest/gtest.h>

#include "tools/motion_model/train/labels.h"
#include "worker/engine/phonetics/mouth_curves.h"
#include "worker/engine/phonetics/teacher_curves.h"
#include "worker/engine/speech/articulation.h"

namespace longtake::training {
namespace {

using torch::Tensor;
using worker::PhoneClass;

constexpr int64_t kRows = 200, kSteps = 60;

// "pa" over and over, 100 ms a phone, between silences.
struct Speech {
  Tensor phones = torch::zeros({kRows, kSteps}, torch::kLong);
  Tensor curves;
  Speech() {
    const PhoneClass p = worker::PhonesOfIpa("p")[0];
    const PhoneClass a = worker::PhonesOfIpa("a")[0];
    for (int64_t k = 10; k < 50; ++k) {
      phones.select(1, k).fill_(int64_t{(k / 5) % 2 == 0 ? p : a});
    }
    std::vector<worker::PhoneSegment> segments;
    for (int64_t k = 0; k < kSteps; ++k) {
      segments.push_back(
          {.02 * static_cast<double>(k), .02 * static_cast<double>(k + 1),
           static_cast<PhoneClass>(phones[0][k].item<int64_t>())});
    }
    // One step, one segment is not what Vary sees, but near it.
    Tensor row = torch::empty({kSteps, worker::kMouthCurves});
    for (int64_t k = 0; k < kSteps; ++k) {
      const auto at = worker::TeacherCurvesAt(
          segments, .02 * (static_cast<double>(k) + .5));
      for (int c = 0; c < worker::kMouthCurves; ++c) row[k][c] = at[c];
    }
    curves = row.unsqueeze(0).expand({kRows, -1, -1}).contiguous();
  }
  Batch batch() const {
    return {{},
            curves,
            phones,
            torch::full(curves.sizes(), kTaught, torch::kUInt8)};
  }
};

TEST(VariedTeacherTest, SpeakersDifferAboutTheUsualMouth) {
  const Speech speech;
  Random random(3);
  const VariedSpeech varied = Vary(speech.batch(), random);
  ASSERT_EQ(varied.curves.sizes(), speech.curves.sizes());
  const Tensor jaw = varied.curves.select(2, worker::kCurveJaw);
  const Tensor usual = speech.curves.select(2, worker::kCurveJaw);
  EXPECT_LT((jaw.mean(0) - usual[0]).abs().max().item<float>(), .04f);
  EXPECT_GT(jaw.select(1, 27).std().item<float>(), .04f);
  EXPECT_GE(varied.curves.min().item<float>(), 0);
  EXPECT_LE(varied.curves.max().item<float>(), 1);
}

TEST(VariedTeacherTest, MoreEffortOpensTheJawFurther) {
  const Speech speech;
  Random random(3);
  const VariedSpeech varied = Vary(speech.batch(), random);
  const Tensor opened =
      varied.curves.select(2, worker::kCurveJaw).slice(1, 10, 50).mean(1);
  const Tensor effort = varied.articulation.select(1, worker::kTraitEffort);
  const Tensor rounding = varied.articulation.select(1, worker::kTraitRounding);
  const auto correlation = [&](const Tensor& with) {
    return torch::corrcoef(torch::stack({opened, with}))[0][1].item<float>();
  };
  EXPECT_GT(correlation(effort), .65f);
  EXPECT_LT(std::abs(correlation(rounding)), .3f);
}

TEST(VariedTeacherTest, ClosuresStayShutAndSilenceStaysStill) {
  const Speech speech;
  Random random(3);
  const VariedSpeech varied = Vary(speech.batch(), random);
  // The middles of p: steps 12, 22, 32, 42.
  const Tensor seal = varied.curves.select(2, worker::kCurveLipClose);
  EXPECT_GT(seal.select(1, 22).min().item<float>(), .9f);
  EXPECT_LT((varied.curves - speech.curves)
                .select(2, worker::kCurveJaw)
                .slice(1, 0, 3)
                .abs()
                .max()
                .item<float>(),
            .03f);
}

TEST(VariedTeacherTest, WhatWasMeasuredStaysAndHasNoTaughtSpeaker) {
  Batch batch = Speech().batch();
  batch.source.select(2, worker::kCurveJaw).slice(0, 0, 2).fill_(kMeasured);
  batch.source[1].select(1, worker::kCurveTongue).fill_(kUnknown);
  batch.phones[2].fill_(kUnknownPhone);
  batch.source[2].fill_(kMeasured);
  Random random(3);
  const VariedSpeech varied = Vary(batch, random);
  const Tensor moved = (varied.curves - batch.curves).abs().amax(1);
  EXPECT_EQ(moved[0][worker::kCurveJaw].item<float>(), 0);
  EXPECT_GT(moved[0][worker::kCurveUpperUp].item<float>(), 0);
  EXPECT_EQ(moved[1][worker::kCurveTongue].item<float>(), 0);
  EXPECT_EQ(moved[2].max().item<float>(), 0);
  EXPECT_GT(moved[3][worker::kCurveJaw].item<float>(), 0);
  ASSERT_EQ(varied.styled.sizes(), (std::vector<int64_t>{kRows, 1, 1}));
  EXPECT_EQ(varied.styled.slice(0, 0, 3).sum().item<float>(), 0);
  EXPECT_EQ(varied.styled.sum().item<float>(), kRows - 3);
}

}  // namespace
}  // namespace longtake::training
