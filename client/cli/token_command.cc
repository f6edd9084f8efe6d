// longtake token: who may call a farm.

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "client/cli/command_line.h"
#include "client/cli/number_flags.h"
#include "client/report/print.h"
#include "common/auth/names.h"
#include "common/auth/token.h"
#include "common/auth/token_file.h"

namespace longtake::client {
namespace {

constexpr int kMaxExpiryDays = 3650;

struct TokenFlags {
  std::string name;
  std::string tenant;
  std::vector<std::string> roles;
  int expires_days = 0;  // 0 = never
  std::string output;    // empty = printed
};

StatusOr<TokenEntry> EntryFrom(const TokenFlags& flags) {
  TokenEntry entry;
  if (!IsCallerName(flags.name)) {
    return InvalidArgument(
        fmt::format("--name '{}': use 1 to {} of A-Z a-z 0-9 . _ - @",
                    Printable(flags.name), kMaxCallerNameBytes));
  }
  entry.name = flags.name;
  for (const std::string& text : flags.roles) {
    LT_ASSIGN_OR_RETURN(const Role role, ParseRole(text));
    entry.roles = entry.roles | role;
  }
  LT_RETURN_IF_ERROR(CheckTenantAndRoles(flags.tenant, entry.roles));
  entry.tenant = flags.tenant;
  if (flags.expires_days > 0) {
    entry.expires = absl::Now() + absl::Hours(24) * flags.expires_days;
  }
  return entry;
}

// For its owner's eyes; never over a file that is there.
Status WriteSecret(const std::string& path, const std::string& token) {
  const int file =
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) {
    return FailedPrecondition(
        fmt::format("{}: can't be made: {}", path, std::strerror(errno)));
  }
  const std::string line = token + "\n";
  const ssize_t written = ::write(file, line.data(), line.size());
  const bool failed =
      ::close(file) != 0 || written != static_cast<ssize_t>(line.size());
  if (!failed) return OkStatus();
  ::unlink(path.c_str());
  return ResourceExhausted(fmt::format("{}: can't be written", path));
}

void PrintForPeople(const TokenFlags& flags, const TokenEntry& entry,
                    const std::string& token) {
  if (flags.output.empty()) {
    Print(stdout, fmt::format("The token of {}, shown only now:\n\n  {}\n\n",
                              entry.name, token));
  } else {
    Print(stdout, fmt::format("The token of {} is in {}\n\n", entry.name,
                              flags.output));
  }
  Print(stdout,
        fmt::format("Below \"tokens:\" in the coordinator's token file goes:"
                    "\n\n{}",
                    TokenEntryYaml(entry)));
}

Status NewTokenCommand(const TokenFlags& flags, bool json) {
  LT_ASSIGN_OR_RETURN(TokenEntry entry, EntryFrom(flags));
  LT_ASSIGN_OR_RETURN(const std::string token, NewToken());
  entry.sha256 = TokenDigest(token);
  if (!flags.output.empty()) {
    LT_RETURN_IF_ERROR(WriteSecret(flags.output, token));
  }
  if (!json) {
    PrintForPeople(flags, entry, token);
    return OkStatus();
  }
  nlohmann::json answer = {{"name", entry.name},
                           {"sha256", entry.sha256},
                           {"entry", TokenEntryYaml(entry)}};
  if (flags.output.empty()) answer["token"] = token;
  Print(stdout, fmt::format("{}\n", answer.dump()));
  return OkStatus();
}

}  // namespace

void AddTokenCommand(CLI::App& app, CommandLine* line) {
  const auto flags = std::make_shared<TokenFlags>();
  CLI::App* token = app.add_subcommand("token", "Who may call a farm");
  token->require_subcommand(1);
  SetExample(token,
             "longtake token new --name alice --tenant acme --role submit");
  CLI::App* command = token->add_subcommand(
      "new", "Make a token, and the lines that a farm knows it by");
  command->add_option("--name", flags->name, "whose it is; shown in logs")
      ->required();
  command
      ->add_option("--role", flags->roles,
                   "submit, operate or worker; repeatable")
      ->required()
      ->take_all();
  command->add_option("--tenant", flags->tenant,
                      "whose jobs; goes with the role submit");
  AddWholeNumber(command, "--expires-days", &flags->expires_days,
                 "how long it is good [for ever]", 1, kMaxExpiryDays);
  command->add_option("-o,--output", flags->output,
                      "a new file for the token, instead of printing it");
  AddCommonFlags(command, line);
  command->footer(
      "\nExamples:\n"
      "  longtake token new --name alice --tenant acme --role submit\n"
      "  longtake token new --name nodes --role worker -o worker-token");
  command->callback([flags, line] {
    line->run = [flags, line] { return NewTokenCommand(*flags, line->json); };
  });
}

}  // namespace longtake::client
