#include "common/job/transcript_report.h"

#include <fmt/format.h>

#include <utility>

#include "common/job/json_parts.h"

namespace longtake {
namespace {

// As many a warning names.
constexpr size_t kNamedClauses = 3;

}  // namespace

ClauseVerdict VerdictOf(const TranscriptClause& clause) {
  if (clause.trust < kDoubtedTrust) return ClauseVerdict::kNotBelieved;
  return clause.trust < kFollowedTrust ? ClauseVerdict::kInPart
                                       : ClauseVerdict::kFollowed;
}

std::string ClauseVerdictName(ClauseVerdict verdict) {
  switch (verdict) {
    case ClauseVerdict::kFollowed:
      return "followed";
    case ClauseVerdict::kInPart:
      return "in part";
    case ClauseVerdict::kNotBelieved:
      return "not believed";
  }
  return "";
}

std::string ClockText(int64_t us) {
  const int64_t tenths = (us + 50000) / 100000;
  const int64_t seconds = tenths / 10;
  const std::string tail = fmt::format("{:02}.{}", seconds % 60, tenths % 10);
  const int64_t minutes = seconds / 60;
  if (minutes < 60) return fmt::format("{}:{}", minutes, tail);
  return fmt::format("{}:{:02}:{}", minutes / 60, minutes % 60, tail);
}

std::string ClauseText(const TranscriptClause& clause) {
  if (clause.found) {
    return fmt::format("{} \"{}\" (line {})", ClockText(clause.begin_us),
                       clause.text, clause.line);
  }
  return fmt::format("{}-{} \"{}\" (line {}), not found",
                     ClockText(clause.begin_us), ClockText(clause.end_us),
                     clause.text, clause.line);
}

std::string TranscriptWarning(const std::string& name,
                              const std::vector<TranscriptClause>& clauses) {
  std::string named;
  size_t doubted = 0;
  for (const TranscriptClause& clause : clauses) {
    if (VerdictOf(clause) != ClauseVerdict::kNotBelieved) continue;
    if (++doubted > kNamedClauses) continue;
    named += (doubted == 1 ? "" : "; ") + ClauseText(clause);
  }
  if (doubted == 0) return "";
  if (doubted > kNamedClauses) {
    named += fmt::format("; and {} more", doubted - kNamedClauses);
  }
  return fmt::format(
      "transcript {}: {} of {} clauses do not match the sound, which the mouth "
      "follows alone there: {}",
      name, doubted, clauses.size(), named);
}

std::string TranscriptReportToJson(
    const std::vector<TranscriptClause>& clauses) {
  nlohmann::json list = nlohmann::json::array();
  for (const TranscriptClause& clause : clauses) {
    list.push_back({{"line", clause.line},
                    {"text", clause.text},
                    {"found", clause.found},
                    {"begin_us", clause.begin_us},
                    {"end_us", clause.end_us},
                    {"trust", clause.trust}});
  }
  return Canonical({{"clauses", std::move(list)}});
}

StatusOr<std::vector<TranscriptClause>> TranscriptReportFromJson(
    const std::string& text) {
  LT_ASSIGN_OR_RETURN(const nlohmann::json j,
                      ParseJsonObject(text, "transcript report"));
  JsonReader reader(j, "transcript report");
  std::vector<TranscriptClause> clauses;
  reader.Objects("clauses", [&clauses](JsonReader& r) {
    TranscriptClause& clause = clauses.emplace_back();
    clause.line = r.Count("line");
    clause.text = r.String("text");
    clause.found = r.Bool("found");
    clause.begin_us = r.Count("begin_us");
    clause.end_us = r.Count("end_us");
    clause.trust = r.Number("trust");
    return r.Finish();
  });
  LT_RETURN_IF_ERROR(reader.Finish());
  return clauses;
}

}  // namespace longtake
