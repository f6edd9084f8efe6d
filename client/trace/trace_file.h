#pragma once
// The Chrome trace event format, as chrome://tracing and ui.perfetto.dev read
// it: a JSON object with "traceEvents". What both ask for is kept here: threads
// have numbers of their own across all processes (Perfetto keys them so),
// events are in order of time, a slice stands before what lies in it, an
// arrow's ends lie in slices that are open.

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace longtake::client {

// Collects events. Times are microseconds since the trace's begin, >= 0. One
// thread only.
class TraceFile {
 public:
  using Args = nlohmann::ordered_json;

  // A row of its own; its number. Processes and threads stand in the order in
  // which they are added.
  int AddProcess(const std::string& name);
  int AddThread(int process, const std::string& name);

  // [begin, begin + length) on a thread, length > 0. Slices of a thread may
  // nest but not overlap otherwise.
  void AddSlice(int thread, const std::string& name, const char* category,
                int64_t begin, int64_t length, Args args);
  void AddInstant(int thread, const std::string& name, const char* category,
                  int64_t at, Args args);
  // Values from `at` on, one series a key.
  void AddCounter(int process, const std::string& name, int64_t at, Args args);
  // An arrow from the slice open at `from` to the one open at `to`.
  void AddArrow(int from_thread, int64_t from, int to_thread, int64_t to,
                const std::string& name);

  // The whole file. `about` is shown with it.
  std::string ToJson(const Args& about) const;

 private:
  struct Event {
    int64_t at = 0;
    int rank = 0;  // among events of the same time
    int64_t length = 0;
    nlohmann::ordered_json json;
  };

  void AddName(const char* kind, int process, int thread,
               const std::string& name, int order);
  nlohmann::ordered_json Begin(char phase, const std::string& name,
                               const char* category, int64_t at, int process,
                               int thread) const;

  std::vector<nlohmann::ordered_json> names_;
  std::vector<Event> events_;
  std::vector<int> process_of_thread_;
  int processes_ = 0;
  int arrows_ = 0;
};

}  // namespace longtake::client
