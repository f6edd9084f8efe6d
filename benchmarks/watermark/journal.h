#pragma once
// Rows of figures on disk as they are measured, so that a run of an hour that
// was interrupted goes on where it was.
//
// A file of JSON lines: the first says what is measured with what, the others
// are {"key": …, "row": …}. A line that is cut off is measured again.

#include <fstream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "common/status/status.h"

namespace longtake::bench {

// One thread only.
class Journal {
 public:
  // The rows at `path`, where they were measured with `subject`; else none, and
  // the file begins anew. Internal: it can't be written.
  static StatusOr<std::unique_ptr<Journal>> Open(const std::string& path,
                                                 const nlohmann::json& subject);

  // Null where `key` was not measured. Borrowed until the next Add.
  const nlohmann::json* Find(const std::string& key) const;
  Status Add(const std::string& key, const nlohmann::json& row);
  size_t rows() const { return rows_.size(); }

 private:
  explicit Journal(std::map<std::string, nlohmann::json> rows)
      : rows_(std::move(rows)) {}

  std::map<std::string, nlohmann::json> rows_;
  std::ofstream file_;
};

}  // namespace longtake::bench
