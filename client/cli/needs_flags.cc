#include "client/cli/needs_flags.h"

#include <fmt/format.h>

#include <charconv>
#include <limits>
#include <system_error>
#include <utility>

namespace longtake::client {
namespace {

constexpr std::pair<const char*, int64_t> kUnits[] = {
    {"B", 1},
    {"KiB", int64_t{1} << 10},
    {"MiB", int64_t{1} << 20},
    {"GiB", int64_t{1} << 30},
    {"TiB", int64_t{1} << 40},
    {"KB", 1000},
    {"MB", 1000 * 1000},
    {"GB", 1000 * 1000 * 1000},
    {"TB", int64_t{1000} * 1000 * 1000 * 1000}};

}  // namespace

StatusOr<int64_t> ParseMemorySize(const std::string& text) {
  int64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error == std::errc() && number >= 0) {
    const std::string unit(stop, end);
    for (const auto& [name, bytes] : kUnits) {
      if (unit != name) continue;
      if (number > std::numeric_limits<int64_t>::max() / bytes) break;
      return number * bytes;
    }
  }
  return InvalidArgument(fmt::format(
      "'{}' is not a size: give a whole number and its unit, 24GiB or 512MiB",
      text));
}

void AddNeedsFlags(CLI::App* command, const std::string& prefix,
                   NeedsFlags* flags) {
  const std::string tasks = prefix.empty()
                                ? "tasks that draw"
                                : "the other tasks: sound, plan, assembly";
  command->add_option("--" + prefix + "pool", flags->pool,
                      "only workers of this pool, for " + tasks);
  command->add_option("--" + prefix + "gpu-memory", flags->gpu_memory,
                      "only workers with so much GPU memory, 24GiB");
  command
      ->add_option("--" + prefix + "capability", flags->capabilities,
                   "only workers that have it, repeatable")
      ->take_all();
}

StatusOr<TaskNeeds> ParseNeeds(const NeedsFlags& flags) {
  TaskNeeds needs;
  needs.pool = flags.pool;
  if (!flags.gpu_memory.empty()) {
    LT_ASSIGN_OR_RETURN(needs.gpu_memory_bytes,
                        ParseMemorySize(flags.gpu_memory));
  }
  needs.capabilities = {flags.capabilities.begin(), flags.capabilities.end()};
  return needs;
}

}  // namespace longtake::client
