// The batch file, and below it the YAML reader of all configuration.

#include "client/batch/batch_file.h"
#include "tests/fuzz/fuzz_target.h"

namespace longtake {
namespace {

void Check(const std::string& text) {
  client::Mistakes mistakes("batch.yaml");
  const auto batch = client::ReadBatch(text, "batch.yaml", &mistakes);
  if (!batch.ok()) return fuzz::RequireOneLine(Message(batch.status()));
  if (!mistakes.empty()) {
    return fuzz::Require(!mistakes.ToStatus().ok(), "mistakes are an error");
  }
  fuzz::Require(!batch->name.empty() && !batch->jobs.empty(),
                "a batch without mistakes has a name and jobs");
}

}  // namespace
}  // namespace longtake

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text = longtake::fuzz::TextOf(data, size);
  // Patterns look into the machine's directories: time and results that the
  // input does not decide.
  if (text.find_first_of("*?") != std::string::npos) return 0;
  longtake::Check(text);
  return 0;
}
