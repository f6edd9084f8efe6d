#pragma once
// The one error type of the project. A fallible function returns Status or
// StatusOr<T>; nothing of ours throws. Debian's abseil (20220623) has its own
// string_view, so the factories here take std::string: build messages with
// fmt::format.
//
// The code decides the retry (see coordinator/schedule/retry_table.h):
// Unavailable, Aborted, DeadlineExceeded are tried again; ResourceExhausted on
// another worker; InvalidArgument, FailedPrecondition, DataLoss never.

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace longtake {

using absl::OkStatus;
using absl::Status;
using absl::StatusCode;
template <typename T>
using StatusOr = absl::StatusOr<T>;

inline Status MakeStatus(StatusCode code, const std::string& message) {
  return Status(code, absl::string_view(message.data(), message.size()));
}
inline Status InvalidArgument(const std::string& m) {
  return MakeStatus(StatusCode::kInvalidArgument, m);
}
inline Status NotFound(const std::string& m) {
  return MakeStatus(StatusCode::kNotFound, m);
}
inline Status AlreadyExists(const std::string& m) {
  return MakeStatus(StatusCode::kAlreadyExists, m);
}
inline Status FailedPrecondition(const std::string& m) {
  return MakeStatus(StatusCode::kFailedPrecondition, m);
}
inline Status ResourceExhausted(const std::string& m) {
  return MakeStatus(StatusCode::kResourceExhausted, m);
}
inline Status Unavailable(const std::string& m) {
  return MakeStatus(StatusCode::kUnavailable, m);
}
inline Status Aborted(const std::string& m) {
  return MakeStatus(StatusCode::kAborted, m);
}
inline Status Cancelled(const std::string& m) {
  return MakeStatus(StatusCode::kCancelled, m);
}
inline Status DeadlineExceeded(const std::string& m) {
  return MakeStatus(StatusCode::kDeadlineExceeded, m);
}
inline Status DataLoss(const std::string& m) {
  return MakeStatus(StatusCode::kDataLoss, m);
}
inline Status Internal(const std::string& m) {
  return MakeStatus(StatusCode::kInternal, m);
}
inline Status OutOfRange(const std::string& m) {
  return MakeStatus(StatusCode::kOutOfRange, m);
}
inline Status Unimplemented(const std::string& m) {
  return MakeStatus(StatusCode::kUnimplemented, m);
}

// The message as a std::string, without the code.
inline std::string Message(const Status& s) {
  return std::string(s.message().data(), s.message().size());
}

// The same code with "context: " in front of the message.
inline Status Annotate(const Status& s, const std::string& context) {
  if (s.ok()) return s;
  return MakeStatus(s.code(), context + ": " + Message(s));
}

}  // namespace longtake

#define LT_CONCAT_INNER_(a, b) a##b
#define LT_CONCAT_(a, b) LT_CONCAT_INNER_(a, b)

// LT_RETURN_IF_ERROR(expr): returns expr's status from this function unless OK.
#define LT_RETURN_IF_ERROR(expr)                                  \
  do {                                                            \
    if (::longtake::Status lt_status_ = (expr); !lt_status_.ok()) \
      return lt_status_;                                          \
  } while (false)

// LT_ASSIGN_OR_RETURN(auto x, expr): x = *expr, or returns its status.
#define LT_ASSIGN_OR_RETURN(lhs, expr) \
  LT_ASSIGN_OR_RETURN_IMPL_(LT_CONCAT_(lt_statusor_, __LINE__), lhs, expr)
#define LT_ASSIGN_OR_RETURN_IMPL_(tmp, lhs, expr) \
  auto tmp = (expr);                              \
  if (!tmp.ok()) return tmp.status();             \
  lhs = std::move(tmp).value()
