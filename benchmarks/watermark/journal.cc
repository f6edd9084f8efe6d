#include "benchmarks/watermark/journal.h"

#include <utility>

namespace longtake::bench {
namespace {

using nlohmann::json;

json Parse(const std::string& line) {
  return json::parse(line, nullptr, /*allow_exceptions=*/false);
}

std::map<std::string, json> RowsOf(const std::string& path,
                                   const json& subject) {
  std::map<std::string, json> rows;
  std::ifstream in(path);
  std::string line;
  if (!std::getline(in, line) || Parse(line) != subject) return rows;
  while (std::getline(in, line)) {
    const json entry = Parse(line);
    if (!entry.is_object() || !entry.contains("key") ||
        !entry["key"].is_string() || !entry.contains("row")) {
      continue;
    }
    rows[entry["key"].get<std::string>()] = entry["row"];
  }
  return rows;
}

void WriteRow(std::ostream& out, const std::string& key, const json& row) {
  out << json{{"key", key}, {"row", row}}.dump() << '\n';
}

}  // namespace

StatusOr<std::unique_ptr<Journal>> Journal::Open(const std::string& path,
                                                 const json& subject) {
  std::unique_ptr<Journal> journal(new Journal(RowsOf(path, subject)));
  // Written anew: what a line that was cut off would join is gone.
  journal->file_.open(path, std::ios::trunc);
  journal->file_ << subject.dump() << '\n';
  for (const auto& [key, row] : journal->rows_) {
    WriteRow(journal->file_, key, row);
  }
  journal->file_.flush();
  if (!journal->file_) return Internal("can't write " + path);
  return journal;
}

const json* Journal::Find(const std::string& key) const {
  const auto it = rows_.find(key);
  return it == rows_.end() ? nullptr : &it->second;
}

Status Journal::Add(const std::string& key, const json& row) {
  WriteRow(file_, key, row);
  file_.flush();
  if (!file_) return Internal("can't write the row " + key);
  rows_[key] = row;
  return OkStatus();
}

}  // namespace longtake::bench
