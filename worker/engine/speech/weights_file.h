#pragma once
// The file that the motion model's weights come in: safetensors with a version
// and a digest of its own, so that a damaged or foreign file is told at once.

#include <string>
#include <string_view>

#include "common/status/status.h"
#include "worker/engine/safetensors/safetensors.h"

namespace longtake::worker {

// Rises when other tensors are needed, or mean something else.
inline constexpr char kWeightsVersion[] = "longtake-motion-2";

// What the names of each part's tensors begin with.
inline constexpr char kSpeechPrefix[] = "speech.";
inline constexpr char kDiffusionPrefix[] = "diffusion.";

// Canonical bytes of `file` with version and digest.
std::string SealWeights(Safetensors file);

// InvalidArgument, with `name` and the remedy: no safetensors, of another
// version, or damaged.
StatusOr<Safetensors> OpenWeights(std::string_view bytes,
                                  const std::string& name);

// The weights that Longtake comes with. Valid for the process's life.
std::string_view BuiltInWeights();

}  // namespace longtake::worker
