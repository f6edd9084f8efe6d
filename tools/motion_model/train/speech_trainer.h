#pragma once
// Trains the speech network on a corpus.

#include <cstdint>
#include <string>
#include <vector>

#include "common/status/status.h"
#include "tools/motion_model/train/batches.h"
#include "tools/motion_model/train/corpus.h"
#include "worker/engine/safetensors/safetensors.h"
#include "worker/engine/speech/speech_net_module.h"

namespace longtake::training {

struct SpeechTrainerOptions {
  worker::SpeechNetShape shape;
  int64_t steps = 4000;
  double learning_rate = 2e-3;
  uint64_t seed = 1;
  int threads = 2;
  BatchOptions batches;
  std::string output;  // safetensors, written every 500 steps and at the end
};

// InvalidArgument where no phone is known. Blocks until done; prints a line of
// losses every 100 steps. The weights are the exponential mean of the last
// thousand steps or so.
Status TrainSpeechNet(const std::vector<Utterance>& corpus,
                      const SpeechTrainerOptions& options);

}  // namespace longtake::training
