#include "coordinator/store/redis/reply.h"

#include <hiredis/hiredis.h>

#include <charconv>
#include <utility>

#include "fmt/format.h"

namespace longtake::coordinator::redis {
namespace {

struct ErrorMeaning {
  const char* code;
  StatusCode status;
  const char* remedy;
  bool passing = false;
  bool wrong_server = false;
};

constexpr StatusCode kDown = StatusCode::kUnavailable;
constexpr ErrorMeaning kMeanings[] = {
    {"OOM", StatusCode::kResourceExhausted,
     "raise Redis' maxmemory or remove ended jobs"},
    {"READONLY", kDown, "name the master, or use redis-sentinel://", true,
     true},
    {"LOADING", kDown, "wait until Redis has read its data", true, true},
    {"MASTERDOWN", kDown, "name the master, or use redis-sentinel://", true,
     true},
    {"CLUSTERDOWN", kDown, "look at redis-cli --cluster check", true},
    {"TRYAGAIN", kDown, "wait until the cluster has moved the slot", true},
    {"BUSY", kDown,
     "another client's script blocks Redis; end it with "
     "SCRIPT KILL",
     true},
    {"MISCONF", kDown, "Redis can't save; free its disk, then see its log"},
    {"NOREPLICAS", kDown,
     "start the replicas that min-replicas-to-write asks "
     "for"},
    {"NOAUTH", kDown, "put user:password@ into the Redis URL"},
    {"WRONGPASS", kDown, "check user and password in the Redis URL"},
    {"NOPERM", kDown, "grant the Redis user this command and these keys"},
    {"BUSYGROUP", StatusCode::kAlreadyExists, "use the group that exists"},
    {"NOGROUP", StatusCode::kNotFound, "create the stream's group"},
};

const ErrorMeaning* MeaningOf(const std::string& code) {
  for (const ErrorMeaning& m : kMeanings) {
    if (code == m.code) return &m;
  }
  return nullptr;
}

const char* Name(Reply::Type type) {
  switch (type) {
    case Reply::Type::kNil:
      return "nil";
    case Reply::Type::kInteger:
      return "an integer";
    case Reply::Type::kString:
      return "a string";
    case Reply::Type::kStatus:
      return "a status";
    case Reply::Type::kError:
      return "an error";
    case Reply::Type::kArray:
      return "an array";
  }
  return "nothing known";
}

}  // namespace

Reply Reply::From(const redisReply& raw) {
  Reply reply;
  switch (raw.type) {
    case REDIS_REPLY_INTEGER:
      reply.type_ = Type::kInteger;
      reply.integer_ = raw.integer;
      break;
    case REDIS_REPLY_STRING:
      reply.type_ = Type::kString;
      reply.text_.assign(raw.str, raw.len);
      break;
    case REDIS_REPLY_STATUS:
      reply.type_ = Type::kStatus;
      reply.text_.assign(raw.str, raw.len);
      break;
    case REDIS_REPLY_ERROR:
      reply.type_ = Type::kError;
      reply.text_.assign(raw.str, raw.len);
      break;
    case REDIS_REPLY_ARRAY:
      reply.type_ = Type::kArray;
      reply.elements_.reserve(raw.elements);
      for (size_t i = 0; i < raw.elements; ++i) {
        reply.elements_.push_back(From(*raw.element[i]));
      }
      break;
    default:
      break;
  }
  return reply;
}

Status Reply::Unexpected(const char* wanted) const {
  if (is_error()) return ToStatus();
  return Internal(
      fmt::format("Redis answered {}, not {}", Name(type_), wanted));
}

StatusOr<int64_t> Reply::Integer() const {
  if (type_ == Type::kInteger) return integer_;
  if (type_ != Type::kString) return Unexpected("an integer");
  int64_t value = 0;
  const char* end = text_.data() + text_.size();
  const auto [at, error] = std::from_chars(text_.data(), end, value);
  if (error != std::errc() || at != end) return Unexpected("an integer");
  return value;
}

StatusOr<std::string> Reply::String() const {
  if (type_ == Type::kString || type_ == Type::kStatus) return text_;
  return Unexpected("a string");
}

StatusOr<std::optional<std::string>> Reply::StringOrNil() const {
  if (is_nil()) return std::optional<std::string>();
  LT_ASSIGN_OR_RETURN(std::string text, String());
  return std::optional<std::string>(std::move(text));
}

StatusOr<std::vector<Reply>> Reply::Array() const& {
  if (type_ == Type::kArray) return elements_;
  return Unexpected("an array");
}

StatusOr<std::vector<Reply>> Reply::Array() && {
  if (type_ == Type::kArray) return std::move(elements_);
  return Unexpected("an array");
}

StatusOr<std::vector<std::string>> Reply::Strings() const {
  if (type_ != Type::kArray) return Unexpected("an array");
  std::vector<std::string> strings;
  strings.reserve(elements_.size());
  for (const Reply& element : elements_) {
    LT_ASSIGN_OR_RETURN(std::string text, element.String());
    strings.push_back(std::move(text));
  }
  return strings;
}

std::string Reply::ErrorCode() const {
  return is_error() ? text_.substr(0, text_.find(' ')) : "";
}

const std::string& Reply::ErrorText() const {
  static const std::string kNone;
  return is_error() ? text_ : kNone;
}

Status Reply::ToStatus() const {
  if (!is_error()) return OkStatus();
  const ErrorMeaning* meaning = MeaningOf(ErrorCode());
  if (meaning == nullptr) return Internal(text_);
  return MakeStatus(meaning->status,
                    fmt::format("{}; {}", text_, meaning->remedy));
}

bool IsPassingError(const std::string& error_code) {
  const ErrorMeaning* meaning = MeaningOf(error_code);
  return meaning != nullptr && meaning->passing;
}

bool IsWrongServerError(const std::string& error_code) {
  const ErrorMeaning* meaning = MeaningOf(error_code);
  return meaning != nullptr && meaning->wrong_server;
}

}  // namespace longtake::coordinator::redis
