#include "tools/motion_model/speech_data/command.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <sstream>

namespace longtake::speech_data {
namespace {

constexpr int kNoProgram = 127;

using File = std::unique_ptr<FILE, int (*)(FILE*)>;

[[noreturn]] void Become(const std::vector<std::string>& argv,
                         const std::string& directory, int in, int out) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  std::vector<char*> arguments;
  for (const std::string& argument : argv) {
    arguments.push_back(const_cast<char*>(argument.c_str()));
  }
  arguments.push_back(nullptr);
  const int nowhere = ::open("/dev/null", O_WRONLY);
  if (::chdir(directory.c_str()) == 0 && nowhere >= 0 && ::dup2(in, 0) == 0 &&
      ::dup2(out, 1) == 1 && ::dup2(nowhere, 2) == 2) {
    ::execvp(arguments[0], arguments.data());
  }
  ::_exit(kNoProgram);
}

std::string ReadAll(FILE* file) {
  std::string text;
  char buffer[4096];
  std::rewind(file);
  while (const size_t n = std::fread(buffer, 1, sizeof buffer, file)) {
    text.append(buffer, n);
  }
  return text;
}

}  // namespace

StatusOr<std::string> RunCommand(const std::vector<std::string>& argv,
                                 const std::string& input,
                                 const std::string& directory) {
  const File in(std::tmpfile(), std::fclose);
  const File out(std::tmpfile(), std::fclose);
  if (!in || !out ||
      std::fwrite(input.data(), 1, input.size(), in.get()) != input.size() ||
      std::fflush(in.get()) != 0) {
    return ResourceExhausted(fmt::format("no temporary file for {}: {}",
                                         argv[0], std::strerror(errno)));
  }
  std::rewind(in.get());
  const pid_t child = ::fork();
  if (child < 0) {
    return ResourceExhausted(
        fmt::format("cannot start {}: {}", argv[0], std::strerror(errno)));
  }
  if (child == 0) {
    Become(argv, directory, ::fileno(in.get()), ::fileno(out.get()));
  }
  int result = 0;
  while (::waitpid(child, &result, 0) < 0 && errno == EINTR) {
  }
  if (WIFSIGNALED(result)) {
    return Aborted(
        fmt::format("{} ended by signal {}", argv[0], WTERMSIG(result)));
  }
  if (WEXITSTATUS(result) == kNoProgram) {
    return NotFound(fmt::format("no program {}", argv[0]));
  }
  if (WEXITSTATUS(result) != 0) {
    return Internal(
        fmt::format("{} ended with code {}", argv[0], WEXITSTATUS(result)));
  }
  return ReadAll(out.get());
}

bool HasProgram(const std::string& program) {
  const char* path = std::getenv("PATH");
  std::istringstream directories(path != nullptr ? path : "");
  std::string directory;
  while (std::getline(directories, directory, ':')) {
    if (::access((directory + "/" + program).c_str(), X_OK) == 0) return true;
  }
  return false;
}

}  // namespace longtake::speech_data
