#pragma once
// Counts every call of a server, whatever its service and kind, when its status
// goes out. The services know nothing of it.

#include <grpcpp/support/server_interceptor.h>

#include <memory>
#include <string>
#include <vector>

#include "coordinator/metrics/coordinator_metrics.h"

namespace longtake::coordinator {

// "longtake.v1.Farm/SubmitJob", … of both services.
std::vector<std::string> FarmMethods();

// For ServerBuilder::experimental().SetInterceptorCreators.
std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>
MakeRpcRecorder(const RpcMetrics& metrics);

}  // namespace longtake::coordinator
