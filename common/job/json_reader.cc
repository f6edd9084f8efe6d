#include "common/job/json_reader.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <utility>

#include "common/digest/sha256.h"

namespace longtake {

using nlohmann::json;

namespace {

constexpr char kRangeProblem[] = "not a range [begin, end), 0 <= begin < end";

bool ParseRange(const json& j, FrameRange* out) {
  if (!j.is_array() || j.size() != 2 || !j[0].is_number_unsigned() ||
      !j[1].is_number_unsigned()) {
    return false;
  }
  const uint64_t begin = j[0].get<uint64_t>();
  const uint64_t end = j[1].get<uint64_t>();
  if (begin >= end || end > static_cast<uint64_t>(INT64_MAX)) return false;
  *out = {static_cast<int64_t>(begin), static_cast<int64_t>(end)};
  return true;
}

}  // namespace

StatusOr<json> ParseJsonObject(const std::string& text,
                               const std::string& what) {
  json parsed = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (parsed.is_discarded()) {
    return InvalidArgument(fmt::format("{}: not valid JSON", what));
  }
  if (!parsed.is_object()) {
    return InvalidArgument(fmt::format("{}: not a JSON object", what));
  }
  return parsed;
}

JsonReader::JsonReader(const json& object, std::string where)
    : object_(object), where_(std::move(where)) {
  if (!object_.is_object()) {
    status_ = InvalidArgument(fmt::format("{}: not an object", where_));
  }
}

std::vector<std::string> JsonReader::Keys() const {
  std::vector<std::string> keys;
  if (!object_.is_object()) return keys;
  for (const auto& [key, value] : object_.items()) keys.push_back(key);
  return keys;
}

void JsonReader::Fail(const char* key, const std::string& problem) {
  if (!status_.ok()) return;
  status_ = InvalidArgument(fmt::format("{}.{}: {}", where_, key, problem));
}

const json* JsonReader::Find(const char* key) {
  if (!status_.ok()) return nullptr;
  seen_.insert(key);
  const auto it = object_.find(key);
  if (it == object_.end()) {
    Fail(key, "is missing");
    return nullptr;
  }
  return &*it;
}

std::string JsonReader::String(const char* key) {
  const json* j = Find(key);
  if (j == nullptr) return "";
  if (j->is_string()) return j->get<std::string>();
  Fail(key, "not a string");
  return "";
}

bool JsonReader::Bool(const char* key) {
  const json* j = Find(key);
  if (j == nullptr) return false;
  if (j->is_boolean()) return j->get<bool>();
  Fail(key, "not true or false");
  return false;
}

double JsonReader::Number(const char* key) {
  const json* j = Find(key);
  if (j == nullptr) return 0;
  if (j->is_number() && std::isfinite(j->get<double>())) {
    return j->get<double>();
  }
  Fail(key, "not a number");
  return 0;
}

int64_t JsonReader::Int(const char* key, int64_t min, int64_t max) {
  const json* j = Find(key);
  if (j == nullptr) return 0;
  const bool too_large = j->is_number_unsigned() &&
                         j->get<uint64_t>() > static_cast<uint64_t>(INT64_MAX);
  if (!j->is_number_integer() || too_large) {
    Fail(key, "not a whole number of 64 bits");
    return 0;
  }
  const int64_t value = j->get<int64_t>();
  if (value < min || value > max) {
    Fail(key, fmt::format("{} is not in {}..{}", value, min, max));
    return 0;
  }
  return value;
}

uint64_t JsonReader::Unsigned(const char* key) {
  const json* j = Find(key);
  if (j == nullptr) return 0;
  if (j->is_number_unsigned()) return j->get<uint64_t>();
  Fail(key, "not a whole number from 0");
  return 0;
}

std::string JsonReader::Digest(const char* key) {
  std::string digest = String(key);
  if (status_.ok() && !IsSha256Hex(digest)) {
    Fail(key, "not a SHA-256 in lower-case hex");
    return "";
  }
  return digest;
}

BlobRef JsonReader::Blob(const char* key) {
  if (status_.ok() && object_.contains(key) && object_.at(key).is_null()) {
    seen_.insert(key);
    return {};
  }
  BlobRef blob;
  Object(key, [&blob](JsonReader& r) {
    blob = {r.Digest("sha256"), r.Count("size_bytes")};
    return r.Finish();
  });
  return blob;
}

FrameRate JsonReader::Rate(const char* key) {
  const std::string text = String(key);
  if (!status_.ok()) return {};
  StatusOr<FrameRate> rate = ParseFrameRate(text);
  if (rate.ok() && FormatFrameRate(*rate) == text) return *rate;
  Fail(key, "not a supported frame rate in lowest terms");
  return {};
}

FrameRange JsonReader::Range(const char* key) {
  const json* j = Find(key);
  if (j == nullptr) return {};
  FrameRange range;
  if (ParseRange(*j, &range)) return range;
  Fail(key, kRangeProblem);
  return {};
}

std::map<std::string, std::string> JsonReader::Strings(const char* key) {
  const json* j = Find(key);
  std::map<std::string, std::string> out;
  if (j == nullptr) return out;
  if (!j->is_object()) {
    Fail(key, "not an object of strings");
    return out;
  }
  for (const auto& [name, value] : j->items()) {
    if (!value.is_string()) {
      Fail(key, fmt::format("'{}' is not a string", name));
      return {};
    }
    out[name] = value.get<std::string>();
  }
  return out;
}

const json& JsonReader::List(const char* key) {
  static const json& kEmpty = *new json(json::array());
  const json* j = Find(key);
  if (j == nullptr) return kEmpty;
  if (j->is_array()) return *j;
  Fail(key, "not a list");
  return kEmpty;
}

std::vector<std::string> JsonReader::StringList(const char* key) {
  std::vector<std::string> out;
  for (const json& value : List(key)) {
    if (!value.is_string()) {
      Fail(key, "not a list of strings");
      return {};
    }
    out.push_back(value.get<std::string>());
  }
  return out;
}

std::vector<std::string> JsonReader::DigestList(const char* key) {
  std::vector<std::string> out = StringList(key);
  for (const std::string& digest : out) {
    if (!IsSha256Hex(digest)) Fail(key, "not SHA-256 in lower-case hex");
  }
  return out;
}

std::vector<int> JsonReader::IndexList(const char* key) {
  std::vector<int> out;
  for (const json& value : List(key)) {
    if (!value.is_number_unsigned() ||
        value.get<uint64_t>() >
            static_cast<uint64_t>(std::numeric_limits<int>::max())) {
      Fail(key, "not a list of indices");
      return {};
    }
    out.push_back(value.get<int>());
  }
  return out;
}

std::vector<FrameRange> JsonReader::RangeList(const char* key) {
  std::vector<FrameRange> out;
  for (const json& value : List(key)) {
    if (!ParseRange(value, &out.emplace_back())) {
      Fail(key, kRangeProblem);
      return {};
    }
  }
  return out;
}

void JsonReader::Object(const char* key, const Read& read) {
  const json* j = Find(key);
  if (j == nullptr) return;
  JsonReader nested(*j, fmt::format("{}.{}", where_, key));
  status_ = read(nested);
}

void JsonReader::Objects(const char* key, const Read& read) {
  const json& list = List(key);
  for (size_t i = 0; i < list.size() && status_.ok(); ++i) {
    JsonReader nested(list[i], fmt::format("{}.{}[{}]", where_, key, i));
    status_ = read(nested);
  }
}

Status JsonReader::Finish() const {
  LT_RETURN_IF_ERROR(status_);
  for (const auto& [key, value] : object_.items()) {
    if (seen_.count(key) == 0) {
      return InvalidArgument(
          fmt::format("{}.{}: not a known field; it may come from a newer "
                      "version",
                      where_, key));
    }
  }
  return OkStatus();
}

}  // namespace longtake
