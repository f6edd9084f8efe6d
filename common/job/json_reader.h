#pragma once
// Strict reading of one JSON object. The first wrong field wins: later reads
// return empty values, and Finish tells what was wrong. Private to common/job.

#include <cstdint>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "common/artifact/blob_ref.h"
#include "common/media_time/media_time.h"
#include "common/status/status.h"

namespace longtake {

// Text -> JSON; InvalidArgument when it isn't JSON or not an object.
StatusOr<nlohmann::json> ParseJsonObject(const std::string& text,
                                         const std::string& what);

// One thread only. `object` is borrowed and outlives the reader.
class JsonReader {
 public:
  JsonReader(const nlohmann::json& object, std::string where);

  bool Has(const char* key) const { return object_.contains(key); }
  std::vector<std::string> Keys() const;  // none of what is no object
  std::string String(const char* key);
  bool Bool(const char* key);
  double Number(const char* key);  // finite
  int64_t Int(const char* key, int64_t min, int64_t max);
  int64_t Count(const char* key) { return Int(key, 0, INT64_MAX); }
  uint64_t Unsigned(const char* key);
  std::string Digest(const char* key);  // never empty
  BlobRef Blob(const char* key);        // null = the empty blob
  FrameRate Rate(const char* key);
  FrameRange Range(const char* key);
  std::map<std::string, std::string> Strings(const char* key);
  std::vector<std::string> StringList(const char* key);
  std::vector<std::string> DigestList(const char* key);
  std::vector<int> IndexList(const char* key);
  std::vector<FrameRange> RangeList(const char* key);

  // Reads a nested object, or each object of an array.
  using Read = std::function<Status(JsonReader&)>;
  void Object(const char* key, const Read& read);
  void Objects(const char* key, const Read& read);

  void Fail(const char* key, const std::string& problem);
  // OK when all was right and no field was left over.
  Status Finish() const;

 private:
  // The value of `key`, or nullptr after a failure.
  const nlohmann::json* Find(const char* key);
  // The list at `key`, or an empty one after a failure.
  const nlohmann::json& List(const char* key);

  const nlohmann::json& object_;
  const std::string where_;
  std::set<std::string> seen_;
  Status status_;
};

}  // namespace longtake
