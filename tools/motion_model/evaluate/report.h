#pragma once
// The evaluation's figures for people and for machines.

#include <string>

#include "tools/motion_model/evaluate/evaluation.h"

namespace longtake::evaluation {

// A Markdown table: the goals, the model, the baseline.
std::string Table(const Evaluation& evaluation);

// {"en": {"r", "jaw_r", "closure_f1", "closure_f1_transcript", "std_ratio",
// "lag_ms"}, …, "unseen_tts": {"r", "closure_f1"}, "telephone_r_loss",
// "nonspeech_jaw_open", "cpu_ms_per_second"}, the baseline likewise under
// "baseline".
std::string Json(const Evaluation& evaluation);

}  // namespace longtake::evaluation
