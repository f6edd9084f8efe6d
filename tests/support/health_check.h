#pragma once
// One call of grpc.health.v1.Health/Check, whose generated code Debian does not
// ship.

#include <grpcpp/channel.h>

#include <memory>
#include <string>

namespace longtake {

enum class Serving { kUnknown, kYes, kNo, kNoSuchService, kNoAnswer };

Serving CheckHealth(const std::shared_ptr<grpc::Channel>& channel,
                    const std::string& service);

}  // namespace longtake
