#include "tests/support/process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <thread>

namespace longtake {
namespace {

// How often a child's state or output is looked at; bounded by each wait's own
// limit.
constexpr std::chrono::milliseconds kPoll(10);

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

void Redirect(const std::string& path, int to) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (fd >= 0) dup2(fd, to);
}

}  // namespace

Process::Process(const std::vector<std::string>& argv,
                 const std::string& output_stem)
    : stem_(output_stem) {
  std::vector<char*> args;
  for (const std::string& a : argv)
    args.push_back(const_cast<char*>(a.c_str()));
  args.push_back(nullptr);
  const std::string out = stem_ + ".out", err = stem_ + ".err";
  pid_ = fork();
  if (pid_ != 0) return;
  prctl(PR_SET_PDEATHSIG, SIGKILL);  // never outlive the test
  Redirect("/dev/null", STDIN_FILENO);
  Redirect(out, STDOUT_FILENO);
  Redirect(err, STDERR_FILENO);
  execv(args[0], args.data());
  _exit(127);
}

Process::~Process() {
  if (!Reap(false)) {
    Signal(SIGKILL);
    Reap(true);
  }
}

void Process::Signal(int signal) {
  if (!ended_) kill(pid_, signal);
}

bool Process::Reap(bool block) {
  if (ended_) return true;
  if (waitpid(pid_, &status_, block ? 0 : WNOHANG) == pid_) ended_ = true;
  return ended_;
}

int Process::Wait(std::chrono::seconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (!Reap(false)) {
    if (std::chrono::steady_clock::now() > deadline) {
      Signal(SIGKILL);
      Reap(true);
      return -1;
    }
    std::this_thread::sleep_for(kPoll);
  }
  return WIFEXITED(status_) ? WEXITSTATUS(status_) : 128 + WTERMSIG(status_);
}

std::string Process::AwaitLine(const std::string& prefix,
                               std::chrono::seconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (std::chrono::steady_clock::now() < deadline) {
    std::istringstream lines(Out());
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with(prefix)) return line.substr(prefix.size());
    }
    if (Reap(false)) return "";
    std::this_thread::sleep_for(kPoll);
  }
  return "";
}

std::string Process::Out() const { return ReadFile(stem_ + ".out"); }
std::string Process::Err() const { return ReadFile(stem_ + ".err"); }

ProcessResult RunProcess(const std::vector<std::string>& argv,
                         const std::string& output_stem) {
  Process process(argv, output_stem);
  ProcessResult result;
  result.code = process.Wait();
  result.out = process.Out();
  result.err = process.Err();
  return result;
}

}  // namespace longtake
