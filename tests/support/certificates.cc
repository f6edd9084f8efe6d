#include "tests/support/certificates.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

namespace longtake {
namespace {

constexpr char kKeyType[] =
    "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";

void Run(const std::string& command, const std::string& log) {
  const std::string line = fmt::format("{} >>'{}' 2>&1", command, log);
  if (std::system(line.c_str()) == 0) return;  // NOLINT: one thread
  std::fprintf(stderr, "failed: %s\n", line.c_str());
  std::abort();
}

}  // namespace

TestCa::TestCa(std::string directory, std::string name)
    : directory_(std::move(directory)),
      cert_(directory_ + "/" + name + ".crt"),
      key_(directory_ + "/" + name + ".key") {
  Run(fmt::format("openssl req -x509 {} -keyout '{}' -out '{}' -days 30 -subj "
                  "'/CN={}'",
                  kKeyType, key_, cert_, name),
      directory_ + "/openssl.log");
}

TestCertificate TestCa::Issue(const std::string& file,
                              const std::string& common_name, int days) {
  const TestCertificate made = {directory_ + "/" + file + ".crt",
                                directory_ + "/" + file + ".key"};
  const std::string log = directory_ + "/openssl.log";
  const std::string request = directory_ + "/" + file + ".csr";
  Run(fmt::format("openssl req {} -keyout '{}' -out '{}' -subj '/CN={}' "
                  "-addext 'subjectAltName=DNS:localhost,DNS:{},IP:127.0.0.1'",
                  kKeyType, made.key, request, common_name, common_name),
      log);
  Run(fmt::format("openssl x509 -req -in '{}' -CA '{}' -CAkey '{}' "
                  "-CAcreateserial -out '{}' -days {} -copy_extensions copy",
                  request, cert_, key_, made.cert, days),
      log);
  return made;
}

}  // namespace longtake
