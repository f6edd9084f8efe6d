// What is seen and heard is made up: a talker whose lips shut at each of his
// p, b and m, and whose jaw goes with his syllables.

#include "worker/quality/lip_sync.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <numbers>
#include <vector>

#include "worker/engine/phonetics/mouth_curves.h"
#include "worker/engine/phonetics/phones.h"
#include "worker/quality/heard_mouth.h"

namespace longtake::worker {
namespace {

// Of the talk: a p, b or m every 0.7 s; nothing is said from 4.5 to 6 of every
// 6 seconds.
constexpr double kRound = 6, kTalk = 4.5;

bool Speaks(double t) { return t >= 0 && std::fmod(t, kRound) < kTalk; }
bool Closes(double t) {
  return Speaks(t) && std::fmod(std::fmod(t, kRound), 0.7) < 0.08;
}
// Syllables of uneven length, so that no other lag fits as well; the lips come
// together for a closure and part after it.
double Jaw(double t) {
  if (!Speaks(t)) return 0;
  const double in_round = std::fmod(t, kRound);
  const double away =
      in_round - 0.7 * std::round((in_round - 0.04) / 0.7) - 0.04;
  const double parted = 1 - std::exp(-std::pow(away / 0.06, 4));
  return parted * (0.55 + 0.3 * std::sin(2 * std::numbers::pi *
                                         (3.1 * t + std::sin(t))));
}

using Mouth = std::function<double(double)>;

struct Talk {
  double begin = 0, end = 30;
  double sound_late = 0;  // seconds, at any time
  double drift = 0;       // seconds more, a second
  Mouth lips = [](double t) { return 0.02 + 0.2 * Jaw(t); };
};

SyncStretch Stretch(const Talk& talk) {
  SyncStretch stretch;
  for (double t = talk.begin + 1 / 60.; t < talk.end; t += 1 / 30.) {
    stretch.seen.push_back({t, static_cast<float>(talk.lips(t))});
  }
  for (double t = talk.begin - 0.6; t < talk.end + 0.6; t += 0.02) {
    const double said = t - talk.sound_late - talk.drift * t;
    HeardMouth heard;
    heard.seconds = t;
    heard.opening = static_cast<float>(Jaw(said));
    heard.closes = Closes(said) ? 0.9f : 0.f;
    heard.silence = Speaks(said) ? 0.f : 1.f;
    stretch.heard.push_back(heard);
  }
  return stretch;
}

LipSync Measured(const Talk& talk) {
  const SyncStretch stretch = Stretch(talk);
  return MeasureLipSync({&stretch, 1});
}

TEST(LipSyncTest, LipsThatFollowAreFoundToFollow) {
  const LipSync sync = Measured({});
  EXPECT_EQ(sync.closures_heard, 34);  // the one that the film begins in aside
  EXPECT_EQ(sync.closure_recall, 1.0);
  EXPECT_EQ(sync.closure_precision, 1.0);
  EXPECT_GT(*sync.opening_r, 0.95);
  EXPECT_NEAR(*sync.offset_ms, 0, 3);
  EXPECT_NEAR(sync.measured_seconds, 30, 0.1);
  EXPECT_NEAR(sync.speech_seconds, 22.5, 0.5);
  EXPECT_NEAR(*sync.silence_motion, 0, 1e-6);
  EXPECT_GT(*sync.speech_motion, 0.04);
}

TEST(LipSyncTest, ALateSoundIsToldByItsTime) {
  for (const double late : {-0.2, -0.06, 0.037, 0.08, 0.3}) {
    Talk talk;
    talk.sound_late = late;
    const LipSync sync = Measured(talk);
    ASSERT_TRUE(sync.offset_ms) << late;
    EXPECT_NEAR(*sync.offset_ms, 1000 * late, 4) << late;
  }
}

TEST(LipSyncTest, ADriftIsToldPerMinute) {
  std::vector<SyncStretch> stretches;
  for (int i = 0; i < 8; ++i) {
    Talk talk;
    talk.begin = 40. * i;
    talk.end = talk.begin + 8;
    talk.drift = 0.03 / 60;  // 30 ms a minute
    stretches.push_back(Stretch(talk));
  }
  const LipSync sync = MeasureLipSync(stretches);
  ASSERT_TRUE(sync.offset_trend_ms_per_minute);
  EXPECT_NEAR(*sync.offset_trend_ms_per_minute, 30, 2);
  // Without length there is no trend.
  stretches.resize(1);
  EXPECT_FALSE(MeasureLipSync(stretches).offset_trend_ms_per_minute);
}

TEST(LipSyncTest, AFrozenMouthFollowsNothing) {
  for (const double opening : {0.0, 0.15}) {
    Talk talk;
    talk.lips = [opening](double) { return opening; };
    const LipSync sync = Measured(talk);
    EXPECT_EQ(sync.closure_recall, 0.0) << opening;
    EXPECT_FALSE(sync.closure_precision) << opening;
    EXPECT_NEAR(*sync.opening_r, 0, 1e-6) << opening;
    EXPECT_FALSE(sync.offset_ms) << opening;
  }
}

TEST(LipSyncTest, AMouthThatSaysSomethingElseIsFoundOut) {
  Talk talk;
  talk.lips = [](double t) { return 0.02 + 0.2 * Jaw(1.37 * t + 2.3); };
  const LipSync sync = Measured(talk);
  EXPECT_LT(std::abs(*sync.opening_r), 0.3);
  EXPECT_LT(*sync.closure_recall, 0.6);
  EXPECT_LT(*sync.closure_precision, 0.6);
  EXPECT_FALSE(sync.offset_ms);
}

TEST(LipSyncTest, AMissedClosureIsToldWithItsTime) {
  Talk talk;
  // The one at 7.4 s.
  talk.lips = [](double t) {
    return t > 7.2 && t < 7.7 ? 0.15 : 0.02 + 0.2 * Jaw(t);
  };
  const LipSync sync = Measured(talk);
  int missed = 0;
  for (const SoughtClosure& closure : sync.sought) {
    if (closure.seen) continue;
    ++missed;
    EXPECT_NEAR(closure.begin, 7.4, 0.03);
  }
  EXPECT_EQ(missed, 1);
  EXPECT_NEAR(*sync.closure_recall, 33. / 34, 1e-9);
}

TEST(LipSyncTest, LipsThatBarelyPartBetweenTwoClosuresShutTwice) {
  Talk talk;
  // Around the closures at 7.4 and 8.1 s.
  talk.lips = [](double t) {
    const double open = 0.02 + 0.2 * Jaw(t);
    return t > 7.2 && t < 8.3 ? std::min(open, 0.055) : open;
  };
  const LipSync sync = Measured(talk);
  EXPECT_EQ(sync.closure_recall, 1.0);
  EXPECT_EQ(sync.closure_precision, 1.0);
}

TEST(LipSyncTest, LipsThatShutForNothingCostPrecision) {
  Talk talk;
  talk.lips = [](double t) {
    const double at = std::fmod(t, kRound);
    return at > 0.28 && at < 0.42 ? 0.02 : 0.02 + 0.2 * Jaw(t);
  };
  const LipSync sync = Measured(talk);
  EXPECT_EQ(sync.closure_recall, 1.0);
  EXPECT_NEAR(*sync.closure_precision, 34. / 39, 0.03);
}

TEST(LipSyncTest, LipsThatStayShutAreNoClosures) {
  Talk talk;
  // Mumbles through two of the five talks.
  talk.lips = [](double t) { return t > 12 && t < 24 ? 0 : 0.2 * Jaw(t); };
  const LipSync sync = Measured(talk);
  EXPECT_LT(*sync.closure_recall, 0.75);
  EXPECT_LT(*sync.closure_precision, 1);
}

TEST(LipSyncTest, RestingLipsAreNeitherRightNorWrong) {
  Talk talk;
  // A portrait that smiles while it rests.
  talk.lips = [](double t) { return Speaks(t) ? 0.02 + 0.2 * Jaw(t) : 0.16; };
  const LipSync open = Measured(talk);
  EXPECT_EQ(open.closure_recall, 1.0);
  EXPECT_EQ(open.closure_precision, 1.0);
  EXPECT_NEAR(*open.silence_motion, 0, 1e-6);
}

TEST(LipSyncTest, AMouthThatBabblesInPausesIsToldOf) {
  Talk talk;
  talk.lips = [](double t) {
    return Speaks(t) ? 0.02 + 0.2 * Jaw(t) : 0.1 + 0.05 * std::sin(20 * t);
  };
  EXPECT_NEAR(*Measured(talk).silence_motion, 0.05 / std::numbers::sqrt2,
              0.005);
}

// Time into the pause at t, and from there to its end.
double IntoPause(double t) { return std::fmod(t, kRound) - kTalk; }
double OutOfPause(double t) { return kRound - std::fmod(t, kRound); }

TEST(LipSyncTest, LipsMayComeToRestAndMakeReadyInAPause) {
  Talk talk;
  talk.lips = [](double t) {
    if (Speaks(t)) return 0.02 + 0.2 * Jaw(t);
    const double edge = std::min(IntoPause(t), OutOfPause(t));
    return edge < 0.15 ? 0.2 - edge : 0.05;
  };
  EXPECT_NEAR(*Measured(talk).silence_motion, 0, 1e-6);
}

TEST(LipSyncTest, EachPauseHasItsOwnRest) {
  Talk talk;
  talk.lips = [](double t) {
    return Speaks(t) ? 0.02 + 0.2 * Jaw(t) : 0.05 * (1 + int(t / kRound) % 3);
  };
  EXPECT_NEAR(*Measured(talk).silence_motion, 0, 1e-6);
}

TEST(LipSyncTest, AShortPauseTellsNothingOfRest) {
  SyncStretch stretch = Stretch({});
  for (HeardMouth& heard : stretch.heard) {
    heard.silence = std::fmod(heard.seconds + 1, 1) < 0.42 ? 1.f : 0.f;
  }
  EXPECT_FALSE(MeasureLipSync({&stretch, 1}).silence_motion);
}

TEST(LipSyncTest, AMouthThatHardlyMovesShutsForNothing) {
  Talk talk;
  talk.lips = [](double t) { return 0.03 + 0.025 * Jaw(t); };
  const LipSync sync = Measured(talk);
  EXPECT_EQ(sync.closure_recall, 0.0);
  EXPECT_FALSE(sync.closure_precision);
}

TEST(LipSyncTest, LipsThatShutForAnFOrAWAreExcused) {
  Talk talk;
  talk.lips = [](double t) {
    const double at = std::fmod(t, kRound);
    return at > 0.28 && at < 0.42 ? 0.02 : 0.02 + 0.2 * Jaw(t);
  };
  SyncStretch stretch = Stretch(talk);
  for (HeardMouth& heard : stretch.heard) {
    const double at = std::fmod(heard.seconds + kRound, kRound);
    if (at > 0.3 && at < 0.4) heard.nearly_closes = 0.9f;
  }
  const LipSync sync = MeasureLipSync({&stretch, 1});
  EXPECT_EQ(sync.closure_recall, 1.0);
  EXPECT_EQ(sync.closure_precision, 1.0);
}

TEST(LipSyncTest, AClosureWhosePicturesAreMissingIsNotSought) {
  SyncStretch stretch = Stretch({});
  std::erase_if(stretch.seen, [](const SeenMouth& m) {
    return m.seconds > 7.3 && m.seconds < 7.6;  // around the one at 7.4 s
  });
  const LipSync sync = MeasureLipSync({&stretch, 1});
  EXPECT_EQ(sync.closures_heard, 33);
  EXPECT_EQ(sync.closure_recall, 1.0);
  EXPECT_NEAR(sync.measured_seconds, 30 - 0.3, 0.15);
}

TEST(LipSyncTest, AStretchWithLittleSpeechHasNoFiguresOfItsOwn) {
  std::vector<SyncStretch> stretches;
  for (const double end : {12.0, 1.6}) {
    Talk talk;
    talk.end = end;
    stretches.push_back(Stretch(talk));
  }
  const LipSync sync = MeasureLipSync(stretches);
  EXPECT_TRUE(sync.stretches[0].opening_r);
  EXPECT_NEAR(sync.stretches[1].speech_seconds, 1.6, 0.1);
  EXPECT_FALSE(sync.stretches[1].opening_r);
  EXPECT_FALSE(sync.stretches[1].offset_ms);
}

TEST(HeardMouthTest, SealedLipsAreShutWhateverTheJawDoes) {
  SpeechNetOutput out;
  out.curves.resize(2);
  out.phones.resize(2 * kPhoneClasses);
  for (MouthCurves& curves : out.curves) {
    curves[kCurveJaw] = 0.6f;
    curves[kCurveUpperUp] = curves[kCurveLowerDown] = 0.2f;
  }
  out.curves[1][kCurveLipClose] = 1;
  PhoneClass closes = kSilence, nearly = kSilence;
  for (PhoneClass p = 1; p < kPhoneClasses; ++p) {
    if (ClosesLips(p)) closes = p;
    if (VisemeOf(p) == kVisemeFF) nearly = p;
  }
  out.phones[kSilence] = 0.5f;
  out.phones[closes] = 0.3f;
  out.phones[nearly] = 0.2f;
  const HeardMouth open = HeardAtStep(out, 0), shut = HeardAtStep(out, 1);
  EXPECT_FLOAT_EQ(open.opening, 0.7f);
  EXPECT_FLOAT_EQ(shut.opening, 0);
  EXPECT_FLOAT_EQ(open.silence, 0.5f);
  EXPECT_FLOAT_EQ(open.closes, 0.3f);
  EXPECT_FLOAT_EQ(open.nearly_closes, 0.2f);
}

TEST(LipSyncTest, SilenceAloneTellsOfItsMotionOnly) {
  SyncStretch stretch = Stretch({});
  for (HeardMouth& heard : stretch.heard) {
    heard = {heard.seconds, 0, 0, 0, 1};
  }
  const LipSync sync = MeasureLipSync({&stretch, 1});
  EXPECT_EQ(sync.closures_heard, 0);
  EXPECT_FALSE(sync.closure_recall);
  EXPECT_FALSE(sync.opening_r);
  EXPECT_FALSE(sync.offset_ms);
  EXPECT_GT(*sync.silence_motion, 0.03);
}

TEST(LipSyncTest, NothingSeenTellsNothing) {
  const LipSync none = MeasureLipSync({});
  EXPECT_EQ(none.measured_seconds, 0);
  EXPECT_FALSE(none.closure_recall);
  EXPECT_FALSE(none.opening_r);
  SyncStretch deaf = Stretch({});
  deaf.heard.clear();
  EXPECT_FALSE(MeasureLipSync({&deaf, 1}).opening_r);
}

TEST(LipSyncTest, EveryStretchAndMinuteHasItsOwnOffset) {
  std::vector<SyncStretch> stretches;
  for (const double begin : {0.0, 36.0, 72.0, 108.0}) {
    Talk talk;
    talk.begin = begin;
    talk.end = begin + 12;
    talk.sound_late = begin < 60 ? 0.03 : 0.09;
    stretches.push_back(Stretch(talk));
  }
  const LipSync sync = MeasureLipSync(stretches);
  ASSERT_EQ(sync.stretches.size(), 4u);
  EXPECT_NEAR(sync.stretches[1].begin_seconds, 36, 0.1);
  EXPECT_NEAR(sync.stretches[1].offset_ms.value_or(0), 30, 5);
  EXPECT_NEAR(sync.stretches[3].offset_ms.value_or(0), 90, 5);
  EXPECT_GT(sync.stretches[0].speech_seconds, 5);
  ASSERT_EQ(sync.minutes.size(), 2u);
  EXPECT_EQ(sync.minutes[1].minute, 1);
  EXPECT_NEAR(sync.minutes[0].offset_ms.value_or(0), 30, 5);
  EXPECT_NEAR(sync.minutes[1].offset_ms.value_or(0), 90, 5);
  EXPECT_GT(sync.offset_r.value_or(0), *sync.opening_r);
}

}  // namespace
}  // namespace longtake::worker
