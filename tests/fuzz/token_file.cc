// The file that says who may call a farm.

#include "common/auth/token_file.h"

#include "common/digest/sha256.h"
#include "tests/fuzz/fuzz_target.h"

namespace longtake {
namespace {

void Check(const std::string& text) {
  const auto file = ParseTokenFile(text, "tokens.yaml");
  if (!file.ok()) return fuzz::RequireOneLine(Message(file.status()));
  fuzz::Require(!file->tokens.empty() || !file->certificates.empty(),
                "a token file names somebody");
  for (const TokenEntry& entry : file->tokens) {
    fuzz::Require(IsSha256Hex(entry.sha256), "a token has a digest");
    fuzz::Require(CheckTenantAndRoles(entry.tenant, entry.roles).ok(),
                  "tenant and roles go together");
  }
}

}  // namespace
}  // namespace longtake

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  longtake::Check(longtake::fuzz::TextOf(data, size));
  return 0;
}
