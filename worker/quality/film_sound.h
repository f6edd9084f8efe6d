#pragma once
// A film's sound while it is measured. Private to worker/quality.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/status/status.h"
#include "worker/engine/speech/speech_net.h"
#include "worker/media/audio_file.h"
#include "worker/media/pcm_file.h"
#include "worker/quality/lip_sync.h"
#include "worker/quality/loudness_meter.h"

namespace longtake::worker {

// The sound as 16 kHz samples in a file, which goes with this.
class FilmSound {
 public:
  FilmSound() = default;
  ~FilmSound();
  FilmSound(const FilmSound&) = delete;
  FilmSound& operator=(const FilmSound&) = delete;

  // Decodes the sound of `film` once; `pcm_path` is overwritten. Errors are
  // AnalyzeAudio's.
  Status Open(const std::string& film, const std::string& name,
              const std::string& pcm_path);

  // The rest after Open.
  const AudioFacts& facts() const { return facts_; }
  const std::optional<LoudnessFigures>& loudness() const { return loudness_; }
  // Seconds on the film's clock.
  double begin_seconds() const;
  double end_seconds() const;

  // What the network hears from a little before `begin` to a little after
  // `end`, seconds on the film's clock. Thread-safe.
  StatusOr<std::vector<HeardMouth>> Hear(const SpeechNet& ears, double begin,
                                         double end) const;

  // Level (root mean square) between two times, dBFS; -120 where there is no
  // sound. Thread-safe.
  StatusOr<double> LevelDb(double begin, double end) const;

 private:
  std::string path_;
  std::unique_ptr<PcmFile> pcm_;
  AudioFacts facts_;
  std::optional<LoudnessFigures> loudness_;
};

}  // namespace longtake::worker
