#pragma once
// What was measured of a take, and how its transcript fits, for machines and
// for people. Pure.

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "common/job/transcript_report.h"
#include "worker/quality/lip_sync.h"

namespace longtake::client {

// {"closures_heard", "closure_recall", "closure_precision", "opening_r",
// "offset_ms", "offset_r", "offset_trend_ms_per_minute", "silence_motion",
// "speech_motion", "measured_seconds", "speech_seconds", "closures_missed"}:
// null for what can't be told; closures_missed lists the seconds of p, b and m
// at which the lips weren't seen shut.
nlohmann::ordered_json LipSyncToJson(const worker::LipSync& sync);

// [{"line", "begin_seconds", "end_seconds", "text", "found", "trust",
// "verdict"}].
nlohmann::ordered_json TranscriptToJson(
    const std::vector<TranscriptClause>& clauses);

// Lines for people, each with its end; below a take's name.
std::string LipSyncLines(const worker::LipSync& sync);
// How many clauses are followed, and those that aren't.
std::string TranscriptLines(const std::vector<TranscriptClause>& clauses);

// How fast the sound moves against the lips, parts per million: > 0 where it
// falls behind. Absent where it can't be told.
std::optional<double> DriftPpm(const worker::LipSync& sync);

}  // namespace longtake::client
