#include "tests/chaos/log_events.h"

#include <cstdlib>

namespace longtake::chaos {
namespace {

constexpr size_t kStampBytes = 24;  // 2026-01-02T03:04:05.678Z

bool HasStamp(const std::string& line) {
  return line.size() > kStampBytes && line[4] == '-' && line[10] == 'T' &&
         line[kStampBytes - 1] == 'Z' && line[kStampBytes] == ' ';
}

// The value that begins at `at`, quoted or not; `at` moves past it.
std::string TakeValue(const std::string& line, size_t* at) {
  std::string value;
  if (*at < line.size() && line[*at] == '"') {
    for (++*at; *at < line.size() && line[*at] != '"'; ++*at) {
      if (line[*at] == '\\' && *at + 1 < line.size()) ++*at;
      value += line[*at];
    }
    ++*at;
    return value;
  }
  while (*at < line.size() && line[*at] != ' ') value += line[(*at)++];
  return value;
}

}  // namespace

std::string LogEvent::Field(const std::string& key) const {
  const auto it = fields.find(key);
  return it == fields.end() ? "" : it->second;
}

int LogEvent::Number(const std::string& key) const {
  return std::atoi(Field(key).c_str());
}

std::optional<LogEvent> ParseLogLine(const std::string& line) {
  if (!HasStamp(line)) return std::nullopt;
  size_t at = kStampBytes + 1;
  LogEvent event;
  while (at < line.size() && line[at] != ' ') event.level += line[at++];
  while (at < line.size()) {
    ++at;  // the blank
    const size_t end = line.find_first_of(" =", at);
    if (end == std::string::npos || line[end] == ' ') {
      // A word of the event's name.
      const std::string word = line.substr(at, end - at);
      event.event += (event.event.empty() ? "" : " ") + word;
      at = end == std::string::npos ? line.size() : end;
      continue;
    }
    const std::string key = line.substr(at, end - at);
    at = end + 1;
    event.fields[key] = TakeValue(line, &at);
  }
  return event;
}

std::vector<LogEvent> ParseLog(const std::string& text, size_t* consumed) {
  std::vector<LogEvent> events;
  size_t begin = 0;
  for (size_t end; (end = text.find('\n', begin)) != std::string::npos;
       begin = end + 1) {
    if (auto event = ParseLogLine(text.substr(begin, end - begin))) {
      events.push_back(*std::move(event));
    }
  }
  *consumed = begin;
  return events;
}

}  // namespace longtake::chaos
