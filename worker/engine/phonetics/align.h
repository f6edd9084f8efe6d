#pragma once
// Forced alignment: where in the sound each phone of a known text is, found by
// Viterbi's search over what the speech network hears. Text that isn't spoken
// and speech that isn't in the text are passed over, at a price.

#include <cstdint>
#include <span>
#include <vector>

#include "worker/engine/phonetics/pronounce.h"

namespace longtake::worker {

// A word of the text in its order; times in network steps (20 ms).
struct AlignedWord {
  bool found = false;  // false: passed over
  int64_t begin = 0, end = 0;
  // phones[i] begins at starts[i] and ends where the next begins, the last one
  // at `end`.
  std::vector<int64_t> starts;
  // Mean over its steps of log p(its phone) - log p(the likeliest phone):
  // 0 at best.
  double fit = 0;
};

// The steps a word may lie in, where the text has times.
struct StepRange {
  int64_t begin = 0;
  int64_t end = INT64_MAX;
};

struct AlignOptions {
  // What is heard is trusted in part: exponent of the likelihoods.
  double scale = 0.7;
  // Hypotheses this far below the best are given up.
  double beam = 120;
  double skip_word = 9;      // cost of a word that isn't spoken
  double filler_step = 1.0;  // a step of speech that isn't in the text
  double enter_filler = 3;
  double enter_silence = 0.5;
};

// `log_phones`: [steps, 41] log likelihoods of each step (log posteriors less
// log priors). `allowed`: empty, or one for each word. Memory: a byte for each
// step and hypothesis in the beam. Pure; thread-safe.
std::vector<AlignedWord> AlignWords(std::span<const float> log_phones,
                                    std::span<const SpokenWord> words,
                                    std::span<const StepRange> allowed = {},
                                    const AlignOptions& options = {});

}  // namespace longtake::worker
