#include "common/metrics/process_metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <system_error>

namespace longtake::metrics {
namespace {

// Fields of /proc/self/stat behind the command's name (proc(5)); the name may
// hold anything, so counting starts at its closing bracket.
struct StatFields {
  int64_t user_ticks = 0;
  int64_t system_ticks = 0;
  int64_t threads = 0;
  int64_t start_ticks = 0;  // since the machine started
  int64_t resident_pages = 0;
};

std::optional<StatFields> ReadStat() {
  std::ifstream file("/proc/self/stat");
  std::string text;
  std::getline(file, text);
  const size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream fields(text.substr(name_end + 1));
  char state = 0;
  fields >> state;
  // Field 4 of proc(5) is values[0].
  constexpr int kFields = 21;
  int64_t values[kFields] = {};
  for (int64_t& value : values) fields >> value;
  if (!fields) return std::nullopt;
  return StatFields{values[10], values[11], values[16], values[18], values[20]};
}

// Seconds since 1970 at which the machine started.
std::optional<int64_t> ReadBootTime() {
  std::ifstream file("/proc/stat");
  for (std::string word; file >> word;) {
    int64_t seconds = 0;
    if (word == "btime" && file >> seconds) return seconds;
  }
  return std::nullopt;
}

void AddDescriptors(std::vector<ProcessFact>* facts) {
  std::error_code error;
  int64_t open = 0;
  for (std::filesystem::directory_iterator it("/proc/self/fd", error), end;
       !error && it != end; it.increment(error)) {
    ++open;
  }
  if (!error) {
    facts->push_back({{"process_open_fds", "Open file descriptors."},
                      false,
                      static_cast<double>(open)});
  }
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    facts->push_back({{"process_max_fds", "Most file descriptors allowed."},
                      false,
                      static_cast<double>(limit.rlim_cur)});
  }
}

}  // namespace

std::vector<ProcessFact> ReadProcessFacts() {
  std::vector<ProcessFact> facts;
  const auto stat = ReadStat();
  const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  if (stat && ticks > 0) {
    facts.push_back(
        {{"process_cpu_seconds_total", "CPU time used, user and system."},
         true,
         static_cast<double>(stat->user_ticks + stat->system_ticks) / ticks});
    facts.push_back({{"process_resident_memory_bytes", "Memory in RAM."},
                     false,
                     static_cast<double>(stat->resident_pages) *
                         static_cast<double>(::sysconf(_SC_PAGESIZE))});
    facts.push_back({{"process_threads", "Threads."},
                     false,
                     static_cast<double>(stat->threads)});
    if (const auto boot = ReadBootTime()) {
      facts.push_back({{"process_start_time_seconds",
                        "When the process started, in seconds since 1970."},
                       false,
                       static_cast<double>(*boot) +
                           static_cast<double>(stat->start_ticks) / ticks});
    }
  }
  AddDescriptors(&facts);
  return facts;
}

}  // namespace longtake::metrics
