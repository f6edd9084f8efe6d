// Names and words in requests: objects of the artifact store, digests, tenants,
// workers, tokens.

#include "common/auth/names.h"

#include "common/artifact/object_files.h"
#include "common/auth/token.h"
#include "common/digest/sha256.h"
#include "tests/fuzz/fuzz_target.h"

namespace longtake {
namespace {

// What could lead out of the store's directory.
void CheckObjectName(const std::string& text) {
  const auto parts = SplitObjectName(text);
  if (!parts.ok()) {
    return fuzz::Require(!Message(parts.status()).empty(),
                         "a refusal says why");
  }
  std::string joined;
  for (const std::string& part : *parts) {
    fuzz::Require(!part.empty() && part[0] != '.' &&
                      part.find('/') == std::string::npos &&
                      part.find('\0') == std::string::npos,
                  "a part is one file's name, neither hidden nor a dot");
    joined += (joined.empty() ? "" : "/") + part;
  }
  fuzz::Require(joined == text, "the parts are the name");
}

void CheckWords(const std::string& text) {
  for (const bool legal : {IsTenantName(text), IsCallerName(text),
                           IsWorkerId(text), IsSha256Hex(text)}) {
    fuzz::Require(!legal || text.find_first_of(std::string("/ \n\0", 4)) ==
                                std::string::npos,
                  "a word has neither slashes nor spaces");
  }
  const std::string shown = Printable(text);
  for (const char c : shown) {
    fuzz::Require(static_cast<unsigned char>(c) >= 0x20 && c != 0x7F,
                  "what is shown has no control characters");
  }
  fuzz::Require(WithoutControls(text, 100).size() <= 100, "at most so long");
  const auto token = CleanToken(text, "a file");
  if (token.ok()) {
    fuzz::Require(CleanToken(*token, "a file").value_or("") == *token,
                  "a clean token stays as it is");
    return;
  }
  fuzz::RequireOneLine(Message(token.status()));
}

}  // namespace
}  // namespace longtake

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text = longtake::fuzz::TextOf(data, size);
  longtake::CheckObjectName(text);
  longtake::CheckWords(text);
  return 0;
}
