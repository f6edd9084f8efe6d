// longtake motion: motion as files, out, looked at, and back in.

#include "client/cli/motion_commands.h"

namespace longtake::client {

void AddMotionCommand(CLI::App& app, CommandLine* line) {
  CLI::App* motion = app.add_subcommand("motion", "Motion as files");
  motion->require_subcommand(1);
  motion->footer(
      "\nExamples:\n"
      "  longtake motion export --audio talk.wav -o talk.csv\n"
      "  longtake motion inspect talk.csv --audio talk.wav -o talk.svg\n"
      "  longtake motion render --portrait me.jpg --motion talk.csv --audio "
      "talk.wav -o talk.mp4\n"
      "  longtake motion score --audio talk.wav --phones talk.phones");
  AddMotionExport(motion, line);
  AddMotionInspect(motion, line);
  AddMotionRender(motion, line);
  AddMotionScore(motion, line);
}

}  // namespace longtake::client
