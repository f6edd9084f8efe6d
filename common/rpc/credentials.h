#pragma once
// TLS, client certificates and tokens for both ends of a connection. Files are
// read again every kCertificateInterval: new connections use what is there
// then, old ones go on. Replace a certificate and its key together (a link to
// their directory, or one rename right after the other): while they don't
// belong together new connections fail.

#include <grpcpp/security/credentials.h>
#include <grpcpp/security/server_credentials.h>

#include <memory>
#include <string>

#include "absl/time/time.h"
#include "common/rpc/bearer_token.h"
#include "common/status/status.h"

namespace longtake {

inline constexpr absl::Duration kCertificateInterval = absl::Seconds(1);

// Paths of PEM files.
struct ServerTls {
  std::string certificate;  // the server's first; empty = no TLS
  std::string key;
  std::string client_ca;  // empty = clients are not asked for a certificate
  bool require_client_certificate = false;  // else it is optional

  bool on() const { return !certificate.empty(); }
};

// InvalidArgument, one line, when files are missing, wrong or don't belong
// together. Without TLS: insecure credentials.
StatusOr<std::shared_ptr<grpc::ServerCredentials>> MakeServerCredentials(
    const ServerTls& tls);
// What is wrong with the files now; OK without TLS.
Status CheckServerTls(const ServerTls& tls);

// What a client or worker is told by its flags and environment.
struct FarmSecurity {
  std::string tls_ca;    // PEM, or "system"; empty = no TLS
  std::string tls_cert;  // the client's own; empty = none
  std::string tls_key;
  std::string tls_name;    // the name in the server's certificate, if it is not
                           // the address
  std::string token_file;  // empty: $LONGTAKE_TOKEN, if that is set
  bool insecure = false;   // a token may travel unencrypted

  bool tls() const {
    return !tls_ca.empty() || !tls_cert.empty() || !tls_key.empty() ||
           !tls_name.empty();
  }
};

// What OpenFarmChannel needs. Cheap to copy, shareable; the default is
// unencrypted and without a token.
struct FarmCredentials {
  std::shared_ptr<grpc::ChannelCredentials> channel;  // null = insecure
  std::string server_name;                            // empty = the address's
  std::shared_ptr<BearerToken> token;                 // null = none
};

inline constexpr char kTokenVariable[] = "LONGTAKE_TOKEN";

// `addresses`: those that will be spoken to, "a:7400,b:7400". InvalidArgument,
// one line: wrong files, no token in its place, or a token that would travel
// unencrypted to another machine.
StatusOr<FarmCredentials> MakeFarmCredentials(const FarmSecurity& security,
                                              const std::string& addresses);

// "host:port" of this machine, or "unix:…".
bool IsLoopbackAddress(const std::string& address);

}  // namespace longtake
