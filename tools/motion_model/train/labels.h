#pragma once
// What is known of an utterance, step by step: its phones, its mouth, and where
// each value comes from.

#include <torch/torch.h>

#include <cstdint>
#include <span>
#include <vector>

#include "worker/engine/phonetics/mouth_curves.h"
#include "worker/engine/phonetics/phone_segments.h"

namespace longtake::training {

// Of a step whose phone nobody knows.
inline constexpr int64_t kUnknownPhone = 255;

// Where the value of a curve at a step comes from.
enum CurveSource : uint8_t {
  kUnknown,   // nowhere: nothing may be learned from it
  kTaught,    // the teacher, over known phones
  kMeasured,  // a film
};

struct Labels {
  torch::Tensor phones;  // [steps] uint8: PhoneClass or kUnknownPhone
  torch::Tensor curves;  // [steps, 11] float16, 0 where unknown
  torch::Tensor source;  // [steps, 11] uint8, CurveSource
};

// How a file's seconds become those of the network's steps.
struct LabelTime {
  double factor = 1;  // it is played 1 / factor times as fast
  double margin = 0;  // silence before it, seconds
};

// At the centres of `steps` steps. `phones`: on the steps' time; empty where
// nobody knows them. `measured`: on the file's time, see curve_file.h; empty
// where nothing was. Where a curve was measured, that is its value; elsewhere
// the teacher's, where the phones are known.
Labels LabelSteps(const std::vector<worker::PhoneSegment>& phones,
                  std::span<const worker::MouthCurves> measured,
                  const LabelTime& time, int64_t steps);

}  // namespace longtake::training
