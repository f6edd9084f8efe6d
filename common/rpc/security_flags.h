#pragma once
// The flags of FarmSecurity, the same for the longtake command and for workers.

#include "common/rpc/credentials.h"

namespace longtake {

// `app`: a CLI::App. `security` outlives parsing. The token itself is never a
// flag: the command line is everybody's to read.
template <typename App>
void AddSecurityFlags(App& app, FarmSecurity* security) {
  app.add_option("--token-file", security->token_file,
                 "file with the token to show [$LONGTAKE_TOKEN, the token "
                 "itself]");
  app.add_option("--tls-ca", security->tls_ca,
                 "connect with TLS and trust this issuer: a PEM file, or "
                 "'system'");
  app.add_option("--tls-cert", security->tls_cert,
                 "PEM file of a certificate to show");
  app.add_option("--tls-key", security->tls_key, "PEM file of its key");
  app.add_option("--tls-name", security->tls_name,
                 "the name in the coordinator's certificate [the address]");
  app.add_flag("--insecure", security->insecure,
               "send the token unencrypted to other machines: only inside a "
               "network you trust");
}

}  // namespace longtake
