#include "tools/motion_model/reference/silent_closures.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

namespace longtake::reference {
namespace {

// Silent over the given frames, loud elsewhere.
std::vector<float> Loudness(int frames, int silent_from, int silent_to) {
  std::vector<float> db(frames, -10.0f);
  for (int f = silent_from; f < silent_to; ++f) db[f] = -60;
  return db;
}

std::string Text(const std::vector<TimedPhone>& phones) {
  std::string out;
  for (const TimedPhone& p : phones) {
    out += fmt::format("{}{}-{} ", p.ipa, p.begin_frame, p.end_frame);
  }
  return out;
}

std::string Shared(const std::vector<float>& loudness_db,
                   std::vector<TimedPhone> phones) {
  ShareOutSilence(loudness_db, &phones);
  return Text(phones);
}

TEST(SilentClosuresTest, AfterAPauseAStopKeepsAUsualClosure) {
  EXPECT_EQ(Shared(Loudness(100, 0, 60),
                   {{0, 20, "_"}, {20, 70, "p"}, {70, 100, "a"}}),
            "_0-48 p48-70 a70-100 ");
}

TEST(SilentClosuresTest, AStopThatBeginsTheRecordingGetsAPauseBeforeIt) {
  EXPECT_EQ(Shared(Loudness(100, 0, 60), {{0, 70, "tʃ"}, {70, 100, "a"}}),
            "_0-48 tʃ48-70 a70-100 ");
}

TEST(SilentClosuresTest, AClosureBetweenVowelsStaysWhole) {
  EXPECT_EQ(Shared(Loudness(100, 20, 45),
                   {{0, 20, "a"}, {20, 50, "k"}, {50, 100, "a"}}),
            "a0-20 k20-50 a50-100 ");
}

TEST(SilentClosuresTest, ALongSilenceInsideSpeechIsAPause) {
  EXPECT_EQ(Shared(Loudness(100, 20, 70),
                   {{0, 20, "a"}, {20, 75, "k"}, {75, 100, "a"}}),
            "a0-20 _20-58 k58-75 a75-100 ");
}

TEST(SilentClosuresTest, OtherPhonesKeepTheirQuietBeginnings) {
  EXPECT_EQ(Shared(Loudness(100, 0, 60),
                   {{0, 20, "_"}, {20, 70, "f"}, {70, 100, "a"}}),
            "_0-20 f20-70 a70-100 ");
}

}  // namespace
}  // namespace longtake::reference
