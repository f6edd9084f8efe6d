#include "client/trace/trace_file.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace longtake::client {
namespace {

using json = nlohmann::ordered_json;

// Threads are numbered from here: a thread with its process's number would be
// drawn as that process's main thread.
constexpr int kFirstThread = 100;

// At one moment: what ended there, then what begins there, then the arrows of
// what is open.
enum Rank { kCounter, kInstant, kSlice, kArrow };

}  // namespace

void TraceFile::AddName(const char* kind, int process, int thread,
                        const std::string& name, int order) {
  const std::string of = kind;
  names_.push_back({{"ph", "M"},
                    {"name", of + "_name"},
                    {"pid", process},
                    {"tid", thread},
                    {"args", {{"name", name}}}});
  names_.push_back({{"ph", "M"},
                    {"name", of + "_sort_index"},
                    {"pid", process},
                    {"tid", thread},
                    {"args", {{"sort_index", order}}}});
}

int TraceFile::AddProcess(const std::string& name) {
  ++processes_;
  AddName("process", processes_, 0, name, processes_);
  return processes_;
}

int TraceFile::AddThread(int process, const std::string& name) {
  const int thread = kFirstThread + static_cast<int>(process_of_thread_.size());
  process_of_thread_.push_back(process);
  AddName("thread", process, thread, name, thread);
  return thread;
}

json TraceFile::Begin(char phase, const std::string& name, const char* category,
                      int64_t at, int process, int thread) const {
  return {{"ph", std::string(1, phase)},
          {"name", name},
          {"cat", category},
          {"ts", at},
          {"pid", process},
          {"tid", thread}};
}

void TraceFile::AddSlice(int thread, const std::string& name,
                         const char* category, int64_t begin, int64_t length,
                         Args args) {
  json j = Begin('X', name, category, begin,
                 process_of_thread_[thread - kFirstThread], thread);
  j["dur"] = length;
  j["args"] = std::move(args);
  events_.push_back({begin, kSlice, length, std::move(j)});
}

void TraceFile::AddInstant(int thread, const std::string& name,
                           const char* category, int64_t at, Args args) {
  json j = Begin('i', name, category, at,
                 process_of_thread_[thread - kFirstThread], thread);
  j["s"] = "t";
  j["args"] = std::move(args);
  events_.push_back({at, kInstant, 0, std::move(j)});
}

void TraceFile::AddCounter(int process, const std::string& name, int64_t at,
                           Args args) {
  json j = Begin('C', name, "load", at, process, 0);
  j["args"] = std::move(args);
  events_.push_back({at, kCounter, 0, std::move(j)});
}

void TraceFile::AddArrow(int from_thread, int64_t from, int to_thread,
                         int64_t to, const std::string& name) {
  ++arrows_;
  json start =
      Begin('s', name, "arrow", from,
            process_of_thread_[from_thread - kFirstThread], from_thread);
  start["id"] = arrows_;
  json finish = Begin('f', name, "arrow", to,
                      process_of_thread_[to_thread - kFirstThread], to_thread);
  finish["id"] = arrows_;
  finish["bp"] = "e";  // to the slice it lies in, not to the next one
  events_.push_back({from, kArrow, 0, std::move(start)});
  events_.push_back({to, kArrow, 0, std::move(finish)});
}

std::string TraceFile::ToJson(const Args& about) const {
  std::vector<const Event*> order;
  order.reserve(events_.size());
  for (const Event& event : events_) order.push_back(&event);
  std::stable_sort(order.begin(), order.end(),
                   [](const Event* a, const Event* b) {
                     return std::tuple(a->at, a->rank, -a->length) <
                            std::tuple(b->at, b->rank, -b->length);
                   });
  json list = names_;
  for (const Event* event : order) list.push_back(event->json);
  const json file = {{"displayTimeUnit", "ms"},
                     {"otherData", about},
                     {"traceEvents", std::move(list)}};
  return file.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace longtake::client
