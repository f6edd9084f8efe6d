#include "worker/engine/guides/guide_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <system_error>

#include "common/job/job_json.h"

namespace longtake::worker {
namespace {

constexpr int64_t kMicros = 1000000;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return lower;
}

std::vector<std::string_view> Cells(std::string_view line) {
  std::vector<std::string_view> cells;
  for (size_t at = 0;;) {
    const size_t comma = line.find(',', at);
    cells.push_back(Trimmed(line.substr(at, comma - at)));
    if (comma == std::string_view::npos) return cells;
    at = comma + 1;
  }
}

bool IsText(std::string_view line) {
  std::string text(line);
  std::replace(text.begin(), text.end(), '\t', ' ');
  return IsPlainUtf8(text);
}

// Digits only, at most `most` of them.
std::optional<int64_t> Digits(std::string_view text, size_t most) {
  if (text.empty() || text.size() > most) return std::nullopt;
  int64_t value = 0;
  for (char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = 10 * value + (c - '0');
  }
  return value;
}

// For each column asked for, where the header has it.
StatusOr<std::vector<size_t>> FindColumns(
    const NamedGuide& guide, int64_t line,
    const std::vector<std::string_view>& header,
    const std::vector<std::string_view>& columns) {
  std::vector<size_t> places;
  for (std::string_view column : columns) {
    size_t place = 0;
    while (place < header.size() && Lower(header[place]) != column) ++place;
    if (place < header.size()) places.push_back(place);
  }
  if (places.size() == columns.size() && header.size() == columns.size()) {
    return places;
  }
  return guide.Error(
      line, fmt::format("the columns are '{}': give a first line "
                        "'{}', with commas between",
                        fmt::join(header, ","), fmt::join(columns, ",")));
}

}  // namespace

Status NamedGuide::Error(std::string_view problem) const {
  return InvalidArgument(fmt::format("{} {}: {}", what, guide.name, problem));
}

Status NamedGuide::Error(int64_t line, std::string_view problem) const {
  return Error(fmt::format("line {}: {}", line, problem));
}

Status NamedGuide::At(int64_t line, const Status& status) const {
  return Annotate(status,
                  fmt::format("{} {}: line {}", what, guide.name, line));
}

std::string_view Trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") + 1 - first);
}

StatusOr<std::vector<std::string_view>> GuideLines(const NamedGuide& guide) {
  std::string_view text = guide.guide.text;
  if (text.starts_with(kByteOrderMark))
    text.remove_prefix(kByteOrderMark.size());
  std::vector<std::string_view> lines;
  bool blank = true;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.push_back(line);
    blank = blank && Trimmed(line).empty();
    if (!IsText(line)) {
      return guide.Error(static_cast<int64_t>(lines.size()),
                         "is not UTF-8 text: save the file as UTF-8");
    }
  }
  if (blank) return guide.Error("is empty: give a file with content");
  return lines;
}

StatusOr<std::vector<GuideRow>> GuideTable(
    const NamedGuide& guide, const std::vector<std::string_view>& columns) {
  LT_ASSIGN_OR_RETURN(const std::vector<std::string_view> lines,
                      GuideLines(guide));
  std::vector<size_t> places;
  std::vector<GuideRow> rows;
  for (size_t i = 0; i < lines.size(); ++i) {
    if (Trimmed(lines[i]).empty()) continue;
    const int64_t line = static_cast<int64_t>(i) + 1;
    const std::vector<std::string_view> cells = Cells(lines[i]);
    if (places.empty()) {
      LT_ASSIGN_OR_RETURN(places, FindColumns(guide, line, cells, columns));
      continue;
    }
    if (cells.size() != columns.size()) {
      return guide.Error(
          line, fmt::format("{} values, the header names {} columns: give one "
                            "value for each",
                            cells.size(), columns.size()));
    }
    GuideRow& row = rows.emplace_back();
    row.line = line;
    for (size_t place : places) row.cells.push_back(cells[place]);
  }
  if (rows.empty()) {
    return guide.Error(fmt::format("has no row below '{}': give at least one",
                                   fmt::join(columns, ",")));
  }
  return rows;
}

std::optional<double> ParseDecimal(std::string_view text) {
  double number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] =
      std::from_chars(text.data(), end, number, std::chars_format::fixed);
  if (error != std::errc() || stop != end || !std::isfinite(number)) {
    return std::nullopt;
  }
  return number;
}

std::optional<int64_t> ParseGuideTime(std::string_view text) {
  constexpr size_t kDecimals = 6;
  int64_t fraction = 0;
  if (const size_t dot = text.find_first_of(".,");
      dot != std::string_view::npos) {
    std::string decimals(text.substr(dot + 1));
    if (!Digits(decimals, kDecimals)) return std::nullopt;
    decimals.resize(kDecimals, '0');
    fraction = *Digits(decimals, kDecimals);
    text = text.substr(0, dot);
  }
  std::vector<std::string_view> parts;
  while (true) {
    const size_t colon = text.find(':');
    parts.push_back(text.substr(0, colon));
    if (colon == std::string_view::npos) break;
    text.remove_prefix(colon + 1);
  }
  if (parts.size() > 3) return std::nullopt;
  int64_t seconds = 0;
  for (size_t i = 0; i < parts.size(); ++i) {
    const std::optional<int64_t> part = Digits(parts[i], i == 0 ? 6 : 2);
    const bool sixty = i > 0 || parts.size() == 2;
    if (!part || (i > 0 && parts[i].size() != 2) || (sixty && *part >= 60)) {
      return std::nullopt;
    }
    seconds = 60 * seconds + *part;
  }
  if (seconds > kMaxGuideHours * 3600) return std::nullopt;
  return seconds * kMicros + fraction;
}

std::string FormatGuideTime(int64_t time_us) {
  const int64_t millis = time_us / 1000;
  return fmt::format("{:02}:{:02}:{:02}.{:03}", millis / 3600000,
                     millis / 60000 % 60, millis / 1000 % 60, millis % 1000);
}

StatusOr<std::vector<int64_t>> GuideTimes(const NamedGuide& guide,
                                          const std::vector<GuideRow>& rows,
                                          int64_t end_us) {
  std::vector<int64_t> times;
  for (const GuideRow& row : rows) {
    const std::optional<int64_t> time = ParseGuideTime(row.cells[0]);
    if (!time) {
      return guide.Error(
          row.line, fmt::format("time '{}' is none: give seconds (72.5) or "
                                "HH:MM:SS.mmm (00:01:12.500)",
                                row.cells[0]));
    }
    if (!times.empty() && *time <= times.back()) {
      return guide.Error(
          row.line,
          fmt::format("time {} is not after the one before it, {}: sort the "
                      "rows by time, each time once",
                      FormatGuideTime(*time), FormatGuideTime(times.back())));
    }
    if (*time > end_us) {
      return guide.Error(
          row.line,
          fmt::format("time {} lies past the end of the audio, {}: "
                      "take the row out or correct it",
                      FormatGuideTime(*time), FormatGuideTime(end_us)));
    }
    times.push_back(*time);
  }
  return times;
}

}  // namespace longtake::worker
