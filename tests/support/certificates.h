#pragma once
// Certificates for tests, made by the openssl command in a directory of the
// test's.

#include <string>
#include <utility>

namespace longtake {

// Paths of PEM files.
struct TestCertificate {
  std::string cert;
  std::string key;
};

// An issuer of its own. One thread only.
class TestCa {
 public:
  // Makes <directory>/<name>.crt and .key; aborts the test when openssl fails.
  TestCa(std::string directory, std::string name);

  const std::string& cert() const { return cert_; }

  // <directory>/<file>.crt and .key for localhost, 127.0.0.1 and `common_name`;
  // days < 0: expired.
  TestCertificate Issue(const std::string& file, const std::string& common_name,
                        int days = 30);

 private:
  std::string directory_;
  std::string cert_;
  std::string key_;
};

}  // namespace longtake
