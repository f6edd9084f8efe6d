#pragma once
// The training speech in memory: mel spectra, phones and curves of every
// utterance that longtake_make_speech or longtake_own_speech listed in its
// manifest.

#include <torch/torch.h>

#include <cstdint>
#include <string>
#include <vector>

#include "common/status/status.h"

namespace longtake::training {

struct CorpusOptions {
  std::string directory;  // of manifest.tsv
  uint64_t seed = 1;
  // Of the utterances, those played slower or faster, by kSlowest..kFastest, as
  // a tape would be: other speakers for free.
  double shifted_share = 2.0 / 3;
  // Voices ("engine/voice") kept out of training.
  std::vector<std::string> left_out;
  // Instead: only those.
  bool only_left_out = false;
  int threads = 2;
};

inline constexpr double kSlowest = 1.2, kFastest = 0.84;

// Silence before and after every utterance, hops of 10 ms.
inline constexpr int64_t kMarginHops = 40;

struct Utterance {
  std::string voice;  // "flite/slt"
  torch::Tensor mel;  // [hops, 80] float16: log of the power plus 1e-10
  // What is known at each step, see labels.h.
  torch::Tensor phones;  // [hops / 2] uint8
  torch::Tensor curves;  // [hops / 2, 11] float16
  torch::Tensor source;  // [hops / 2, 11] uint8
  int64_t hops() const { return mel.size(0); }
};

// Where there is NAME.curves beside NAME.wav, NAME.phones may lack.
// InvalidArgument, with file and line, for a manifest or labels that can't be
// read; utterances shorter than 0.3 s are left out.
StatusOr<std::vector<Utterance>> LoadCorpus(const CorpusOptions& options);

// log(power + 1e-10) of `samples` at 16 kHz, [hops, 80] float16; hops even.
StatusOr<torch::Tensor> LogMel(std::vector<float> samples);

}  // namespace longtake::training
