#pragma once
// The evaluation of a motion model: which sounds, which figures.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/media_time/media_time.h"
#include "common/status/status.h"
#include "worker/engine/evaluate/motion_scorer.h"
#include "worker/engine/motion/baseline_model.h"
#include "worker/engine/phonetics/mouth_curves.h"
#include "worker/engine/phonetics/phone_segments.h"
#include "worker/engine/speech/speech_motion_model.h"

namespace longtake::evaluation {

struct EvaluationOptions {
  std::string recordings;              // directory of one folder a language
  std::vector<std::string> languages;  // folders' names
  std::string speech;                  // of longtake_make_speech; empty: none
  std::vector<std::string> left_out;   // its voices that training never heard
  std::string music;                   // folder of sound files; empty: none
  FrameRate rate = {50, 1};            // of the motion
  uint64_t seed = 1;
  int64_t limit = 0;  // recordings of a set, evenly spread; 0: all
};

// One set of recordings.
struct SetScores {
  worker::MotionScore plain, telephone, baseline;
  worker::MotionScore transcript;  // of languages
};

// The recording of a language that is nearest to kExampleSeconds long: for the
// plots.
struct Example {
  std::string name;
  std::vector<float> samples;  // 16 kHz
  std::vector<worker::PhoneSegment> phones;
  FrameRate rate;
  std::vector<worker::MouthCurves> model;  // a row a frame, without transcript
};
inline constexpr double kExampleSeconds = 6;

struct Evaluation {
  std::map<std::string, SetScores> languages;
  std::map<std::string, Example> examples;  // by language
  worker::MotionScore unseen_voices, unseen_baseline;
  std::map<std::string, double> rest_jaw;           // by non-speech sound
  std::map<std::string, double> rest_jaw_baseline;  // likewise
  double cpu_ms_per_second =
      0;  // whole hierarchy, one core, 5 minutes of speech

  double telephone_r_loss() const;    // mean over languages
  double nonspeech_jaw_open() const;  // mean over sounds
};

// Prints a line for each set as it is done.
StatusOr<Evaluation> Evaluate(const worker::SpeechMotionModel& model,
                              const EvaluationOptions& options);

}  // namespace longtake::evaluation
