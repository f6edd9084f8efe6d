#include "client/cli/command_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <string_view>

#include "client/report/print.h"
#include "client/report/report.h"
#include "common/auth/names.h"
#include "common/log/log.h"
#include "common/rpc/channel.h"
#include "common/rpc/coordinator_list.h"
#include "common/rpc/security_flags.h"

namespace longtake::client {
namespace {

constexpr char kExamples[] = R"(
Examples:
  longtake render --portrait me.jpg --audio talk.wav -o talk.mp4
  longtake render --portrait me.jpg --audio talk.wav -o talk.mp4 --fps 25 --size 1024
  longtake submit --portrait me.jpg --audio talk.wav --farm host:7400 --wait -o talk.mp4
  longtake plan --portrait me.jpg --audio talk2.wav
  longtake watch JOB
  longtake batch night-run.yaml --wait
  longtake motion export --audio talk.wav -o talk.csv

Exit codes:
  0    done
  1    the machine or the farm failed: out of disk or memory, unreachable, ...;
       of verify: the film has none of the marks
  2    something in the call or in its files is to be put right first
  3    done, but with --strict the film is not as good as it has to be
  130  interrupted; the same command goes on from what was finished

An error is one line on standard error. With --json it is an object on standard
output as well: {"error":{"code":...,"message":...}}.)";

// With `json`, also as an object.
int Report(const Status& status, bool json) {
  if (status.ok()) return 0;
  if (json) Print(stdout, fmt::format("{}\n", ErrorJson(status)));
  Print(stderr, fmt::format("longtake: {}\n", Message(status)));
  return ExitCode(status);
}

void DeclareCommands(CLI::App& app, CommandLine* line) {
  app.require_subcommand(1);
  app.set_version_flag("--version", "longtake " LONGTAKE_VERSION);
  app.footer(kExamples);
  AddRenderCommand(app, line);
  AddPlanCommand(app, line);
  AddSubmitCommand(app, line);
  AddWatchCommand(app, line);
  AddListCommand(app, line);
  AddShowCommand(app, line);
  AddSegmentsCommand(app, line);
  AddCancelCommand(app, line);
  AddRetryCommand(app, line);
  AddFetchCommand(app, line);
  AddWorkersCommand(app, line);
  AddBatchCommand(app, line);
  AddPauseCommand(app, line);
  AddResumeCommand(app, line);
  AddPriorityCommand(app, line);
  AddQueueCommand(app, line);
  AddDrainCommand(app, line);
  AddReadmitCommand(app, line);
  AddTraceCommand(app, line);
  AddTokenCommand(app, line);
  AddMotionCommand(app, line);
  AddInspectCommand(app, line);
  AddVerifyCommand(app, line);
}

bool WantsJson(int argc, const char* const* argv) {
  return std::any_of(argv, argv + argc, [](const char* arg) {
    return std::string_view(arg) == "--json";
  });
}

// CLI11 asks for a command, and does not tell that what was given is none.
std::optional<std::string> UnknownCommand(CLI::App& app, int argc,
                                          const char* const* argv) {
  const auto named = [&](const CLI::App* command) {
    return command->check_name(argv[1]);
  };
  if (argc < 2 || argv[1][0] == '-' || !app.get_subcommands(named).empty()) {
    return std::nullopt;
  }
  return fmt::format("'{}' is no command", Printable(argv[1]));
}

Status RunChosen(CommandLine& line) {
  LT_ASSIGN_OR_RETURN(const LogLevel level, ParseLogLevel(line.log_level));
  SetUpLogging(level);
  return line.run();
}

}  // namespace

void AddCommonFlags(CLI::App* command, CommandLine* line) {
  command->add_flag("--json", line->json,
                    "print one JSON object on standard output; an error is "
                    "{\"error\": ...}");
  command
      ->add_option("--log-level", line->log_level,
                   "debug, info, warning, error or off; on standard error")
      ->capture_default_str();
}

void SetExample(CLI::App* command, const std::string& example) {
  command->footer("\nExample:\n  " + example);
}

void AddFarmFlags(CLI::App* command, FarmFlags* flags) {
  command
      ->add_option("--farm", flags->address,
                   "the farm's coordinators, host:port with commas between; "
                   "where one can't be reached another is asked")
      ->envname("LONGTAKE_FARM")
      ->capture_default_str();
  AddSecurityFlags(*command, &flags->security);
}

StatusOr<std::unique_ptr<FarmConnection>> OpenFarm(const FarmFlags& flags) {
  LT_ASSIGN_OR_RETURN(const FarmCredentials credentials,
                      MakeFarmCredentials(flags.security, flags.address));
  FarmOptions options;
  LT_ASSIGN_OR_RETURN(
      options.coordinators,
      OpenCoordinators(flags.address, "--farm", {},
                       [&credentials](const std::string& address) {
                         return OpenFarmChannel(address, credentials);
                       }));
  return std::make_unique<FarmConnection>(std::move(options));
}

int RunCommandLine(int argc, const char* const* argv) {
  CLI::App app{
      "Longtake: one portrait and hours of speech in, one seamless "
      "take out.",
      "longtake"};
  CommandLine line;
  DeclareCommands(app, &line);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // help, version
    return Report(InvalidArgument(fmt::format(
                      "{}; longtake --help and longtake COMMAND --help tell "
                      "more",
                      UnknownCommand(app, argc, argv).value_or(error.what()))),
                  WantsJson(argc, argv));
  }
  Status status = RunChosen(line);
  if (status.ok()) status = FlushStandardOutput();
  const int code = Report(status, line.json && !line.answered);
  if (status.ok() && !line.breach.empty()) {
    Print(stderr, fmt::format("longtake: {}\n", line.breach));
    return kExitBreach;
  }
  if (line.interrupted) return kExitInterrupted;
  return code == 0 ? line.exit_code : code;
}

}  // namespace longtake::client
