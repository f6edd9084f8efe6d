#include "client/cli/needs_flags.h"

#include <fmt/format.h>

#include "common/config/byte_size.h"

namespace longtake::client {
void AddNeedsFlags(CLI::App* command, const std::string& prefix,
                   NeedsFlags* flags) {
  const std::string tasks = prefix.empty()
                                ? "tasks that draw"
                                : "the other tasks: sound, plan, assembly";
  command->add_option("--" + prefix + "pool", flags->pool,
                      "only workers of this pool, for " + tasks);
  command->add_option(
      "--" + prefix + "gpu-memory", flags->gpu_memory,
      fmt::format("only workers with so much GPU memory: {}; {}", kByteSizeForm,
                  kByteSizeUnits));
  command
      ->add_option("--" + prefix + "capability", flags->capabilities,
                   "only workers that have it; repeat it, or give several with "
                   "commas between")
      ->delimiter(',')
      ->allow_extra_args(false);
}

StatusOr<TaskNeeds> ParseNeeds(const NeedsFlags& flags) {
  TaskNeeds needs;
  needs.pool = flags.pool;
  if (!flags.gpu_memory.empty()) {
    LT_ASSIGN_OR_RETURN(needs.gpu_memory_bytes,
                        ParseByteSize(flags.gpu_memory));
  }
  needs.capabilities = {flags.capabilities.begin(), flags.capabilities.end()};
  return needs;
}

}  // namespace longtake::client
