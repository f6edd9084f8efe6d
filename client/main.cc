// The `longtake` command.

#include "client/cli/command_line.h"
#include "client/report/print.h"

int main(int argc, char** argv) {
  longtake::client::FillStandardStreams();
  return longtake::client::RunCommandLine(argc, argv);
}
