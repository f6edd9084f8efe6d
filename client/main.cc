// The `longtake` command.

#include "client/cli/command_line.h"

int main(int argc, char** argv) {
  return longtake::client::RunCommandLine(argc, argv);
}
