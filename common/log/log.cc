#include "common/log/log.h"

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace longtake {
namespace {

spdlog::level::level_enum ToSpdlog(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarning:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
    case LogLevel::kOff:
      return spdlog::level::off;
  }
  return spdlog::level::info;
}

// The process's one log: standard error is one per process as well. Never
// destroyed, so that threads that end late may still log.
spdlog::logger& ProcessLog() {
  static spdlog::logger& log = *[] {
    auto* made = new spdlog::logger(
        "longtake", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_formatter(std::make_unique<spdlog::pattern_formatter>(
        "%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc));
    made->set_level(spdlog::level::warn);
    made->flush_on(spdlog::level::trace);
    return made;
  }();
  return log;
}

bool NeedsQuotes(const std::string& value) {
  return value.empty() || std::any_of(value.begin(), value.end(), [](char c) {
           return c == ' ' || c == '"' || c == '=' || c == '\\' ||
                  static_cast<unsigned char>(c) < 0x20;
         });
}

std::string Quoted(const std::string& value) {
  if (!NeedsQuotes(value)) return value;
  std::string out = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out + '"';
}

}  // namespace

StatusOr<LogLevel> ParseLogLevel(const std::string& text) {
  if (text == "debug") return LogLevel::kDebug;
  if (text == "info") return LogLevel::kInfo;
  if (text == "warning") return LogLevel::kWarning;
  if (text == "error") return LogLevel::kError;
  if (text == "off") return LogLevel::kOff;
  return InvalidArgument(fmt::format(
      "log level '{}' is not known: give debug, info, warning, error or off",
      text));
}

void SetUpLogging(LogLevel level) { ProcessLog().set_level(ToSpdlog(level)); }

std::string FormatLogLine(const std::string& event,
                          std::initializer_list<LogField> fields) {
  std::string line = event;
  for (const LogField& field : fields) {
    line += fmt::format(" {}={}", field.key, Quoted(field.value));
  }
  return line;
}

void Log(LogLevel level, const std::string& event,
         std::initializer_list<LogField> fields) {
  spdlog::logger& log = ProcessLog();
  if (level == LogLevel::kOff || !log.should_log(ToSpdlog(level))) return;
  log.log(ToSpdlog(level), "{}", FormatLogLine(event, fields));
}

}  // namespace longtake
