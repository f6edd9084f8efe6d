#pragma once
// Which motion model is used: the one in the models' folder, else the one built
// in.

#include <memory>
#include <string>

#include "common/status/status.h"
#include "worker/engine/speech/speech_motion_model.h"

namespace longtake::worker {

// The weights in `models_dir`/hilm/motion.safetensors where there are any.
// FailedPrecondition where they can't be read; else weights_file.h's errors.
StatusOr<std::unique_ptr<SpeechMotionModel>> OpenMotionModel(
    const std::string& models_dir);

}  // namespace longtake::worker
