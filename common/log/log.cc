#include "common/log/log.h"

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
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

constexpr char kTextPattern[] = "%Y-%m-%dT%H:%M:%S.%eZ %l %v";
constexpr char kJsonPattern[] =
    R"({"ts":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})";

// The process's one log: standard error is one per process as well. Never
// destroyed, so that threads that end late may still log.
struct ProcessLog {
  ProcessLog() {
    SetPattern(kTextPattern);
    log.set_level(spdlog::level::warn);
    log.flush_on(spdlog::level::trace);
  }
  void SetPattern(const char* pattern) {
    log.set_formatter(std::make_unique<spdlog::pattern_formatter>(
        pattern, spdlog::pattern_time_type::utc));
  }

  spdlog::logger log{"longtake",
                     std::make_shared<spdlog::sinks::stderr_sink_mt>()};
  LogFormat format = LogFormat::kText;
};

ProcessLog& TheLog() {
  static ProcessLog& log = *new ProcessLog();
  return log;
}

std::string JsonText(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false,
                                   nlohmann::json::error_handler_t::replace);
}

bool IsLinesOwn(const std::string& key) {
  return key == "ts" || key == "level" || key == "event";
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

StatusOr<LogFormat> ParseLogFormat(const std::string& text) {
  if (text == "text") return LogFormat::kText;
  if (text == "json") return LogFormat::kJson;
  return InvalidArgument(
      fmt::format("log format '{}' is not known: give text or json", text));
}

void SetUpLogging(LogLevel level, LogFormat format) {
  TheLog().log.set_level(ToSpdlog(level));
  TheLog().format = format;
  TheLog().SetPattern(format == LogFormat::kJson ? kJsonPattern : kTextPattern);
}

std::string FormatLogLine(const std::string& event,
                          std::initializer_list<LogField> fields) {
  std::string line = event;
  for (const LogField& field : fields) {
    line += fmt::format(" {}={}", field.key, Quoted(field.value));
  }
  return line;
}

std::string FormatJsonFields(const std::string& event,
                             std::initializer_list<LogField> fields) {
  std::string line = "\"event\":" + JsonText(event);
  for (const LogField& field : fields) {
    const std::string key = field.key + (IsLinesOwn(field.key) ? "_" : "");
    line += fmt::format(",{}:{}", JsonText(key),
                        field.is_literal ? field.value : JsonText(field.value));
  }
  return line;
}

void Log(LogLevel level, const std::string& event,
         std::initializer_list<LogField> fields) {
  ProcessLog& process = TheLog();
  if (level == LogLevel::kOff || !process.log.should_log(ToSpdlog(level))) {
    return;
  }
  process.log.log(ToSpdlog(level), "{}",
                  process.format == LogFormat::kJson
                      ? FormatJsonFields(event, fields)
                      : FormatLogLine(event, fields));
}

}  // namespace longtake
