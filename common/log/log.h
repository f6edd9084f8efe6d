#pragma once
// One log line an event, on standard error, as text
//   2026-01-02T03:04:05.678Z info task leased job=ab12 task=plan attempt=1
// (values with spaces or quotes are quoted) or as JSON
//   {"ts":"2026-01-02T03:04:05.678Z","level":"info","event":"task leased",
//    "job":"ab12","task":"plan","attempt":1}
// in one line. Every line about a task has the fields job, task, attempt and
// worker, as far as there are any. Log an error once, where it is handled.

#include <fmt/format.h>

#include <initializer_list>
#include <string>
#include <type_traits>

#include "common/status/status.h"

namespace longtake {

enum class LogLevel { kDebug, kInfo, kWarning, kError, kOff };

enum class LogFormat { kText, kJson };

struct LogField {
  template <typename T>
  LogField(std::string k, const T& v) : key(std::move(k)) {
    if constexpr (std::is_same_v<T, Status>) {
      value = v.ToString();
    } else {
      value = fmt::format("{}", v);
      is_literal = std::is_same_v<T, bool> ||
                   (std::is_integral_v<T> && !std::is_same_v<T, char>);
    }
  }
  std::string key;
  std::string value;
  bool is_literal = false;  // an integer or a truth: no quotes in JSON
};

// "debug", "info", "warning", "error", "off"; InvalidArgument lists them.
StatusOr<LogLevel> ParseLogLevel(const std::string& text);

// "text", "json"; InvalidArgument lists them.
StatusOr<LogFormat> ParseLogFormat(const std::string& text);

// Once, in app/ or a command's main, before threads start. Until then warnings
// and errors are logged, as text.
void SetUpLogging(LogLevel level, LogFormat format = LogFormat::kText);

// Thread-safe.
void Log(LogLevel level, const std::string& event,
         std::initializer_list<LogField> fields = {});

// `event key=value …` as it is logged as text; pure.
std::string FormatLogLine(const std::string& event,
                          std::initializer_list<LogField> fields);
// `"event":"…","key":"value",…`: what a JSON line holds behind time and level;
// pure. Bytes that are no UTF-8 are replaced, and a field that is named like
// one of the line's own gets a trailing underscore.
std::string FormatJsonFields(const std::string& event,
                             std::initializer_list<LogField> fields);

}  // namespace longtake
