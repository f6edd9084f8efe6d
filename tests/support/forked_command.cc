#include "tests/support/forked_command.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <iterator>

#include "client/cli/command_line.h"
#include "common/rpc/channel.h"

namespace longtake {
namespace {

// A command that hangs is a failure, told by its signal.
constexpr unsigned kMaxSeconds = 240;

void Redirect(const std::string& path, int to) {
  const int file =
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file >= 0) ::dup2(file, to);
}

std::string Contents(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// As client/main.cc.
[[noreturn]] void RunInChild(const std::vector<std::string>& args,
                             const std::string& stem) {
  Redirect(stem + ".out", STDOUT_FILENO);
  Redirect(stem + ".err", STDERR_FILENO);
  ::alarm(kMaxSeconds);
  std::vector<const char*> argv = {"longtake"};
  for (const std::string& arg : args) argv.push_back(arg.c_str());
  ReconnectPromptly();
  const int code =
      client::RunCommandLine(static_cast<int>(argv.size()), argv.data());
  std::fflush(nullptr);
  ::_exit(code);
}

}  // namespace

ProcessResult RunForkedCommand(const std::vector<std::string>& args,
                               const std::string& output_stem) {
  std::fflush(nullptr);
  const pid_t child = ::fork();
  if (child == 0) RunInChild(args, output_stem);
  ProcessResult result;
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) != child) return result;
  result.code =
      WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  result.out = Contents(output_stem + ".out");
  result.err = Contents(output_stem + ".err");
  return result;
}

}  // namespace longtake
