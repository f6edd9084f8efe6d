#pragma once
// The file that says who may call a farm. YAML:
//
//   tokens:
//     - name: alice            # in logs; unique
//       sha256: 64 hex digits  # of the token
//       tenant: acme           # whose jobs; only with the role submit
//       roles: [submit]        # submit, operate, worker
//       expires: 2027-01-01T00:00:00Z   # optional
//   certificates:              # for callers that bring no token
//     - common_name: node-1.example
//       roles: [worker]

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/auth/caller.h"
#include "common/status/status.h"

namespace longtake {

struct TokenEntry {
  std::string name;
  std::string sha256;
  std::string tenant;
  Roles roles;
  absl::Time expires = absl::InfiniteFuture();
};

struct CertificateEntry {
  std::string common_name;
  std::string tenant;
  Roles roles;
};

struct TokenFile {
  std::vector<TokenEntry> tokens;
  std::vector<CertificateEntry> certificates;
};

// InvalidArgument, one line with file and line, for anything that is not as
// above, and for a file that names nobody.
StatusOr<TokenFile> LoadTokenFile(const std::string& path);
// The text of such a file; `name` is what messages call it.
StatusOr<TokenFile> ParseTokenFile(const std::string& text,
                                   const std::string& name);

// "submit", "operate" or "worker"; InvalidArgument lists them.
StatusOr<Role> ParseRole(const std::string& text);
// "submit, worker".
std::string RoleNames(Roles roles);

// InvalidArgument when they don't go together: submitting needs a tenant, and
// without it none is to be given, as operators and workers serve all.
Status CheckTenantAndRoles(const std::string& tenant, Roles roles);

// The lines of one token, for below "tokens:".
std::string TokenEntryYaml(const TokenEntry& entry);

}  // namespace longtake
