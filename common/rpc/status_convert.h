#pragma once
// Status at the edge of gRPC. Codes map one to one in both directions; messages
// are kept.

#include <grpcpp/support/status.h>

#include <string>

#include "common/status/code_name.h"
#include "common/status/status.h"
#include "longtake/v1/farm.pb.h"

namespace longtake {

grpc::Status ToGrpcStatus(const Status& status);
Status FromGrpcStatus(const grpc::Status& status);

// An error inside a message. An empty code is OK.
v1::Error ErrorToProto(const Status& status);
Status ErrorFromProto(const v1::Error& error);

}  // namespace longtake
