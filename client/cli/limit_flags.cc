#include "client/cli/limit_flags.h"

#include <fmt/format.h>

#include "client/cli/pairs.h"
#include "coordinator/app/input_limit_settings.h"

namespace longtake::client {

void AddLimitFlags(CLI::App* command, LimitFlags* flags) {
  command
      ->add_option(
          "--limit", flags->limits,
          fmt::format("NAME=VALUE, repeatable: larger inputs are refused "
                      "before any work: {}",
                      fmt::join(coordinator::InputLimitNames(), ", ")))
      ->take_all()
      ->delimiter(',')
      ->envname("LONGTAKE_LIMITS");
}

StatusOr<coordinator::FarmLimits> ParseLimits(const LimitFlags& flags) {
  coordinator::FarmLimits limits;
  LT_ASSIGN_OR_RETURN(const auto given, ParsePairs("limit", flags.limits));
  for (const auto& [name, value] : given) {
    const Status set = coordinator::SetInputLimit(name, value, &limits);
    if (set.code() == StatusCode::kNotFound) {
      return InvalidArgument(fmt::format("--limit: {}", Message(set)));
    }
    if (!set.ok()) {
      return InvalidArgument(
          fmt::format("--limit {}={}: {} {}", name, value, name, Message(set)));
    }
  }
  return limits;
}

}  // namespace longtake::client
