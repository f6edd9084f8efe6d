#pragma once
// The sub-commands of `longtake motion`.

#include <CLI/CLI.hpp>

#include "client/cli/command_line.h"

namespace longtake::client {

// `motion` and `line` outlive parsing and running.
void AddMotionExport(CLI::App* motion, CommandLine* line);
void AddMotionScore(CLI::App* motion, CommandLine* line);
void AddMotionInspect(CLI::App* motion, CommandLine* line);
void AddMotionRender(CLI::App* motion, CommandLine* line);  // render_command.cc

}  // namespace longtake::client
