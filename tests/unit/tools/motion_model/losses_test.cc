#include "tools/motion_model/train/losses.h"

#include <gtest/gtest.h>

#include "tools/motion_model/train/labels.h"

namespace longtake::training {
namespace {

using torch::Tensor;

constexpr int64_t kRows = 3, kSteps = 7, kCurves = 11;

struct Case {
  Tensor found = torch::rand({kRows, kSteps, kCurves});
  Tensor wanted = torch::rand({kRows, kSteps, kCurves});
  Tensor source = torch::full({kRows, kSteps, kCurves}, kTaught, torch::kUInt8);
  Tensor weights = torch::linspace(1, 2, kCurves);
  Case() { found.requires_grad_(); }
};

double Of(const Tensor& t) { return t.item<double>(); }

TEST(LossesTest, WhereAllIsKnownTheyAreThePlainMeans) {
  torch::manual_seed(1);
  const Case c;
  EXPECT_NEAR(Of(CurveError(c.found, c.wanted, c.source, c.weights)),
              Of(((c.found - c.wanted).pow(2) * c.weights).mean()), 1e-6);
  const Tensor moved = torch::diff(c.found, 1, 1) - torch::diff(c.wanted, 1, 1);
  EXPECT_NEAR(Of(VelocityError(c.found, c.wanted, c.source, c.weights)),
              Of((moved.pow(2) * c.weights).mean()), 1e-6);
  const Tensor logits = torch::randn({kRows, kSteps, 41});
  const Tensor phones = torch::randint(41, {kRows, kSteps}, torch::kLong);
  namespace F = torch::nn::functional;
  EXPECT_NEAR(
      Of(PhoneError(logits, phones, .05)),
      Of(F::cross_entropy(logits.reshape({-1, 41}), phones.reshape({-1}),
                          F::CrossEntropyFuncOptions().label_smoothing(.05))),
      1e-6);
}

TEST(LossesTest, NothingIsLearnedFromWhatNobodyKnows) {
  torch::manual_seed(2);
  Case c;
  c.source.select(2, 4).fill_(kUnknown);
  c.source[1].slice(0, 2, 4).fill_(kUnknown);
  const Tensor unknown = c.source == kUnknown;
  for (const auto& error : {&CurveError, &VelocityError}) {
    const Tensor loss = error(c.found, c.wanted, c.source, c.weights);
    const Tensor gradient = torch::autograd::grad({loss}, {c.found})[0];
    EXPECT_EQ(Of(gradient.masked_select(unknown).abs().sum()), 0);
    EXPECT_GT(Of(gradient.masked_select(~unknown).abs().min()), 0);
    const Tensor others = torch::where(unknown, 5 + c.wanted, c.wanted);
    EXPECT_EQ(Of(error(c.found, others, c.source, c.weights)), Of(loss));
  }
  c.source.fill_(kUnknown);
  EXPECT_EQ(Of(CurveError(c.found, c.wanted, c.source, c.weights)), 0);
  EXPECT_EQ(Of(VelocityError(c.found, c.wanted, c.source, c.weights)), 0);
}

TEST(LossesTest, FromATaughtToAMeasuredValueNothingMoves) {
  torch::manual_seed(3);
  Case c;
  c.source.slice(1, 4).fill_(kMeasured);
  Tensor jump = c.wanted.clone();
  jump.slice(1, 4) += 3;
  EXPECT_NEAR(Of(VelocityError(c.found, jump, c.source, c.weights)),
              Of(VelocityError(c.found, c.wanted, c.source, c.weights)), 1e-5);
}

TEST(LossesTest, UnknownPhonesHaveNoPartInTheCrossEntropy) {
  torch::manual_seed(4);
  const Tensor logits = torch::randn({kRows, kSteps, 41}).requires_grad_();
  Tensor phones = torch::randint(41, {kRows, kSteps}, torch::kLong);
  phones[0].fill_(kUnknownPhone);
  const Tensor loss = PhoneError(logits, phones, .05);
  EXPECT_NEAR(Of(loss),
              Of(PhoneError(logits.slice(0, 1), phones.slice(0, 1), .05)),
              1e-6);
  const Tensor gradient = torch::autograd::grad({loss}, {logits})[0];
  EXPECT_EQ(Of(gradient[0].abs().sum()), 0);
  phones.fill_(kUnknownPhone);
  EXPECT_EQ(Of(PhoneError(logits, phones, .05)), 0);
}

}  // namespace
}  // namespace longtake::training
