#pragma once
// Loudness of a film's sound after EBU R 128 (ITU-R BS.1770-4), by libebur128.
// A sound of one channel counts once, as ffmpeg's ebur128 has it too.

#include <memory>
#include <optional>
#include <vector>

#include "common/status/status.h"
#include "worker/media/audio_file.h"

namespace longtake::worker {

struct LoudnessPoint {
  double seconds = 0;  // from the sound's beginning: the middle of the window
  double lufs = 0;     // short-term: over 3 s
};

// Levels below this are silence: no number.
inline constexpr double kLeastLufs = -70;

struct LoudnessFigures {
  std::optional<double> integrated_lufs;  // gated; absent for silence
  // Largest sample, dBFS; absent where all are 0.
  std::optional<double> sample_peak_dbfs;
  // One a second from 3 s on, kLeastLufs at the least.
  std::vector<LoudnessPoint> short_term;
};

// Memory: 16 bytes a second of sound. One thread only.
class LoudnessMeter : public SoundTap {
 public:
  LoudnessMeter();
  ~LoudnessMeter() override;

  // ResourceExhausted: no memory. Sound of more channels or of another rate
  // than the standard knows is let pass and not measured.
  Status Begin(int32_t sample_rate_hz, int32_t channels) override;
  Status Add(std::span<const float> samples) override;

  // After the last sample. Nothing where it was not measured.
  std::optional<LoudnessFigures> Finish() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace longtake::worker
