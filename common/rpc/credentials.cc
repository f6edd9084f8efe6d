#include "common/rpc/credentials.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>
#include <netinet/in.h>

#include <cstdlib>

#include "common/rpc/certificate_files.h"

namespace longtake {
namespace {

using grpc::experimental::FileWatcherCertificateProvider;

constexpr char kSystemRoots[] = "system";

unsigned int IntervalSeconds() {
  return static_cast<unsigned int>(absl::ToInt64Seconds(kCertificateInterval));
}

Status CheckClientTls(const FarmSecurity& security) {
  if (security.tls_cert.empty() != security.tls_key.empty()) {
    return InvalidArgument(
        "--tls-cert and --tls-key go together: give both or none");
  }
  if (!security.tls_ca.empty() && security.tls_ca != kSystemRoots) {
    LT_RETURN_IF_ERROR(Annotate(CheckCaFile(security.tls_ca), "--tls-ca"));
  }
  if (security.tls_cert.empty()) return OkStatus();
  return Annotate(CheckCertificateAndKey(security.tls_cert, security.tls_key),
                  "--tls-cert");
}

std::shared_ptr<grpc::ChannelCredentials> MakeTlsCredentials(
    const FarmSecurity& security) {
  const bool own_roots =
      !security.tls_ca.empty() && security.tls_ca != kSystemRoots;
  const bool identity = !security.tls_cert.empty();
  grpc::experimental::TlsChannelCredentialsOptions options;
  if (own_roots || identity) {
    options.set_certificate_provider(
        std::make_shared<FileWatcherCertificateProvider>(
            security.tls_key, security.tls_cert,
            own_roots ? security.tls_ca : "", IntervalSeconds()));
  }
  if (own_roots) options.watch_root_certs();
  if (identity) options.watch_identity_key_cert_pairs();
  return grpc::experimental::TlsCredentials(options);
}

StatusOr<std::shared_ptr<BearerToken>> FindToken(const FarmSecurity& security) {
  if (!security.token_file.empty()) {
    return BearerToken::FromFile(security.token_file);
  }
  const char* token = std::getenv(kTokenVariable);
  if (token == nullptr) return std::shared_ptr<BearerToken>();
  return BearerToken::FromText(token, fmt::format("${}", kTokenVariable));
}

// The first address of the list that is not this machine's; empty if none is.
std::string FirstRemote(const std::string& addresses) {
  size_t begin = 0;
  while (begin <= addresses.size()) {
    const size_t comma = std::min(addresses.find(',', begin), addresses.size());
    const std::string address = addresses.substr(begin, comma - begin);
    if (!address.empty() && !IsLoopbackAddress(address)) return address;
    begin = comma + 1;
  }
  return "";
}

}  // namespace

Status CheckServerTls(const ServerTls& tls) {
  if (tls.certificate.empty() != tls.key.empty()) {
    return InvalidArgument(
        "TLS needs a certificate and its key: give tls.cert and tls.key, or "
        "neither");
  }
  if (!tls.on()) {
    if (tls.client_ca.empty() && !tls.require_client_certificate) {
      return OkStatus();
    }
    return InvalidArgument(
        "client certificates need TLS: give tls.cert and tls.key too");
  }
  if (tls.require_client_certificate && tls.client_ca.empty()) {
    return InvalidArgument(
        "client certificates are required, but nothing says whose: give "
        "tls.client_ca");
  }
  LT_RETURN_IF_ERROR(
      Annotate(CheckCertificateAndKey(tls.certificate, tls.key), "TLS"));
  if (tls.client_ca.empty()) return OkStatus();
  return Annotate(CheckCaFile(tls.client_ca), "TLS client CA");
}

StatusOr<std::shared_ptr<grpc::ServerCredentials>> MakeServerCredentials(
    const ServerTls& tls) {
  LT_RETURN_IF_ERROR(CheckServerTls(tls));
  if (!tls.on()) return grpc::InsecureServerCredentials();
  grpc::experimental::TlsServerCredentialsOptions options(
      std::make_shared<FileWatcherCertificateProvider>(
          tls.key, tls.certificate, tls.client_ca, IntervalSeconds()));
  options.watch_identity_key_cert_pairs();
  if (!tls.client_ca.empty()) {
    options.watch_root_certs();
    options.set_cert_request_type(
        tls.require_client_certificate
            ? GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY
            : GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_AND_VERIFY);
  }
  // The default verifier compares the peer's names with a target, and a server
  // has none: the chain is checked by the handshake itself.
  options.set_check_call_host(false);
  options.set_certificate_verifier(
      std::make_shared<grpc::experimental::NoOpCertificateVerifier>());
  return grpc::experimental::TlsServerCredentials(options);
}

bool IsLoopbackAddress(const std::string& address) {
  if (address.starts_with("unix:")) return true;
  const std::string host = address.substr(0, address.rfind(':'));
  if (host == "localhost" || host == "[::1]") return true;
  in_addr v4 = {};
  return inet_pton(AF_INET, host.c_str(), &v4) == 1 &&
         (ntohl(v4.s_addr) >> 24) == 127;
}

StatusOr<FarmCredentials> MakeFarmCredentials(const FarmSecurity& security,
                                              const std::string& addresses) {
  FarmCredentials credentials;
  LT_ASSIGN_OR_RETURN(credentials.token, FindToken(security));
  if (security.tls()) {
    LT_RETURN_IF_ERROR(CheckClientTls(security));
    credentials.channel = MakeTlsCredentials(security);
    credentials.server_name = security.tls_name;
    return credentials;
  }
  const std::string remote = FirstRemote(addresses);
  if (credentials.token != nullptr && !remote.empty() && !security.insecure) {
    return InvalidArgument(fmt::format(
        "the token would travel to {} unencrypted: give --tls-ca FILE (or "
        "system), or --insecure inside a network you trust",
        remote));
  }
  return credentials;
}

}  // namespace longtake
