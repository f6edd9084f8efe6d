#include "client/report/quality_text.h"

#include <fmt/format.h>

namespace longtake::client {
namespace {

using json = nlohmann::ordered_json;

// As many clauses are listed for people.
constexpr size_t kListedClauses = 20;

json OrNull(const std::optional<double>& value) {
  return value ? json(*value) : json(nullptr);
}

std::string Percent(const std::optional<double>& share) {
  return share ? fmt::format("{:.0f} %", 100 * *share) : "unknown";
}

std::string OffsetText(const worker::LipSync& sync) {
  if (!sync.offset_ms) {
    return "offset unknown: the mouth does not follow the sound";
  }
  std::string text = fmt::format("sound {:+.0f} ms", *sync.offset_ms);
  if (sync.offset_trend_ms_per_minute) {
    text +=
        fmt::format(" ({:+.2f} ms a minute)", *sync.offset_trend_ms_per_minute);
  }
  return text;
}

}  // namespace

json LipSyncToJson(const worker::LipSync& sync) {
  json missed = json::array();
  for (const worker::SoughtClosure& closure : sync.sought) {
    if (!closure.seen) missed.push_back((closure.begin + closure.end) / 2);
  }
  return {
      {"closures_heard", sync.closures_heard},
      {"closure_recall", OrNull(sync.closure_recall)},
      {"closure_precision", OrNull(sync.closure_precision)},
      {"opening_r", OrNull(sync.opening_r)},
      {"offset_ms", OrNull(sync.offset_ms)},
      {"offset_r", OrNull(sync.offset_r)},
      {"offset_trend_ms_per_minute", OrNull(sync.offset_trend_ms_per_minute)},
      {"silence_motion", OrNull(sync.silence_motion)},
      {"speech_motion", OrNull(sync.speech_motion)},
      {"measured_seconds", sync.measured_seconds},
      {"speech_seconds", sync.speech_seconds},
      {"closures_missed", std::move(missed)}};
}

json TranscriptToJson(const std::vector<TranscriptClause>& clauses) {
  json list = json::array();
  for (const TranscriptClause& clause : clauses) {
    list.push_back(
        {{"line", clause.line},
         {"begin_seconds", static_cast<double>(clause.begin_us) * 1e-6},
         {"end_seconds", static_cast<double>(clause.end_us) * 1e-6},
         {"text", clause.text},
         {"found", clause.found},
         {"trust", clause.trust},
         {"verdict", ClauseVerdictName(VerdictOf(clause))}});
  }
  return list;
}

std::string LipSyncLines(const worker::LipSync& sync) {
  std::string text = fmt::format(
      "  lip-sync  {}, correlation {}, over {:.0f} s\n"
      "            p, b, m: {} of {} seen shut; {} of the closures seen are "
      "right\n",
      OffsetText(sync),
      sync.opening_r ? fmt::format("{:.2f}", *sync.opening_r) : "unknown",
      sync.measured_seconds, Percent(sync.closure_recall), sync.closures_heard,
      Percent(sync.closure_precision));
  if (sync.silence_motion) {
    text += fmt::format(
        "            mouth in pauses: moves by {:.3f} of the distance between "
        "the eyes{}\n",
        *sync.silence_motion,
        sync.speech_motion
            ? fmt::format("; in speech {:.3f}", *sync.speech_motion)
            : "");
  }
  return text;
}

std::string TranscriptLines(const std::vector<TranscriptClause>& clauses) {
  size_t counts[3] = {};
  std::string listed;
  size_t others = 0;
  for (const TranscriptClause& clause : clauses) {
    const ClauseVerdict verdict = VerdictOf(clause);
    ++counts[static_cast<size_t>(verdict)];
    if (verdict == ClauseVerdict::kFollowed || ++others > kListedClauses) {
      continue;
    }
    listed += fmt::format("            {}: {}\n", ClauseVerdictName(verdict),
                          ClauseText(clause));
  }
  std::string text = fmt::format(
      "  script    {} of {} clauses followed, {} in part, {} not believed\n{}",
      counts[0], clauses.size(), counts[1], counts[2], listed);
  if (others > kListedClauses) {
    text += fmt::format("            and {} more: see --json\n",
                        others - kListedClauses);
  }
  return text;
}

std::optional<double> DriftPpm(const worker::LipSync& sync) {
  if (!sync.offset_trend_ms_per_minute) return std::nullopt;
  return *sync.offset_trend_ms_per_minute * 1e3 / 60;
}

}  // namespace longtake::client
