#pragma once
// How nested fields are read strictly: one place names the field in the
// message. Private to common/rpc.

#include <fmt/format.h>

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "common/digest/sha256.h"
#include "common/rpc/convert.h"

namespace longtake {

// A required message field: LT_READ_FIELD(proto, to, rate) fills to.rate.
#define LT_READ_FIELD(proto, to, field)                         \
  do {                                                          \
    if (!(proto).has_##field()) {                               \
      return ::longtake::InvalidArgument(#field " is missing"); \
    }                                                           \
    auto lt_field_ = ::longtake::FromProto((proto).field());    \
    if (!lt_field_.ok()) {                                      \
      return ::longtake::Annotate(lt_field_.status(), #field);  \
    }                                                           \
    (to).field = *std::move(lt_field_);                         \
  } while (false)

// The same for a field that may be absent.
#define LT_READ_OPTIONAL(proto, to, field)                      \
  do {                                                          \
    if ((proto).has_##field()) LT_READ_FIELD(proto, to, field); \
  } while (false)

// A repeated message field.
#define LT_READ_LIST(proto, to, field)                           \
  do {                                                           \
    (to).field.reserve((proto).field##_size());                  \
    for (const auto& lt_item_ : (proto).field()) {               \
      auto lt_field_ = ::longtake::FromProto(lt_item_);          \
      if (!lt_field_.ok()) {                                     \
        return ::longtake::Annotate(lt_field_.status(), #field); \
      }                                                          \
      (to).field.push_back(*std::move(lt_field_));               \
    }                                                            \
  } while (false)

inline Status CheckNotNegative(const char* field, int64_t value) {
  if (value >= 0) return OkStatus();
  return InvalidArgument(fmt::format("{} is negative ({})", field, value));
}

inline Status CheckDigest(const char* field, const std::string& digest) {
  if (IsSha256Hex(digest)) return OkStatus();
  return InvalidArgument(
      fmt::format("{} is not a SHA-256 in lower-case hex", field));
}

inline Status CheckPresent(const char* field, const std::string& text) {
  if (!text.empty()) return OkStatus();
  return InvalidArgument(fmt::format("{} is empty", field));
}

template <typename ProtoMap>
std::map<std::string, std::string> ToMap(const ProtoMap& proto) {
  return {proto.begin(), proto.end()};
}

template <typename ProtoMap>
void FillMap(const std::map<std::string, std::string>& from, ProtoMap* to) {
  for (const auto& [key, value] : from) (*to)[key] = value;
}

// A map of roles to files, as in JobSpec and PlanTask.
template <typename ProtoMap>
void FillGuides(const GuideFiles& from, ProtoMap* to) {
  for (const auto& [role, file] : from) (*to)[role] = ToProto(file);
}
template <typename ProtoMap>
StatusOr<GuideFiles> GuidesFromProto(const ProtoMap& proto) {
  GuideFiles guides;
  for (const auto& [role, file] : proto) {
    auto read = FromProto(file);
    if (!read.ok()) return Annotate(read.status(), "guides." + role);
    guides[role] = *std::move(read);
  }
  return guides;
}

StatusOr<TaskKind> TaskKindFromProto(v1::TaskKind proto);
StatusOr<JobState> JobStateFromProto(v1::JobState proto);
StatusOr<TaskState> TaskStateFromProto(v1::TaskState proto);
StatusOr<SeamVerdict> SeamVerdictFromProto(v1::SeamVerdict proto);

}  // namespace longtake
