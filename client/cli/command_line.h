#pragma once
// What the sub-commands share. Each Add…Command declares one; parsing a command
// line that names it sets CommandLine::run.

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <string>

#include "client/farm/farm_connection.h"
#include "common/rpc/credentials.h"
#include "common/status/status.h"

namespace longtake::client {

struct CommandLine {
  std::function<Status()> run;
  bool json = false;
  std::string log_level = "error";
  bool interrupted = false;  // set by a command that Ctrl-C ended
  bool answered = false;     // its object tells of its error already
  std::string breach;        // with --strict: why the film isn't good enough
  int exit_code = 0;         // of a command that ended well
};

// `app` and `line` outlive parsing and running.
void AddRenderCommand(CLI::App& app, CommandLine* line);
void AddPlanCommand(CLI::App& app, CommandLine* line);
void AddSubmitCommand(CLI::App& app, CommandLine* line);
void AddWatchCommand(CLI::App& app, CommandLine* line);
void AddListCommand(CLI::App& app, CommandLine* line);
void AddShowCommand(CLI::App& app, CommandLine* line);
void AddSegmentsCommand(CLI::App& app, CommandLine* line);
void AddCancelCommand(CLI::App& app, CommandLine* line);
void AddRetryCommand(CLI::App& app, CommandLine* line);
void AddFetchCommand(CLI::App& app, CommandLine* line);
void AddWorkersCommand(CLI::App& app, CommandLine* line);
void AddTokenCommand(CLI::App& app, CommandLine* line);
void AddMotionCommand(CLI::App& app, CommandLine* line);
void AddBatchCommand(CLI::App& app, CommandLine* line);
void AddPauseCommand(CLI::App& app, CommandLine* line);
void AddResumeCommand(CLI::App& app, CommandLine* line);
void AddPriorityCommand(CLI::App& app, CommandLine* line);
void AddDrainCommand(CLI::App& app, CommandLine* line);
void AddReadmitCommand(CLI::App& app, CommandLine* line);
void AddQueueCommand(CLI::App& app, CommandLine* line);
void AddTraceCommand(CLI::App& app, CommandLine* line);
void AddInspectCommand(CLI::App& app, CommandLine* line);
void AddVerifyCommand(CLI::App& app, CommandLine* line);

// --json and --log-level.
void AddCommonFlags(CLI::App* command, CommandLine* line);

// What --help ends with. Without one it would show the whole program's
// examples.
void SetExample(CLI::App* command, const std::string& example);

// What JOB means in every command.
inline constexpr char kJobHelp[] =
    "the job's id, or the first 6 or more digits of it";

inline constexpr char kDefaultFarm[] = "127.0.0.1:7400";

struct FarmFlags {
  std::string address = kDefaultFarm;  // host:port,host:port,…
  FarmSecurity security;
};
// --farm, or $LONGTAKE_FARM, and the flags of FarmSecurity. `flags` outlives
// running.
void AddFarmFlags(CLI::App* command, FarmFlags* flags);

// A connection to the farm that the flags name; does not connect yet.
// InvalidArgument for addresses that are none, and for certificates or tokens
// that can't be used.
StatusOr<std::unique_ptr<FarmConnection>> OpenFarm(const FarmFlags& flags);

// The whole program: parses, runs, prints an error once. The exit code.
int RunCommandLine(int argc, const char* const* argv);

}  // namespace longtake::client
