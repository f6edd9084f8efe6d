#pragma once
// espeak-ng by its library.

#include <memory>

#include "tools/motion_model/speech_data/synthesizer.h"

namespace longtake::speech_data {

// Loads espeak-ng's data, for this process and those that it forks. The library
// keeps its state in globals and crashes in long runs: a process speaks one
// utterance. FailedPrecondition when the data is not installed. Make one only.
StatusOr<std::unique_ptr<Synthesizer>> MakeEspeakSynthesizer();

}  // namespace longtake::speech_data
