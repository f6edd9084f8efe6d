#include "tools/motion_model/train/batches.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tools/motion_model/train/augment.h"
#include "tools/motion_model/train/labels.h"
#include "tools/motion_model/train/noise.h"
#include "worker/engine/audio/mel_spectrum.h"
#include "worker/engine/phonetics/mouth_curves.h"
#include "worker/engine/phonetics/phones.h"

namespace longtake::training {
namespace {

constexpr int64_t kLoudHop = 200;  // of the utterance below: 10 hops

// Quiet but for 100 ms, which alone are labelled as speech.
Utterance Marked(int64_t hops) {
  Utterance u;
  u.voice = "flite/slt";
  torch::Tensor mel = torch::full({hops, worker::kMelBands}, -18.f);
  torch::Tensor curves = torch::zeros({hops / 2, worker::kMouthCurves});
  u.phones = torch::zeros({hops / 2}, torch::kUInt8);
  if (kLoudHop + 10 <= hops) {
    mel.slice(0, kLoudHop, kLoudHop + 10).fill_(-2);
    curves.slice(0, kLoudHop / 2, kLoudHop / 2 + 5).fill_(1);
    u.phones.slice(0, kLoudHop / 2, kLoudHop / 2 + 5).fill_(7);
  }
  u.mel = mel.to(torch::kHalf);
  u.curves = curves.to(torch::kHalf);
  u.source = torch::full(curves.sizes(), kTaught, torch::kUInt8);
  return u;
}

Batch FirstBatch(const std::vector<Utterance>& corpus, BatchOptions options) {
  options.noises_of_a_kind = 1;
  torch::manual_seed(4);
  auto maker = BatchMaker::Create(corpus, options, 4);
  EXPECT_TRUE(maker.ok()) << maker.status();
  return maker->Next();
}

TEST(BatchesTest, LabelsStayOnTheirSound) {
  const std::vector<Utterance> corpus = {Marked(600), Marked(420)};
  const Batch batch = FirstBatch(corpus, {.rows = 12,
                                          .hops = 320,
                                          .degraded_share = 0,
                                          .nonspeech_share = 0,
                                          .other_tempo_share = 0,
                                          .masked = false});
  ASSERT_EQ(batch.features.sizes(), (std::vector<int64_t>{12, 320, 80}));
  ASSERT_EQ(batch.curves.sizes(), (std::vector<int64_t>{12, 160, 11}));
  ASSERT_EQ(batch.phones.sizes(), (std::vector<int64_t>{12, 160}));
  const torch::Tensor loud =
      batch.features.mean(2).view({12, 160, 2}).mean(2) > 1.5;
  const torch::Tensor spoken = batch.phones == 7;
  EXPECT_GT(spoken.sum().item<int64_t>(), 20);
  EXPECT_TRUE(torch::equal(loud, spoken));
  EXPECT_TRUE(torch::equal(batch.curves.select(2, 0) > 0.5, spoken));
}

TEST(BatchesTest, LabelsStayOnTheirSoundAtAnyTempo) {
  const Batch batch = FirstBatch({Marked(600)}, {.rows = 40,
                                                 .hops = 320,
                                                 .degraded_share = 0,
                                                 .nonspeech_share = 0,
                                                 .other_tempo_share = 1,
                                                 .masked = false});
  ASSERT_EQ(batch.features.sizes(), (std::vector<int64_t>{40, 320, 80}));
  ASSERT_EQ(batch.curves.sizes(), (std::vector<int64_t>{40, 160, 11}));
  const torch::Tensor loud =
      batch.features.mean(2).view({40, 160, 2}).mean(2) > 1.2;
  const torch::Tensor spoken = batch.phones == 7;
  const torch::Tensor both = (loud & spoken).sum();
  EXPECT_GT(both.item<int64_t>(), 60);
  // But for the steps at the edges of each piece.
  EXPECT_GT(both.item<int64_t>(), (loud | spoken).sum().item<int64_t>() * .7);
  // Some pieces are longer than they were (5 steps), some shorter.
  const torch::Tensor steps = spoken.sum(1);
  EXPECT_GT(steps.max().item<int64_t>(), 5);
  EXPECT_TRUE((((steps > 0) & (steps < 5)).any().item<bool>()));
}

// The loud part is measured in a film; the rest was taught.
Utterance Filmed(int64_t hops) {
  Utterance u = Marked(hops);
  u.source.slice(0, kLoudHop / 2, kLoudHop / 2 + 5).fill_(kMeasured);
  return u;
}

TEST(BatchesTest, WhereValuesComeFromStaysWithThem) {
  const Batch batch = FirstBatch({Filmed(600)}, {.rows = 12,
                                                 .hops = 320,
                                                 .degraded_share = 0,
                                                 .nonspeech_share = .1,
                                                 .other_tempo_share = 0});
  ASSERT_EQ(batch.source.sizes(), batch.curves.sizes());
  EXPECT_TRUE(torch::equal(batch.source == kMeasured, batch.curves > .5));
  EXPECT_FALSE((batch.source == kUnknown).any().item<bool>());
}

TEST(BatchesTest, AtAnotherTempoNothingIsKnownBetweenTwoSources) {
  const Batch batch = FirstBatch({Filmed(600)}, {.rows = 40,
                                                 .hops = 320,
                                                 .degraded_share = 0,
                                                 .nonspeech_share = 0,
                                                 .other_tempo_share = 1});
  // Mixed values are neither 0 (taught) nor 1 (measured).
  const torch::Tensor& c = batch.curves;
  EXPECT_TRUE(
      (c.masked_select(batch.source == kMeasured) > .999).all().item<bool>());
  EXPECT_TRUE(
      (c.masked_select(batch.source == kTaught) < .001).all().item<bool>());
  EXPECT_GT((batch.source == kMeasured).sum().item<int64_t>(), 40);
  EXPECT_GT((batch.source == kUnknown).sum().item<int64_t>(), 0);
  EXPECT_LT((batch.source == kUnknown).sum().item<int64_t>(), 40 * 11 * 4);
}

TEST(BatchesTest, ShortUtterancesAreFilledWithSilence) {
  const Batch batch = FirstBatch(
      {Marked(220)},
      {.rows = 6, .hops = 320, .nonspeech_share = 0, .other_tempo_share = 0});
  EXPECT_EQ((batch.phones == 7).sum().item<int64_t>(), 6 * 5);
  EXPECT_TRUE(torch::isfinite(batch.features).all().item<bool>());
}

// Sound before and after the words, as loud as they are.
Utterance InNoise() {
  Utterance u = Marked(320);
  u.mel.fill_(-2);
  return u;
}

TEST(BatchesTest, CutRecordingsAreSilentAroundTheirWords) {
  const BatchOptions options = {.rows = 8,
                                .hops = 320,
                                .degraded_share = 0,
                                .nonspeech_share = 0,
                                .other_tempo_share = 0,
                                .cut_share = 1,
                                .masked = false};
  const torch::Tensor loud =
      FirstBatch({InNoise()}, options).features.mean(2) > 1;
  EXPECT_TRUE(loud.slice(1, kLoudHop, kLoudHop + 10).all().item<bool>());
  EXPECT_FALSE(loud.slice(1, 0, kLoudHop - 5).any().item<bool>());
  EXPECT_FALSE(loud.slice(1, kLoudHop + 15).any().item<bool>());
}

TEST(BatchesTest, NoiseAloneIsLabelledAsSilence) {
  const Batch batch =
      FirstBatch({Marked(600)}, {.rows = 8, .hops = 320, .nonspeech_share = 1});
  EXPECT_EQ(batch.phones.abs().sum().item<int64_t>(), 0);
  EXPECT_EQ(batch.curves.abs().sum().item<float>(), 0);
  EXPECT_GT(batch.features.std().item<float>(), 0.1);
}

TEST(BatchesTest, EqualSeedsDrawEqualBatches) {
  const std::vector<Utterance> corpus = {Marked(600)};
  const BatchOptions options = {.rows = 8, .hops = 320};
  EXPECT_TRUE(torch::equal(FirstBatch(corpus, options).features,
                           FirstBatch(corpus, options).features));
}

TEST(AugmentTest, DegradedSpeechIsStillWhereItWas) {
  torch::manual_seed(2);
  Random random(2);
  const torch::Tensor clean = torch::full({16, 320, 80}, -14.f);
  clean.slice(1, 150, 200).fill_(-2);
  const std::vector<torch::Tensor> noises = {
      torch::full({400, 80}, -3.f).to(torch::kHalf)};
  const torch::Tensor heard = Degrade(clean, noises, random);
  EXPECT_TRUE(torch::isfinite(heard).all().item<bool>());
  const torch::Tensor inside = heard.slice(1, 155, 195).mean({1, 2});
  const torch::Tensor before = heard.slice(1, 20, 120).mean({1, 2});
  EXPECT_TRUE((inside > before).all().item<bool>());
  EXPECT_FALSE(torch::allclose(heard, clean, 0.1, 0.5));
}

// The share of the power below 300 Hz and above 4 kHz.
torch::Tensor OutsideTelephone(const torch::Tensor& log_mel) {
  const torch::Tensor power = log_mel.exp().mean(1);
  return (power.slice(1, 0, 7).sum(1) + power.slice(1, 62).sum(1)) /
         power.sum(1);
}

TEST(AugmentTest, SomeCleanSpeechIsHeardByTelephone) {
  torch::manual_seed(3);
  const torch::Tensor heard = Floor(torch::full({60, 320, 80}, -4.f));
  const int64_t telephones =
      (OutsideTelephone(heard) < .02).sum().item<int64_t>();
  EXPECT_GE(telephones, 5);
  EXPECT_LE(telephones, 20);
}

TEST(NoiseTest, EveryKindIsAudibleAndItsOwn) {
  for (int kind = 0; kind < kNoiseKinds; ++kind) {
    Random a(5), b(6);
    const auto sound = MakeNoise(static_cast<NoiseKind>(kind), 1.5, a);
    const auto other = MakeNoise(static_cast<NoiseKind>(kind), 1.5, b);
    ASSERT_EQ(sound.size(), 24000u);
    double sum = 0;
    for (float s : sound) {
      ASSERT_TRUE(std::isfinite(s));
      sum += static_cast<double>(s) * s;
    }
    EXPECT_NEAR(std::sqrt(sum / 24000), 0.1, 0.02)
        << NoiseName(static_cast<NoiseKind>(kind));
    EXPECT_NE(sound, other);
  }
}

}  // namespace
}  // namespace longtake::training
