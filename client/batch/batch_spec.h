#pragma once
// A batch's job as the farm knows it, but for its files and its name.

#include "client/batch/batch_settings.h"
#include "client/batch/mistakes.h"
#include "common/job/job.h"

namespace longtake::client {

// Fills `spec` from a job's settings; what is wrong is added to `mistakes`,
// with its line.
void ReadJobSpec(const BatchSettings& settings, Mistakes* mistakes,
                 JobSpec* spec);

}  // namespace longtake::client
