#pragma once
// Batches of the speech network's training.

#include <torch/torch.h>

#include <vector>

#include "common/status/status.h"
#include "tools/motion_model/train/corpus.h"
#include "tools/motion_model/train/random.h"

namespace longtake::training {

struct BatchOptions {
  int64_t rows = 32;
  int64_t hops = 320;              // 3.2 s
  double degraded_share = 0.5;     // the others have a noise floor only
  double nonspeech_share = 0.12;   // noise alone: the mouth rests
  double other_tempo_share = 0.5;  // played at 0.78 to 1.28 times the tempo
  double cut_share = 0.25;  // silent up to the first word, after the last
  bool masked = true;       // some bands and moments are blank
  // Weight of voices made from recordings: they carry over to real speech.
  double recorded_weight = 2;
  // Pieces of noise of each kind, four times as many of music; 12 s each.
  int noises_of_a_kind = 24;
};

struct Batch {
  torch::Tensor features;  // [rows, hops, 80]
  torch::Tensor curves;    // [rows, hops / 2, 11]
  torch::Tensor phones;    // [rows, hops / 2], int64, may be kUnknownPhone
  torch::Tensor source;    // [rows, hops / 2, 11], uint8: of the curves
};

// Draws batches without end. One thread only; borrows the corpus.
class BatchMaker {
 public:
  // Makes the noise too: some seconds.
  static StatusOr<BatchMaker> Create(const std::vector<Utterance>& corpus,
                                     const BatchOptions& options,
                                     uint64_t seed);
  Batch Next();

 private:
  BatchMaker(const std::vector<Utterance>& corpus, const BatchOptions& options,
             uint64_t seed);
  struct Row {
    torch::Tensor mel, curves, phones, source;
  };
  static Row InTime(const Row& row, int64_t hops);
  Row Piece(int64_t hops);
  void CutTightly(Row* row);
  Row SpeechRow();
  Row NoiseRow();

  const std::vector<Utterance>* corpus_;
  BatchOptions options_;
  Random random_;
  std::vector<double> cumulative_;  // of the utterances' weights
  std::vector<torch::Tensor> noises_;
};

}  // namespace longtake::training
