#include "common/rpc/certificate_files.h"

#include <fmt/format.h>
#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <memory>

namespace longtake {
namespace {

struct CloseFile {
  void operator()(FILE* file) const { (void)std::fclose(file); }
};
struct FreeX509 {
  void operator()(X509* x) const { X509_free(x); }
};
struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using File = std::unique_ptr<FILE, CloseFile>;
using Certificate = std::unique_ptr<X509, FreeX509>;
using Key = std::unique_ptr<EVP_PKEY, FreeKey>;

// A coordinator has no terminal to ask at.
int NoPassphrase(char*, int, int, void*) { return -1; }

StatusOr<File> OpenFile(const std::string& path) {
  File file(std::fopen(path.c_str(), "rbe"));
  if (file == nullptr) {
    return InvalidArgument(
        fmt::format("{}: can't be read: {}", path, std::strerror(errno)));
  }
  return file;
}

StatusOr<Certificate> ReadCertificate(const std::string& path) {
  LT_ASSIGN_OR_RETURN(const File file, OpenFile(path));
  Certificate certificate(
      PEM_read_X509(file.get(), nullptr, NoPassphrase, nullptr));
  ERR_clear_error();
  if (certificate == nullptr) {
    return InvalidArgument(fmt::format(
        "{}: holds no certificate: need PEM, -----BEGIN CERTIFICATE-----",
        path));
  }
  return certificate;
}

}  // namespace

Status CheckCertificateAndKey(const std::string& certificate_path,
                              const std::string& key_path) {
  LT_ASSIGN_OR_RETURN(const Certificate certificate,
                      ReadCertificate(certificate_path));
  LT_ASSIGN_OR_RETURN(const File file, OpenFile(key_path));
  const Key key(
      PEM_read_PrivateKey(file.get(), nullptr, NoPassphrase, nullptr));
  ERR_clear_error();
  if (key == nullptr) {
    return InvalidArgument(fmt::format(
        "{}: holds no private key that can be used: need PEM without a "
        "passphrase",
        key_path));
  }
  const bool fits = X509_check_private_key(certificate.get(), key.get()) == 1;
  ERR_clear_error();
  if (fits) return OkStatus();
  return InvalidArgument(
      fmt::format("{} is not the key of the certificate {}: give the pair that "
                  "was issued together, the server's certificate first in its "
                  "file",
                  key_path, certificate_path));
}

Status CheckCaFile(const std::string& path) {
  return ReadCertificate(path).status();
}

StatusOr<absl::Time> CertificateExpiry(const std::string& path) {
  LT_ASSIGN_OR_RETURN(const Certificate certificate, ReadCertificate(path));
  std::tm until = {};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate.get()), &until) != 1) {
    return InvalidArgument(
        fmt::format("{}: its time of expiry can't be read", path));
  }
  return absl::FromTM(until, absl::UTCTimeZone());
}

}  // namespace longtake
