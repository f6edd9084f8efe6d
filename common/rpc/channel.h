#pragma once
// One place for the settings that both sides of every connection must share:
// keepalive, message size, back-off.

#include <grpcpp/channel.h>
#include <grpcpp/server_builder.h>
#include <grpcpp/support/channel_arguments.h>

#include <memory>
#include <string>

#include "common/rpc/credentials.h"

namespace longtake {

// gRPC's own default, on purpose: what is larger travels as an artifact.
inline constexpr int kMaxMessageBytes = 4 << 20;
// Bytes in one part of an upload or download.
inline constexpr int kTransferChunkBytes = 1 << 20;

grpc::ChannelArguments FarmChannelArguments();

// For programs that call a farm: connections that broke are up again within a
// second of their server. gRPC looks at those that no call waits on every 5 s
// only, which is also all that an attempt to connect may take. Sets a variable
// of the environment, unless it is set: once, before there are other threads.
void ReconnectPromptly();

// A channel to "host:port". Every call on it, unary or stream, carries the
// token of `credentials`; by default there is none, and no TLS. Does not
// connect yet.
std::shared_ptr<grpc::Channel> OpenFarmChannel(
    const std::string& address, const FarmCredentials& credentials = {});

// Keepalive that fits FarmChannelArguments, message sizes. Call before
// BuildAndStart. An in-process channel is
// server->InProcessChannel(FarmChannelArguments()).
void ConfigureFarmServer(grpc::ServerBuilder& builder);

}  // namespace longtake
