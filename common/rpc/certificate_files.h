#pragma once
// PEM files looked at before gRPC gets them: gRPC 1.51 answers a wrong one with
// an abort or with handshakes that fail without a word.

#include <string>

#include "absl/time/time.h"
#include "common/status/status.h"

namespace longtake {

// InvalidArgument, one line with the file and the remedy: not readable, no PEM,
// a key with a passphrase, or a key that is not the certificate's.
Status CheckCertificateAndKey(const std::string& certificate_path,
                              const std::string& key_path);

// InvalidArgument: not readable, or holds no certificate.
Status CheckCaFile(const std::string& path);

// Until when the first certificate in the file is valid.
StatusOr<absl::Time> CertificateExpiry(const std::string& path);

}  // namespace longtake
