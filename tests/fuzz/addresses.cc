// Addresses from command lines and configuration: Redis, coordinators, ports
// to listen on, sizes, frame rates.

#include "common/config/byte_size.h"
#include "common/media_time/media_time.h"
#include "common/net/listen_address.h"
#include "common/rpc/coordinator_address.h"
#include "coordinator/store/redis/redis_url.h"
#include "tests/fuzz/fuzz_target.h"

namespace longtake {
namespace {

template <typename Value>
void CheckRefusal(const StatusOr<Value>& value) {
  if (value.ok()) return;
  fuzz::Require(!Message(value.status()).empty(), "a refusal says why");
}

void CheckRedis(const std::string& text) {
  const auto target = coordinator::redis::ParseRedisUrl(text);
  CheckRefusal(target);
  if (!target.ok()) return;
  fuzz::Require(target->servers.empty() != target->sentinels.empty(),
                "servers or sentinels");
  fuzz::Require(target->password.empty() ||
                    target->ToString().find("***") != std::string::npos,
                "a password is hidden");
}

}  // namespace
}  // namespace longtake

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace longtake;
  const std::string text = fuzz::TextOf(data, size);
  CheckRedis(text);
  CheckRefusal(ParseCoordinatorAddresses(text, "--farm"));
  CheckRefusal(ParseListenAddress(text, "--listen"));
  CheckRefusal(ParseByteSize(text));
  const auto rate = ParseFrameRate(text);
  CheckRefusal(rate);
  if (rate.ok()) {
    const auto again = ParseFrameRate(FormatFrameRate(*rate));
    fuzz::Require(again.ok() && *again == *rate, "a rate is read as written");
  }
  return 0;
}
