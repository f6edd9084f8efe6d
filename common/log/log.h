#pragma once
// One log line an event, on standard error:
//   2026-01-02T03:04:05.678Z info task leased job=ab12 task=plan attempt=1
// Values with spaces or quotes are quoted. Log an error once, where it is
// handled.

#include <fmt/format.h>

#include <initializer_list>
#include <string>
#include <type_traits>

#include "common/status/status.h"

namespace longtake {

enum class LogLevel { kDebug, kInfo, kWarning, kError, kOff };

struct LogField {
  template <typename T>
  LogField(std::string k, const T& v) : key(std::move(k)) {
    if constexpr (std::is_same_v<T, Status>) {
      value = v.ToString();
    } else {
      value = fmt::format("{}", v);
    }
  }
  std::string key;
  std::string value;
};

// "debug", "info", "warning", "error", "off"; InvalidArgument lists them.
StatusOr<LogLevel> ParseLogLevel(const std::string& text);

// Once, in app/ or a command's main, before threads start. Until then warnings
// and errors are logged.
void SetUpLogging(LogLevel level);

// Thread-safe.
void Log(LogLevel level, const std::string& event,
         std::initializer_list<LogField> fields = {});

// `event key=value …` as it is logged; pure.
std::string FormatLogLine(const std::string& event,
                          std::initializer_list<LogField> fields);

}  // namespace longtake
