#pragma once
// Pieces of canonical JSON shared by specs, results and keys. Private to
// common/job.

#include <nlohmann/json.hpp>
#include <string>

#include "common/job/job.h"
#include "common/job/json_reader.h"

namespace longtake {

// Sorted keys, no white space. Text that isn't UTF-8 (refused by
// ValidateJobSpec) becomes U+FFFD rather than an exception.
std::string Canonical(const nlohmann::json& j);

nlohmann::json ToJson(const BlobRef& blob);  // the empty blob is null
nlohmann::json ToJson(const FrameRange& range);
nlohmann::json ToJson(const InputFile& file);
nlohmann::json ToJson(const GuideFiles& guides);
nlohmann::json ToJson(const OutputSpec& output);
nlohmann::json ToJson(const AudioFacts& facts);
nlohmann::json ToJson(const TaskNeeds& needs);
nlohmann::json ToJson(const WatermarkSpec& watermark);
nlohmann::json ToJson(const Provenance& provenance);
nlohmann::json ToJson(const JobSpec& spec);
nlohmann::json ToJson(const TaskSpec& spec);

InputFile ReadInputFile(JsonReader& reader, const char* key);
// Absent = none.
GuideFiles ReadGuideFiles(JsonReader& reader, const char* key);
OutputSpec ReadOutputSpec(JsonReader& reader, const char* key);
// Absent = none.
TaskNeeds ReadTaskNeeds(JsonReader& reader, const char* key);
// Absent = none, both.
WatermarkSpec ReadWatermark(JsonReader& reader, const char* key);
Provenance ReadProvenance(JsonReader& reader, const char* key);
AudioFacts ReadAudioFacts(JsonReader& reader, const char* key);

}  // namespace longtake
