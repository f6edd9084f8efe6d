#pragma once
// The limits of one job's inputs by name, as configuration files and command
// lines give them. Pure.

#include <string>
#include <vector>

#include "common/status/status.h"
#include "coordinator/policy/admission.h"

namespace longtake::coordinator {

// "job_length", "portrait_pixels", "faces", "frame_side", "portrait_size",
// "audio_size", "motion_size", "guide_size".
const std::vector<std::string>& InputLimitNames();

// `value` as a person writes it: a time ("12h"), a whole number, or a size
// ("256MiB"). InvalidArgument "must be 1s to 24h"; NotFound: no such limit.
Status SetInputLimit(const std::string& name, const std::string& value,
                     FarmLimits* limits);

}  // namespace longtake::coordinator
