#pragma once
// What all guide files share: UTF-8 text in lines, tables with a header, times
// and numbers. Errors are one line that names the file, the line and the
// remedy: "emotion track cues.csv: line 3: …".

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/status/status.h"
#include "worker/engine/engine.h"

namespace longtake::worker {

// A guide and what messages call it ("emotion track"). Borrowed.
struct NamedGuide {
  std::string_view what;
  const Guide& guide;

  Status Error(std::string_view problem) const;
  Status Error(int64_t line, std::string_view problem) const;  // from 1
  // `status` with this file and line in front.
  Status At(int64_t line, const Status& status) const;
};

// The lines without their ends (LF or CRLF) and without a byte order mark;
// element i is line i + 1. InvalidArgument: empty, nothing but blanks, not
// UTF-8, control characters other than tabs.
StatusOr<std::vector<std::string_view>> GuideLines(const NamedGuide& guide);

struct GuideRow {
  int64_t line = 0;
  std::vector<std::string_view> cells;  // in the order of the columns asked for
};

// A CSV whose header names exactly `columns`, in any order and case. Blank
// lines don't count. InvalidArgument: GuideLines', other columns, a row with
// more or fewer cells, no row.
StatusOr<std::vector<GuideRow>> GuideTable(
    const NamedGuide& guide, const std::vector<std::string_view>& columns);

// `text` without blanks and tabs at both ends.
std::string_view Trimmed(std::string_view text);

// A plain decimal number, "-0.5"; nothing for all else (1e3, nan, inf, +1).
std::optional<double> ParseDecimal(std::string_view text);

// Microseconds of "12", "12.5", "01:12.5" or "00:01:12.500"; nothing for all
// else. At most kMaxGuideHours hours and six decimals, which a comma may part
// as well, as in SubRip.
std::optional<int64_t> ParseGuideTime(std::string_view text);
inline constexpr int64_t kMaxGuideHours = 100;

// "00:01:12.500".
std::string FormatGuideTime(int64_t time_us);

// The times of a table rise from row to row and stay within the audio, which
// ends at `end_us`. Reads row.cells[0].
StatusOr<std::vector<int64_t>> GuideTimes(const NamedGuide& guide,
                                          const std::vector<GuideRow>& rows,
                                          int64_t end_us);

}  // namespace longtake::worker
