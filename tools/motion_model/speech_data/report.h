#pragma once
// What a set of speech holds, for a person to read.

#include <string>
#include <vector>

#include "tools/motion_model/speech_data/speech_set.h"

namespace longtake::speech_data {

// Hours of each engine and language, the share of time of each of the 17 mouth
// shapes. Reads every .phones file of the set in `directory`; DataLoss when one
// is broken.
StatusOr<std::string> DescribeSpeechSet(const std::string& directory,
                                        const std::vector<ManifestLine>& lines);

}  // namespace longtake::speech_data
