#include "benchmarks/farm/process_cost.h"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>

namespace longtake::bench {
namespace {

double TicksPerSecond() {
  static const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  return ticks;
}

// Of a /proc/…/stat: the name in parentheses, user and system time.
struct Stat {
  std::string name;
  double cpu_seconds = 0;
};

Stat ReadStat(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  const size_t open = line.find('('), close = line.rfind(')');
  if (open == std::string::npos || close == std::string::npos) return {};
  std::istringstream rest(line.substr(close + 1));
  std::string skipped;
  for (int i = 0; i < 11; ++i) rest >> skipped;
  double user = 0, system = 0;
  rest >> user >> system;
  return {line.substr(open + 1, close - open - 1),
          (user + system) / TicksPerSecond()};
}

int64_t StatusBytes(pid_t pid, const std::string& field) {
  std::ifstream file(fmt::format("/proc/{}/status", pid));
  for (std::string line; std::getline(file, line);) {
    if (line.rfind(field + ":", 0) != 0) continue;
    return std::stoll(line.substr(field.size() + 1)) * 1024;
  }
  return 0;
}

}  // namespace

double CpuSeconds(pid_t pid) {
  return ReadStat(fmt::format("/proc/{}/stat", pid)).cpu_seconds;
}

int64_t ResidentBytes(pid_t pid) { return StatusBytes(pid, "VmRSS"); }
int64_t PeakResidentBytes(pid_t pid) { return StatusBytes(pid, "VmHWM"); }

double MachineBusySeconds() {
  std::ifstream file("/proc/stat");
  std::string cpu;
  double user = 0, nice = 0, system = 0, idle = 0, waiting = 0, irq = 0,
         softirq = 0;
  file >> cpu >> user >> nice >> system >> idle >> waiting >> irq >> softirq;
  return (user + nice + system + irq + softirq) / TicksPerSecond();
}

int MachineCores() {
  return static_cast<int>(std::thread::hardware_concurrency());
}

std::map<std::string, double> CpuByThread(pid_t pid) {
  std::map<std::string, double> by_name;
  std::error_code error;
  for (const auto& thread : std::filesystem::directory_iterator(
           fmt::format("/proc/{}/task", pid), error)) {
    const Stat stat = ReadStat(thread.path() / "stat");
    by_name[stat.name] += stat.cpu_seconds;
  }
  return by_name;
}

}  // namespace longtake::bench
