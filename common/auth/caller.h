#pragma once
// Who calls, and what that caller may do.

#include <cstdint>
#include <string>

namespace longtake {

enum class Role : uint8_t {
  kSubmit = 1,   // jobs and artifacts of the own tenant
  kOperate = 2,  // jobs of all tenants, workers, the queue
  kWorker = 4,   // takes and reports tasks
};

// A set of roles.
class Roles {
 public:
  constexpr Roles() = default;
  constexpr Roles(Role role) : bits_(static_cast<uint8_t>(role)) {}
  constexpr bool Has(Role role) const {
    return (bits_ & static_cast<uint8_t>(role)) != 0;
  }
  constexpr bool HasAny(Roles other) const {
    return (bits_ & other.bits_) != 0;
  }
  constexpr bool empty() const { return bits_ == 0; }
  friend constexpr Roles operator|(Roles a, Roles b) {
    Roles both;
    both.bits_ = static_cast<uint8_t>(a.bits_ | b.bits_);
    return both;
  }
  friend constexpr bool operator==(Roles, Roles) = default;

 private:
  uint8_t bits_ = 0;
};

constexpr Roles operator|(Role a, Role b) { return Roles(a) | Roles(b); }

struct Caller {
  std::string name;    // of the token; "cert:NAME" of a certificate
  std::string tenant;  // empty unless it may submit
  Roles roles;
  // The farm has no tokens: anybody may do anything, as one tenant.
  bool anybody = false;

  bool Has(Role role) const { return anybody || roles.Has(role); }
};

}  // namespace longtake
