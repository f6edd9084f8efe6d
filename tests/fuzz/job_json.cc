// What manifests, records and reports hold: each reader is given the same text.

#include "common/job/job_json.h"

#include "common/job/transcript_report.h"
#include "coordinator/schedule/manifest.h"
#include "tests/fuzz/fuzz_target.h"

namespace longtake {
namespace {

// `read` accepts what `write` writes of what it accepted, to the byte.
template <typename Read, typename Write>
void Check(const std::string& text, Read read, Write write) {
  const auto value = read(text);
  if (!value.ok()) {
    return fuzz::Require(!Message(value.status()).empty(),
                         "a refusal says what is wrong");
  }
  const std::string written = write(*value);
  const auto again = read(written);
  fuzz::Require(again.ok() && write(*again) == written,
                "what was read is written and read the same");
}

}  // namespace
}  // namespace longtake

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace longtake;
  const std::string text = fuzz::TextOf(data, size);
  Check(text, &JobSpecFromJson, &JobSpecToJson);
  Check(text, &TaskSpecFromJson, &TaskSpecToJson);
  Check(text, &TaskResultFromJson, &TaskResultToJson);
  Check(text, &coordinator::ManifestFromJson, &coordinator::ManifestToJson);
  Check(text, &TranscriptReportFromJson, &TranscriptReportToJson);
  return 0;
}
