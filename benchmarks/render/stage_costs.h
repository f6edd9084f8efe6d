#pragma once
// What a render's stages cost on one thread: the engine and the encoder without
// a farm around them.

#include <cstdint>
#include <string>
#include <vector>

#include "common/status/status.h"

namespace longtake::benchmarks {

struct StageInputs {
  std::string portrait, audio, models;  // models: directory
  int size = 512;                       // pixels, square
  int seconds = 20;                     // of the audio, at most
  std::string chunk;                    // where the encoded frames go
  std::string identity;                 // and the encoded portrait; "": nowhere
};

// Processor time of the whole process, so that a busy machine shows less.
struct StageCost {
  std::string name;
  double milliseconds = 0;  // a frame, or once
};

struct StageCosts {
  std::vector<StageCost> once;       // identity, open
  std::vector<StageCost> per_frame;  // audio to encode, in order
  int64_t frames = 0;
  int64_t chunk_bytes = 0;
  std::vector<std::string> warnings;

  double Of(const std::string& stage) const;  // a frame; 0 for others
  double Sum() const;                         // of a frame
};

StatusOr<StageCosts> MeasureStages(const StageInputs& inputs);

}  // namespace longtake::benchmarks
