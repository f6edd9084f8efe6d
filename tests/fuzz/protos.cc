// Protos to domain values: the first byte names the message, the rest is its
// wire form.

#include <google/protobuf/stubs/logging.h>

#include "common/rpc/convert.h"
#include "tests/fuzz/fuzz_target.h"

namespace longtake {
namespace {

// What FromProto accepts, ToProto writes so that FromProto accepts it again,
// as the same bytes.
template <typename Proto>
void Check(const std::string& wire) {
  Proto proto;
  if (!proto.ParseFromString(wire)) return;
  const auto value = FromProto(proto);
  if (!value.ok()) {
    return fuzz::Require(!Message(value.status()).empty(),
                         "a refusal names the field");
  }
  const Proto written = ToProto(*value);
  const auto again = FromProto(written);
  fuzz::Require(again.ok(), "what was accepted is accepted again");
}

using CheckFunction = void (*)(const std::string&);
constexpr CheckFunction kChecks[] = {&Check<v1::JobSpec>,
                                     &Check<v1::TaskSpec>,
                                     &Check<v1::TaskResult>,
                                     &Check<v1::Job>,
                                     &Check<v1::Task>,
                                     &Check<v1::WorkerInfo>,
                                     &Check<v1::JobEvent>,
                                     &Check<v1::FencingToken>,
                                     &Check<v1::QueueDepth>,
                                     &Check<v1::TenantShare>,
                                     &Check<v1::EngineCapability>};

}  // namespace
}  // namespace longtake

// Protobuf tells of every text that is no UTF-8.
extern "C" int LLVMFuzzerInitialize(int*, char***) {
  google::protobuf::SetLogHandler(nullptr);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const size_t which = data[0] % std::size(longtake::kChecks);
  longtake::kChecks[which](longtake::fuzz::TextOf(data + 1, size - 1));
  return 0;
}
