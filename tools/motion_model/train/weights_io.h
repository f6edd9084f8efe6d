#pragma once
// Weights on disk, for the trainers.

#include <string>

#include "common/status/status.h"
#include "worker/engine/safetensors/safetensors.h"

namespace longtake::training {

// NotFound, or what OpenWeights says.
StatusOr<worker::Safetensors> ReadWeights(const std::string& path);

// Seals and writes, whole or not at all. FailedPrecondition: can't be written.
Status WriteWeights(worker::Safetensors file, const std::string& path);

}  // namespace longtake::training
