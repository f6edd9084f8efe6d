#include "coordinator/api/rpc_recorder.h"

#include <chrono>
#include <string_view>

#include "absl/time/time.h"
#include "longtake/v1/farm.pb.h"
#include "longtake/v1/worker.pb.h"

namespace longtake::coordinator {
namespace {

using grpc::experimental::InterceptionHookPoints;

// One call. Owned by gRPC.
class CallRecorder final : public grpc::experimental::Interceptor {
 public:
  CallRecorder(const RpcMetrics& metrics, size_t method)
      : metrics_(metrics), method_(method) {}

  void Intercept(
      grpc::experimental::InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(
            InterceptionHookPoints::PRE_SEND_STATUS)) {
      metrics_.CallDone(
          method_, methods->GetSendStatus().error_code(),
          absl::FromChrono(std::chrono::steady_clock::now() - began_));
    }
    methods->Proceed();
  }

 private:
  const RpcMetrics& metrics_;
  const size_t method_;
  const std::chrono::steady_clock::time_point began_ =
      std::chrono::steady_clock::now();
};

class RecorderFactory final
    : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  explicit RecorderFactory(const RpcMetrics& metrics) : metrics_(metrics) {}

  grpc::experimental::Interceptor* CreateServerInterceptor(
      grpc::experimental::ServerRpcInfo* info) override {
    std::string_view method = info->method();
    if (method.starts_with('/')) method.remove_prefix(1);
    return new CallRecorder(metrics_, metrics_.IndexOf(method));
  }

 private:
  const RpcMetrics metrics_;
};

void AddMethods(const google::protobuf::FileDescriptor& file,
                std::vector<std::string>* methods) {
  for (int i = 0; i < file.service_count(); ++i) {
    const google::protobuf::ServiceDescriptor& service = *file.service(i);
    for (int j = 0; j < service.method_count(); ++j) {
      methods->push_back(service.full_name() + "/" + service.method(j)->name());
    }
  }
}

}  // namespace

std::vector<std::string> FarmMethods() {
  std::vector<std::string> methods;
  AddMethods(*v1::SubmitJobRequest::descriptor()->file(), &methods);
  AddMethods(*v1::RegisterWorkerRequest::descriptor()->file(), &methods);
  return methods;
}

std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>
MakeRpcRecorder(const RpcMetrics& metrics) {
  return std::make_unique<RecorderFactory>(metrics);
}

}  // namespace longtake::coordinator
