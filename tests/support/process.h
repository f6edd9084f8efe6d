#pragma once
// Real processes for tests: started, read, signalled, and always reaped.

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

namespace longtake {

// A child process with its standard output and standard error in files. One
// thread only. The destructor kills it if it still runs.
class Process {
 public:
  // `output_stem`: outputs go to <stem>.out and <stem>.err.
  Process(const std::vector<std::string>& argv, const std::string& output_stem);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void Signal(int signal);
  // Exit code, or 128 + signal; kills and gives -1 after `limit`.
  int Wait(std::chrono::seconds limit = std::chrono::seconds(120));
  // Waits until standard output holds a line that starts with `prefix`; the
  // rest of that line, or empty after `limit`.
  std::string AwaitLine(const std::string& prefix,
                        std::chrono::seconds limit = std::chrono::seconds(60));

  std::string Out() const;
  std::string Err() const;
  // It has ended by now (and is reaped).
  bool Ended() { return Reap(false); }
  pid_t pid() const { return pid_; }

 private:
  bool Reap(bool block);

  std::string stem_;
  pid_t pid_ = -1;
  int status_ = 0;
  bool ended_ = false;
};

struct ProcessResult {
  int code = -1;
  std::string out, err;
};
// Runs to the end.
ProcessResult RunProcess(const std::vector<std::string>& argv,
                         const std::string& output_stem);

}  // namespace longtake
