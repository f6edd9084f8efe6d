#pragma once
// Lays out a portrait's poses, each a labelled tile about the face.

#include <span>
#include <string>

#include "common/status/status.h"
#include "tools/sheets/poses.h"
#include "worker/engine/engine.h"
#include "worker/engine/image.h"

namespace longtake::tools {

// What a tile shows of a frame.
enum class View { kFace, kMouth };

// Draws the identity `latent` in every pose, `columns` tiles a row, each the
// frame's own pixels times `zoom` (>= 1). InvalidArgument for a latent that is
// no identity. Same arguments on the same machine, same bits.
StatusOr<worker::Image> DrawSheet(const worker::Engine& engine,
                                  const std::string& latent,
                                  std::span<const NamedPose> poses, int columns,
                                  View view, int zoom);

}  // namespace longtake::tools
