#pragma once
// The evaluation for the eye: SVG files.

#include <string>

#include "common/status/status.h"
#include "tools/motion_model/evaluate/evaluation.h"

namespace longtake::evaluation {

// Some seconds of one recording: waveform, phones, and the jaw and the seal of
// the lips, the model's over the reference's.
std::string ExamplePlot(const std::string& language, const Example& example);

// Every figure of every set as a bar, with the goal as a line and the baseline
// as a dot.
std::string FiguresPlot(const Evaluation& evaluation);

// Writes LANGUAGE.svg for each language and figures.svg into `directory`, which
// is made. FailedPrecondition, with the path: it can't be written.
Status WritePlots(const std::string& directory, const Evaluation& evaluation);

}  // namespace longtake::evaluation
