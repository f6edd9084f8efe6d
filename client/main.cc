// The `longtake` command.

#include "client/cli/command_line.h"
#include "client/report/print.h"
#include "common/rpc/channel.h"

int main(int argc, char** argv) {
  longtake::client::FillStandardStreams();
  longtake::ReconnectPromptly();
  return longtake::client::RunCommandLine(argc, argv);
}
