#pragma once
// A job's chunks and sound in a directory of their own, ready to be muxed.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/media_time/media_time.h"
#include "tests/unit/worker/media/media_fixtures.h"
#include "worker/encode/segment_encoder.h"
#include "worker/mux/take_muxer.h"

namespace longtake::worker {

inline constexpr int kWidth = 64, kHeight = 48;

class TakeMuxerTest : public ::testing::Test {
 protected:
  void MakeSound(const SoundSpec& spec) {
    ASSERT_TRUE(WriteSound(spec, dir_.Path("sound")));
    auto facts =
        AnalyzeAudio(dir_.Path("sound"), "sound", dir_.Path("sound.pcm"));
    ASSERT_TRUE(facts.ok()) << facts.status();
    inputs_.audio = *facts;
    inputs_.audio_path = dir_.Path("sound");
    inputs_.audio_name = "sound";
  }

  // Chunks cut at `cuts` (the last one is the end).
  void MakeChunks(FrameRate rate, const std::vector<int64_t>& cuts,
                  int crf = 0) {
    inputs_.rate = rate;
    inputs_.chunks.clear();
    FrameIndex begin = 0;
    for (const int64_t end : cuts) {
      const ChunkFile chunk{dir_.Path("chunk_" + std::to_string(begin) + "_" +
                                      std::to_string(end)),
                            {begin, end}};
      auto encoder = SegmentEncoder::Create(
          {.width = kWidth, .height = kHeight, .rate = rate, .crf = crf},
          chunk.range, chunk.path);
      ASSERT_TRUE(encoder.ok()) << encoder.status();
      for (FrameIndex f = begin; f < end; ++f) {
        ASSERT_TRUE((*encoder)->Add(Picture(f)).ok());
      }
      const auto segment = (*encoder)->Finish();
      ASSERT_TRUE(segment.ok()) << segment.status();
      inputs_.chunks.push_back(chunk);
      begin = end;
    }
    inputs_.total_frames = begin;
  }

  static Image Picture(FrameIndex f) {
    return Gradient(kWidth, kHeight, static_cast<int>(f));
  }

  StatusOr<MuxedTake> Mux(const std::string& name = "take.mp4") {
    return MuxTake(inputs_, dir_.Path(name));
  }

  TempDir dir_;
  TakeInputs inputs_;
};

}  // namespace longtake::worker
