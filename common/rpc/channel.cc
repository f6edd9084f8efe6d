#include "common/rpc/channel.h"

#include <grpc/grpc.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/client_interceptor.h>

#include <cstdlib>
#include <utility>
#include <vector>

namespace longtake {
namespace {

constexpr int kPingEveryMs = 20000;
constexpr int kPingAnswerWithinMs = 10000;
// Below kPingEveryMs with room for jitter: a server drops clients that ping
// more often than it allows.
constexpr int kLeastPingIntervalMs = 10000;
constexpr int kFirstBackoffMs = 200;
constexpr int kMaxBackoffMs = 5000;
// What one attempt may take, TCP, TLS and the first frame of HTTP/2 together:
// gRPC names it after the back-off that it also bounds. It does not delay the
// next attempt after one that was refused.
constexpr int kConnectWithinMs = 5000;
constexpr char kIdlePollVariable[] =
    "GRPC_CLIENT_CHANNEL_BACKUP_POLL_INTERVAL_MS";
constexpr char kIdlePollMs[] = "200";

// What may be under way in one stream. gRPC would find it out by a ping with
// every call: two messages more for each report of a worker. Enough for 1
// Gbit/s over 30 ms.
constexpr int kWindowBytes = 4 << 20;

using grpc::experimental::InterceptionHookPoints;

// gRPC's own call credentials refuse a connection without TLS, also on this
// machine; an interceptor serves both.
class TokenInterceptor final : public grpc::experimental::Interceptor {
 public:
  explicit TokenInterceptor(BearerToken& token) : token_(token) {}

  void Intercept(
      grpc::experimental::InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(
            InterceptionHookPoints::PRE_SEND_INITIAL_METADATA)) {
      methods->GetSendInitialMetadata()->emplace("authorization",
                                                 "Bearer " + token_.Get());
    }
    methods->Proceed();
  }

 private:
  BearerToken& token_;
};

// Owned by the channel, which outlives its calls.
class TokenInterceptors final
    : public grpc::experimental::ClientInterceptorFactoryInterface {
 public:
  explicit TokenInterceptors(std::shared_ptr<BearerToken> token)
      : token_(std::move(token)) {}

  grpc::experimental::Interceptor* CreateClientInterceptor(
      grpc::experimental::ClientRpcInfo*) override {
    return new TokenInterceptor(*token_);
  }

 private:
  const std::shared_ptr<BearerToken> token_;
};

}  // namespace

void ReconnectPromptly() { setenv(kIdlePollVariable, kIdlePollMs, 0); }

grpc::ChannelArguments FarmChannelArguments() {
  grpc::ChannelArguments args;
  args.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kPingEveryMs);
  args.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kPingAnswerWithinMs);
  args.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  args.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  args.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kFirstBackoffMs);
  args.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kConnectWithinMs);
  args.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kMaxBackoffMs);
  args.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  args.SetInt(GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, kWindowBytes);
  // A name that stands for several coordinators is all of them in turn.
  args.SetLoadBalancingPolicyName("round_robin");
  // A proxy of the environment is for the web, not for a farm on this network.
  args.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  args.SetMaxReceiveMessageSize(kMaxMessageBytes);
  args.SetMaxSendMessageSize(kMaxMessageBytes);
  return args;
}

std::shared_ptr<grpc::Channel> OpenFarmChannel(
    const std::string& address, const FarmCredentials& credentials) {
  grpc::ChannelArguments args = FarmChannelArguments();
  if (!credentials.server_name.empty()) {
    args.SetSslTargetNameOverride(credentials.server_name);
  }
  std::vector<
      std::unique_ptr<grpc::experimental::ClientInterceptorFactoryInterface>>
      interceptors;
  if (credentials.token != nullptr) {
    interceptors.push_back(
        std::make_unique<TokenInterceptors>(credentials.token));
  }
  return grpc::experimental::CreateCustomChannelWithInterceptors(
      address,
      credentials.channel != nullptr ? credentials.channel
                                     : grpc::InsecureChannelCredentials(),
      args, std::move(interceptors));
}

void ConfigureFarmServer(grpc::ServerBuilder& builder) {
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kPingEveryMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS,
                             kPingAnswerWithinMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES,
                             kWindowBytes);
  builder.AddChannelArgument(
      GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
      kLeastPingIntervalMs);
  // Two coordinators on one port would share jobs at random.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.SetMaxReceiveMessageSize(kMaxMessageBytes);
  builder.SetMaxSendMessageSize(kMaxMessageBytes);
}

}  // namespace longtake
