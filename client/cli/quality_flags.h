#pragma once
// What is measured of a film, where its report goes and what becomes of a
// breach: the same for every command that writes a take.

#include <CLI/CLI.hpp>
#include <stop_token>
#include <string>

#include "client/cli/command_line.h"
#include "client/quality/take_findings.h"
#include "common/status/status.h"

namespace longtake::client {

struct QualityFlags {
  std::string measure;  // empty = as the command does by itself
  std::string report;   // likewise
  bool strict = false;
};

enum class QualityUse {
  kRender,  // measures and reports by itself
  kFetch,   // only when it is asked to
  kBatch,   // likewise; reports lie beside the films
};

// --measure, --report, --strict. `flags` outlives parsing.
void AddQualityFlags(CLI::App* command, QualityUse use, QualityFlags* flags);

// Of --measure alone, for commands that do nothing else.
void AddMeasureFlag(CLI::App* command, std::string* value,
                    const std::string& also);

// --models, for commands that need no networks but these.
void AddMeasuringModels(CLI::App* command, std::string* models_dir);

// What the flags ask for; `film` is what will be measured. InvalidArgument
// where they contradict each other.
StatusOr<FindingOptions> ToFindingOptions(const QualityFlags& flags,
                                          QualityUse use,
                                          const std::string& film,
                                          const std::string& models_dir,
                                          std::stop_token stop);

// True when any of the flags asks for something to be measured.
bool AsksForQuality(const QualityFlags& flags);

// Makes the program end with kExitBreach and one line, where there is a breach.
void TellBreach(const std::string& film, const std::string& breach,
                CommandLine* line);

}  // namespace longtake::client
