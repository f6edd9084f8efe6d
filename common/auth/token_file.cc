#include "common/auth/token_file.h"

#include <fmt/format.h>

#include <array>
#include <set>
#include <utility>

#include "common/auth/names.h"
#include "common/config/config_file.h"
#include "common/digest/sha256.h"

namespace longtake {
namespace {

constexpr std::array<std::pair<const char*, Role>, 3> kRoles = {{
    {"submit", Role::kSubmit},
    {"operate", Role::kOperate},
    {"worker", Role::kWorker},
}};
constexpr size_t kMaxCommonNameBytes = 64;  // X.520's upper bound

Roles ReadRoles(ConfigSection& section) {
  std::vector<std::string> words;
  section.Words("roles", &words);
  Roles roles;
  for (const std::string& word : words) {
    const StatusOr<Role> role = ParseRole(word);
    if (!role.ok()) {
      section.Refuse("roles", "must be of submit, operate, worker");
      return roles;
    }
    roles = roles | *role;
  }
  return roles;
}

// What tokens and certificates share.
void ReadRights(ConfigSection& section, std::string* tenant, Roles* roles) {
  section.Text("tenant", tenant);
  *roles = ReadRoles(section);
  const Status fits = CheckTenantAndRoles(*tenant, *roles);
  if (!fits.ok()) {
    section.Refuse(section.Has("tenant") ? "tenant" : "roles",
                   "can't be: " + Message(fits));
  }
}

TokenEntry ReadToken(ConfigSection& section) {
  TokenEntry entry;
  section.Text("name", &entry.name);
  if (!IsCallerName(entry.name)) {
    section.Refuse("name", fmt::format("must be 1 to {} of A-Z a-z 0-9 . _ - @",
                                       kMaxCallerNameBytes));
  }
  section.Text("sha256", &entry.sha256);
  if (!IsSha256Hex(entry.sha256)) {
    section.Refuse("sha256",
                   "must be the token's SHA-256, 64 lower-case hex digits; "
                   "longtake token new prints it");
  }
  ReadRights(section, &entry.tenant, &entry.roles);
  std::string expires;
  section.Text("expires", &expires);
  std::string ignored;
  if (!expires.empty() &&
      !absl::ParseTime(absl::RFC3339_full, expires, &entry.expires, &ignored)) {
    section.Refuse("expires", "must be a time like 2027-01-31T00:00:00Z");
  }
  return entry;
}

CertificateEntry ReadCertificate(ConfigSection& section) {
  CertificateEntry entry;
  section.Text("common_name", &entry.common_name);
  if (entry.common_name.empty() ||
      entry.common_name.size() > kMaxCommonNameBytes ||
      Printable(entry.common_name) != entry.common_name) {
    section.Refuse(
        "common_name",
        fmt::format("must be 1 to {} visible characters", kMaxCommonNameBytes));
  }
  ReadRights(section, &entry.tenant, &entry.roles);
  return entry;
}

}  // namespace

StatusOr<Role> ParseRole(const std::string& text) {
  for (const auto& [name, role] : kRoles) {
    if (text == name) return role;
  }
  return InvalidArgument(fmt::format(
      "'{}' is no role: give submit, operate or worker", Printable(text)));
}

std::string RoleNames(Roles roles) {
  std::string names;
  for (const auto& [name, role] : kRoles) {
    if (!roles.Has(role)) continue;
    if (!names.empty()) names += ", ";
    names += name;
  }
  return names;
}

Status CheckTenantAndRoles(const std::string& tenant, Roles roles) {
  if (roles.empty()) {
    return InvalidArgument("roles are needed: submit, operate, worker");
  }
  if (!roles.Has(Role::kSubmit)) {
    if (tenant.empty()) return OkStatus();
    return InvalidArgument(
        "operators and workers serve all tenants; give no tenant");
  }
  if (tenant.empty()) {
    return InvalidArgument("the role submit needs a tenant");
  }
  if (IsTenantName(tenant)) return OkStatus();
  return InvalidArgument(
      fmt::format("tenant '{}': use a-z 0-9 _ -, at most 64 characters",
                  Printable(tenant)));
}

namespace {

StatusOr<TokenFile> ReadTokenFile(ConfigFile file, const std::string& name) {
  TokenFile tokens;
  std::set<std::string> names;
  std::set<std::string> digests;
  for (ConfigSection& section : file.root().Sections("tokens")) {
    TokenEntry entry = ReadToken(section);
    if (!names.insert(entry.name).second) {
      section.Refuse("name", "is another token's already");
    }
    if (!digests.insert(entry.sha256).second) {
      section.Refuse("sha256", "is another token's already");
    }
    tokens.tokens.push_back(std::move(entry));
  }
  names.clear();
  for (ConfigSection& section : file.root().Sections("certificates")) {
    CertificateEntry entry = ReadCertificate(section);
    if (!names.insert(entry.common_name).second) {
      section.Refuse("common_name", "is another entry's already");
    }
    tokens.certificates.push_back(std::move(entry));
  }
  LT_RETURN_IF_ERROR(file.Finish());
  if (tokens.tokens.empty() && tokens.certificates.empty()) {
    return InvalidArgument(fmt::format(
        "{}: names nobody: add what longtake token new prints", name));
  }
  return tokens;
}

}  // namespace

StatusOr<TokenFile> LoadTokenFile(const std::string& path) {
  LT_ASSIGN_OR_RETURN(ConfigFile file, ConfigFile::Load(path));
  return ReadTokenFile(std::move(file), path);
}

StatusOr<TokenFile> ParseTokenFile(const std::string& text,
                                   const std::string& name) {
  LT_ASSIGN_OR_RETURN(ConfigFile file, ConfigFile::Parse(text, name));
  return ReadTokenFile(std::move(file), name);
}

std::string TokenEntryYaml(const TokenEntry& entry) {
  std::string yaml =
      fmt::format("  - name: {}\n    sha256: {}\n", entry.name, entry.sha256);
  if (!entry.tenant.empty()) {
    yaml += fmt::format("    tenant: {}\n", entry.tenant);
  }
  yaml += fmt::format("    roles: [{}]\n", RoleNames(entry.roles));
  if (entry.expires != absl::InfiniteFuture()) {
    yaml += fmt::format("    expires: {}\n",
                        absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", entry.expires,
                                         absl::UTCTimeZone()));
  }
  return yaml;
}

}  // namespace longtake
