#pragma once
// Trains the mouth's diffusion on top of a trained speech network.

#include <cstdint>
#include <string>
#include <vector>

#include "common/status/status.h"
#include "tools/motion_model/train/batches.h"
#include "tools/motion_model/train/corpus.h"
#include "worker/engine/speech/mouth_denoiser_module.h"

namespace longtake::training {

struct DiffusionTrainerOptions {
  // Weights that TrainSpeechNet wrote; they stay as they are.
  std::string speech_weights;
  std::string output;
  // Batches that the speech network hears; each is learned from
  // kDenoisingsOfABatch times, with other noise and another speaker.
  int64_t steps = 1500;
  double learning_rate = 2e-3;
  uint64_t seed = 1;
  int threads = 2;
  BatchOptions batches;
  worker::MouthDenoiserShape shape;
};

inline constexpr int kDenoisingsOfABatch = 4;

// Writes the speech network's weights and the denoiser's to `output`.
Status TrainMouthDiffusion(const std::vector<Utterance>& corpus,
                           const DiffusionTrainerOptions& options);

}  // namespace longtake::training
