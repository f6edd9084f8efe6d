#pragma once
// What a Redis server answered, as a value: a tree of integers, byte strings,
// nils, errors and arrays. No hiredis object leaves this room's .cc files.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/status/status.h"

struct redisReply;

namespace longtake::coordinator::redis {

// Thread-compatible. The accessors are strict: on another type they fail with
// Internal (we misread the protocol), on an error reply with its ToStatus().
class Reply {
 public:
  enum class Type { kNil, kInteger, kString, kStatus, kError, kArray };

  Reply() = default;  // nil
  // Copies; `raw` stays the caller's.
  static Reply From(const redisReply& raw);

  Type type() const { return type_; }
  bool is_nil() const { return type_ == Type::kNil; }
  bool is_error() const { return type_ == Type::kError; }
  // An array of nothing.
  bool empty() const { return type_ == Type::kArray && elements_.empty(); }

  StatusOr<int64_t> Integer() const;     // an integer, or a string of digits
  StatusOr<std::string> String() const;  // bytes; a status line too
  StatusOr<std::optional<std::string>> StringOrNil() const;
  StatusOr<std::vector<Reply>> Array() const&;
  StatusOr<std::vector<Reply>> Array() &&;
  StatusOr<std::vector<std::string>> Strings() const;  // array of strings

  // The first word of an error reply, such as NOSCRIPT; else empty.
  std::string ErrorCode() const;
  // The error's full text; empty unless is_error().
  const std::string& ErrorText() const;
  // OK unless is_error(). One line with the remedy; see reply.cc for the codes.
  Status ToStatus() const;

 private:
  Status Unexpected(const char* wanted) const;

  Type type_ = Type::kNil;
  int64_t integer_ = 0;
  std::string text_;  // string, status or error
  std::vector<Reply> elements_;
};

// True for errors of a server that did nothing and may do it soon, or that is
// no longer the right one: LOADING, READONLY, MASTERDOWN, CLUSTERDOWN,
// TRYAGAIN, BUSY.
bool IsPassingError(const std::string& error_code);
// Of those, the ones after which the connection's server should be looked up
// anew: LOADING, READONLY, MASTERDOWN.
bool IsWrongServerError(const std::string& error_code);

}  // namespace longtake::coordinator::redis
