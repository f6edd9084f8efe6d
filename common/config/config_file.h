#pragma once
// Strict reading of a YAML file into structs. Every error is one line that
// begins with "FILE:LINE: "; a key that nobody asked for is an error, so that a
// mistyped setting is never silently ignored. No exception leaves this folder.
//
//   LT_ASSIGN_OR_RETURN(ConfigFile file, ConfigFile::Load("coordinator.yaml"));
//   file.root().Text("listen", &config.listen);
//   file.root().Section("tls").Text("cert", &config.tls.cert);
//   LT_RETURN_IF_ERROR(file.Finish());

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "common/status/status.h"

namespace longtake {

inline constexpr int64_t kMaxConfigBytes = 1 << 20;

struct ConfigNode;
struct ConfigErrors;

// One mapping of the file. A reader leaves *out as it is when the key is absent
// or wrong; the first thing that is wrong is what ConfigFile::Finish returns.
// Copies share the file's state; thread-compatible.
class ConfigSection {
 public:
  ConfigSection(std::shared_ptr<ConfigErrors> errors, ConfigNode* node,
                std::string path);

  bool Has(const std::string& key) const;
  // Any scalar, as it is written.
  void Text(const std::string& key, std::string* out);
  // true or false.
  void Flag(const std::string& key, bool* out);
  // min to max.
  void Whole(const std::string& key, int64_t min, int64_t max, int64_t* out);
  // "250ms", "30s", "5m", "1h30m"; 0 or more.
  void Duration(const std::string& key, absl::Duration* out);
  // As ParseByteSize reads it.
  void Bytes(const std::string& key, int64_t* out);
  // A list of scalars.
  void Words(const std::string& key, std::vector<std::string>* out);
  // A mapping; an empty section when absent.
  ConfigSection Section(const std::string& key);
  // A list of mappings.
  std::vector<ConfigSection> Sections(const std::string& key);
  // A mapping from names of the user's to mappings.
  std::vector<std::pair<std::string, ConfigSection>> Named(
      const std::string& key);
  // The value of `key` (or, when absent, this section) can't be: `problem`
  // follows the key's name, "must be …".
  void Refuse(const std::string& key, const std::string& problem);

 private:
  ConfigNode* Take(const std::string& key);
  ConfigNode* TakeText(const std::string& key);
  std::string NameOf(const std::string& key) const;
  void Refuse(const ConfigNode& node, const std::string& key,
              const std::string& problem);

  std::shared_ptr<ConfigErrors> errors_;
  ConfigNode* node_;  // null: absent
  std::string path_;  // "" or "tls."
};

// A parsed file. Movable; thread-compatible.
class ConfigFile {
 public:
  // InvalidArgument: can't be read, too large, no YAML, no mapping.
  static StatusOr<ConfigFile> Load(const std::string& path);
  // The text of a file; `name` is what messages call it.
  static StatusOr<ConfigFile> Parse(const std::string& text,
                                    const std::string& name);
  ~ConfigFile();
  ConfigFile(ConfigFile&&) noexcept;
  ConfigFile& operator=(ConfigFile&&) noexcept;

  ConfigSection root();
  // Once, after all was read: the first error, or the first key that nobody
  // asked for.
  Status Finish();

 private:
  ConfigFile();
  std::shared_ptr<ConfigErrors> errors_;
  std::unique_ptr<ConfigNode> node_;
};

}  // namespace longtake
