#include "worker/engine/phonetics/phone_segments.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <sstream>

namespace longtake::worker {
namespace {

// Times are written rounded: neighbours may overlap by this much, seconds.
constexpr double kTimeSlack = 0.0015;

constexpr std::string_view kBlanks = " \t\r";

// Takes the first word off *line.
std::string_view TakeWord(std::string_view* line) {
  const size_t begin = std::min(line->find_first_not_of(kBlanks), line->size());
  line->remove_prefix(begin);
  const size_t end = std::min(line->find_first_of(kBlanks), line->size());
  const std::string_view word = line->substr(0, end);
  line->remove_prefix(end);
  return word;
}

bool ParseSeconds(std::string_view word, double* seconds) {
  const char* end = word.data() + word.size();
  const auto [stop, error] =
      std::from_chars(word.data(), end, *seconds, std::chars_format::fixed);
  return error == std::errc() && stop == end && *seconds >= 0 &&
         *seconds <= kMaxPhoneSeconds;
}

struct Line {
  double begin = 0, end = 0;
  std::string_view ipa;
};

StatusOr<Line> ParseLine(std::string_view text) {
  Line line;
  const std::string_view begin = TakeWord(&text), end = TakeWord(&text);
  line.ipa = TakeWord(&text);
  if (line.ipa.empty()) {
    return InvalidArgument("needs three fields: start end ipa");
  }
  if (!ParseSeconds(begin, &line.begin) || !ParseSeconds(end, &line.end)) {
    return InvalidArgument(
        fmt::format("'{} {}' are not two times in seconds", begin, end));
  }
  if (line.end < line.begin) {
    return InvalidArgument(
        fmt::format("ends at {} before it starts at {}", line.end, line.begin));
  }
  return line;
}

// Appends the line's phones; silence before it where there is a gap.
Status Append(const Line& line, std::vector<PhoneSegment>* segments) {
  double at = segments->empty() ? 0 : segments->back().end;
  if (line.begin < at - kTimeSlack) {
    return InvalidArgument(fmt::format(
        "starts at {} s, before the end of the line above, {} s: sort by time",
        line.begin, at));
  }
  if (line.begin > at + kTimeSlack) {
    segments->push_back({at, line.begin, kSilence});
    at = line.begin;
  }
  if (line.end <= at) return OkStatus();
  const std::vector<PhoneClass> phones = PhonesOfIpa(line.ipa);
  if (phones.empty()) {
    if (line.ipa.find("ʔ") == std::string_view::npos) {
      return InvalidArgument(
          fmt::format("'{}' is no IPA sound; silence is _", line.ipa));
    }
    if (segments->empty()) segments->push_back({at, line.end, kSilence});
    segments->back().end = line.end;
    return OkStatus();
  }
  const double step = (line.end - at) / static_cast<double>(phones.size());
  for (size_t i = 0; i < phones.size(); ++i) {
    // Each ends where the next begins, to the last bit.
    segments->push_back({at + step * static_cast<double>(i),
                         at + step * static_cast<double>(i + 1), phones[i]});
  }
  segments->back().end = line.end;
  return OkStatus();
}

}  // namespace

StatusOr<std::vector<PhoneSegment>> ParsePhones(std::string_view text,
                                                const std::string& name) {
  std::vector<PhoneSegment> segments;
  size_t number = 0;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view raw = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    const size_t first = raw.find_first_not_of(kBlanks);
    if (first == std::string_view::npos || raw[first] == '#') continue;
    if (segments.size() > kMaxPhoneLines) {
      return InvalidArgument(
          fmt::format("{}: more than {} phones", name, kMaxPhoneLines));
    }
    const auto line = ParseLine(raw);
    const Status status = line.ok() ? Append(*line, &segments) : line.status();
    if (!status.ok()) {
      return Annotate(status, fmt::format("{} line {}", name, number));
    }
  }
  if (segments.empty()) {
    return InvalidArgument(fmt::format(
        "{}: no phones; each line is: start end ipa (seconds)", name));
  }
  return segments;
}

StatusOr<std::vector<PhoneSegment>> ReadPhones(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return NotFound(fmt::format("{}: can't be read", path));
  std::ostringstream text;
  text << file.rdbuf();
  return ParsePhones(text.str(), path);
}

}  // namespace longtake::worker
