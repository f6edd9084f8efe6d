#pragma once
// Log lines of the farm's processes as values (common/log/log.h has the
// format).

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace longtake::chaos {

struct LogEvent {
  std::string process;
  bool coordinator = false;  // else a worker
  // How many losses of state had been injected when it was logged; -1: while
  // one was being injected.
  int era = 0;
  std::string level;
  std::string event;
  std::map<std::string, std::string> fields;

  // Empty when there is none.
  std::string Field(const std::string& key) const;
  // Zero when there is none.
  int Number(const std::string& key) const;
};

// Nothing for a line that is not one of the log's.
std::optional<LogEvent> ParseLogLine(const std::string& line);

// All of a log, whose last line may be unfinished and is then left out.
// `consumed`: bytes up to the end of the last whole line.
std::vector<LogEvent> ParseLog(const std::string& text, size_t* consumed);

}  // namespace longtake::chaos
