#pragma once
// --measure, the same for every command that measures a film.

#include <CLI/CLI.hpp>
#include <string>

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

}  // namespace longtake::client
