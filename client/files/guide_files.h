#pragma once
// A user's guide files: read and checked before anything is uploaded.

#include <map>
#include <string>

#include "common/media_time/media_time.h"
#include "common/status/status.h"
#include "worker/engine/engine.h"

namespace longtake::client {

using GuidePaths = std::map<std::string, std::string>;  // by role

// The bytes. InvalidArgument, NotFound, FailedPrecondition: one line that names
// the file and the remedy.
StatusOr<worker::Guides> ReadGuideFiles(const GuidePaths& paths);

// What the built-in engine will say to them (motion_guides.h). Decodes the
// audio as far as the last time that a guide names, to know that it gets there.
Status CheckGuides(const worker::Guides& guides, const std::string& audio_path,
                   FrameRate rate);

}  // namespace longtake::client
