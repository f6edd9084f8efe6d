#include "common/status/code_name.h"

#include <array>
#include <utility>

namespace longtake {
namespace {

constexpr std::array<std::pair<StatusCode, const char*>, 17> kCodeNames = {{
    {StatusCode::kOk, "OK"},
    {StatusCode::kCancelled, "CANCELLED"},
    {StatusCode::kUnknown, "UNKNOWN"},
    {StatusCode::kInvalidArgument, "INVALID_ARGUMENT"},
    {StatusCode::kDeadlineExceeded, "DEADLINE_EXCEEDED"},
    {StatusCode::kNotFound, "NOT_FOUND"},
    {StatusCode::kAlreadyExists, "ALREADY_EXISTS"},
    {StatusCode::kPermissionDenied, "PERMISSION_DENIED"},
    {StatusCode::kResourceExhausted, "RESOURCE_EXHAUSTED"},
    {StatusCode::kFailedPrecondition, "FAILED_PRECONDITION"},
    {StatusCode::kAborted, "ABORTED"},
    {StatusCode::kOutOfRange, "OUT_OF_RANGE"},
    {StatusCode::kUnimplemented, "UNIMPLEMENTED"},
    {StatusCode::kInternal, "INTERNAL"},
    {StatusCode::kUnavailable, "UNAVAILABLE"},
    {StatusCode::kDataLoss, "DATA_LOSS"},
    {StatusCode::kUnauthenticated, "UNAUTHENTICATED"},
}};

}  // namespace

std::string StatusCodeName(StatusCode code) {
  for (const auto& [known, name] : kCodeNames) {
    if (known == code) return name;
  }
  return "UNKNOWN";
}

StatusCode ParseStatusCodeName(const std::string& name) {
  for (const auto& [code, known] : kCodeNames) {
    if (name == known) return code;
  }
  return StatusCode::kUnknown;
}

}  // namespace longtake
