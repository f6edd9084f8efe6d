#pragma once
// --measure, the same for every command that measures a film.

#include <CLI/CLI.hpp>
#include <stop_token>
#include <string>

#include "client/quality/take_findings.h"

namespace longtake::client {

// `value` outlives parsing; ParseMeasure reads it.
inline void AddMeasureFlag(CLI::App* command, std::string* value,
                           bool may_be_none) {
  command
      ->add_option("--measure", *value,
                   std::string("how the lips follow the sound: sample (parts "
                               "of the film, 20 to 120 s), all") +
                       (may_be_none ? ", none" : ""))
      ->capture_default_str();
}

// Of a command that writes what a farm rendered.
struct TakeMeasureFlags {
  std::string measure = "none";
  std::string models_dir;  // empty = the worker's default
};

// `flags` outlive parsing.
inline void AddTakeMeasureFlags(CLI::App* command, TakeMeasureFlags* flags) {
  AddMeasureFlag(command, &flags->measure, /*may_be_none=*/true);
  command->add_option("--models", flags->models_dir,
                      "directory of the networks that measure "
                      "[<binary>/../share/longtake/models]");
}

inline StatusOr<MeasureOptions> ToMeasureOptions(const TakeMeasureFlags& flags,
                                                 std::stop_token stop) {
  MeasureOptions options = {.models_dir = flags.models_dir,
                            .stop = std::move(stop)};
  LT_ASSIGN_OR_RETURN(options.measure, ParseMeasure(flags.measure));
  return options;
}

}  // namespace longtake::client
