#pragma once
// How well a job's transcript fits its sound, clause by clause: what the plan
// task found, as a file that travels from the worker to whoever asks.

#include <cstdint>
#include <string>
#include <vector>

#include "common/status/status.h"

namespace longtake {

// A stretch of text between two pauses.
struct TranscriptClause {
  int64_t line = 0;  // of the transcript, from 1
  std::string text;  // UTF-8, one line; never empty
  bool found = false;
  // In the sound where found; else between what was found before and after it
  // (or, for a cue with times, its own). From the job's start, microseconds.
  int64_t begin_us = 0, end_us = 0;
  // 0: not believed, the mouth follows the sound alone; 1: believed.
  double trust = 0;
  friend bool operator==(const TranscriptClause&,
                         const TranscriptClause&) = default;
};

enum class ClauseVerdict { kFollowed, kInPart, kNotBelieved };
// Below the first a clause isn't believed, even if its words still pull a
// little; below the second it is followed in part only.
inline constexpr double kDoubtedTrust = 0.2;
inline constexpr double kFollowedTrust = 0.5;
ClauseVerdict VerdictOf(const TranscriptClause& clause);
// "followed", "in part", "not believed".
std::string ClauseVerdictName(ClauseVerdict verdict);

// "0:07.2", "1:02:03.4": a moment as people write it.
std::string ClockText(int64_t us);
// `when: "text"`, for a list.
std::string ClauseText(const TranscriptClause& clause);
// One line that names the clauses that are not believed, the first few of them;
// empty where all are followed, be it in part. `name`: of the transcript.
std::string TranscriptWarning(const std::string& name,
                              const std::vector<TranscriptClause>& clauses);

// Canonical JSON: {"clauses": [{"line", "text", "found", "begin_us", "end_us",
// "trust"}]}. What isn't UTF-8 in a text becomes U+FFFD.
std::string TranscriptReportToJson(
    const std::vector<TranscriptClause>& clauses);
// InvalidArgument for anything that TranscriptReportToJson doesn't write.
StatusOr<std::vector<TranscriptClause>> TranscriptReportFromJson(
    const std::string& text);

}  // namespace longtake
