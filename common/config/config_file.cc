#include "common/config/config_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>

#include "common/config/byte_size.h"
#include "common/config/config_node.h"

namespace longtake {

using Kind = ConfigNode::Kind;

struct ConfigErrors {
  std::string file;
  Status first;
};

namespace {

StatusOr<std::string> ReadText(const std::string& path) {
  FILE* file = std::fopen(path.c_str(), "rbe");
  if (file == nullptr) {
    return InvalidArgument(
        fmt::format("{}: can't be read: {}", path, std::strerror(errno)));
  }
  std::string text(static_cast<size_t>(kMaxConfigBytes) + 1, '\0');
  const size_t n = std::fread(text.data(), 1, text.size(), file);
  const bool failed = std::ferror(file) != 0;
  const int error = errno;
  (void)std::fclose(file);
  if (failed) {
    return InvalidArgument(
        fmt::format("{}: can't be read: {}", path, std::strerror(error)));
  }
  if (n > static_cast<size_t>(kMaxConfigBytes)) {
    return InvalidArgument(
        fmt::format("{}: larger than {} KiB", path, kMaxConfigBytes >> 10));
  }
  text.resize(n);
  return text;
}

// "FILE:LINE: path is unknown" for the first key below `node` that was not
// asked for.
Status FindUnused(const std::string& file, const ConfigNode& node,
                  const std::string& path) {
  for (const auto& [key, line, value] : node.entries) {
    if (!value.used) {
      return InvalidArgument(fmt::format("{}:{}: {}{} is no setting", file,
                                         line, OneLine(path), OneLine(key)));
    }
    LT_RETURN_IF_ERROR(FindUnused(file, value, path + key + "."));
  }
  for (size_t i = 0; i < node.items.size(); ++i) {
    std::string item = path;
    if (!item.empty()) item.pop_back();
    LT_RETURN_IF_ERROR(
        FindUnused(file, node.items[i], fmt::format("{}[{}].", item, i)));
  }
  return OkStatus();
}

bool ParseWholeNumber(const std::string& text, int64_t* out) {
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, *out);
  return error == std::errc() && stop == end && !text.empty();
}

}  // namespace

ConfigSection::ConfigSection(std::shared_ptr<ConfigErrors> errors,
                             ConfigNode* node, std::string path)
    : errors_(std::move(errors)), node_(node), path_(std::move(path)) {}

std::string ConfigSection::NameOf(const std::string& key) const {
  return path_ + key;
}

void ConfigSection::Refuse(const ConfigNode& node, const std::string& key,
                           const std::string& problem) {
  if (!errors_->first.ok()) return;
  errors_->first =
      InvalidArgument(fmt::format("{}:{}: {} {}", errors_->file, node.line,
                                  OneLine(NameOf(key)), OneLine(problem)));
}

void ConfigSection::Refuse(const std::string& key, const std::string& problem) {
  ConfigNode nowhere;
  nowhere.line = 1;
  const ConfigNode* place = node_ == nullptr ? &nowhere : node_;
  if (node_ != nullptr) {
    const ConfigNode::Entry* entry = FindEntry(*node_, key);
    if (entry != nullptr) place = &entry->value;
  }
  Refuse(*place, key, problem);
}

bool ConfigSection::Has(const std::string& key) const {
  return node_ != nullptr && FindEntry(*node_, key) != nullptr;
}

ConfigNode* ConfigSection::Take(const std::string& key) {
  if (node_ == nullptr) return nullptr;
  for (auto& [name, line, value] : node_->entries) {
    if (name != key) continue;
    value.used = true;
    if (value.kind != Kind::kEmpty) return &value;
    Refuse(value, key, "has no value: give one, or remove the line");
    return nullptr;
  }
  return nullptr;
}

ConfigNode* ConfigSection::TakeText(const std::string& key) {
  ConfigNode* value = Take(key);
  if (value == nullptr || value->kind == Kind::kText) return value;
  Refuse(*value, key, "is no text");
  return nullptr;
}

void ConfigSection::Text(const std::string& key, std::string* out) {
  if (const ConfigNode* value = TakeText(key)) *out = value->text;
}

void ConfigSection::Flag(const std::string& key, bool* out) {
  const ConfigNode* value = TakeText(key);
  if (value == nullptr) return;
  if (value->text == "true" || value->text == "false") {
    *out = value->text == "true";
  } else {
    Refuse(*value, key, "must be true or false");
  }
}

void ConfigSection::Whole(const std::string& key, int64_t min, int64_t max,
                          int64_t* out) {
  const ConfigNode* value = TakeText(key);
  if (value == nullptr) return;
  int64_t number = 0;
  if (ParseWholeNumber(value->text, &number) && number >= min &&
      number <= max) {
    *out = number;
  } else {
    Refuse(*value, key, fmt::format("must be {} to {}", min, max));
  }
}

void ConfigSection::Duration(const std::string& key, absl::Duration* out) {
  const ConfigNode* value = TakeText(key);
  if (value == nullptr) return;
  absl::Duration parsed;
  if (absl::ParseDuration(value->text, &parsed) &&
      parsed >= absl::ZeroDuration() && parsed < absl::InfiniteDuration()) {
    *out = parsed;
  } else {
    Refuse(*value, key, "must be a time with its unit: 250ms, 30s, 5m or 1h");
  }
}

void ConfigSection::Bytes(const std::string& key, int64_t* out) {
  const ConfigNode* value = TakeText(key);
  if (value == nullptr) return;
  const StatusOr<int64_t> parsed = ParseByteSize(value->text);
  if (parsed.ok()) {
    *out = *parsed;
  } else {
    Refuse(*value, key, fmt::format("must be {}", kByteSizeForm));
  }
}

void ConfigSection::Words(const std::string& key,
                          std::vector<std::string>* out) {
  ConfigNode* value = Take(key);
  if (value == nullptr) return;
  if (value->kind != Kind::kList) {
    Refuse(*value, key, "must be a list: [a, b]");
    return;
  }
  out->clear();
  for (ConfigNode& item : value->items) {
    item.used = true;
    if (item.kind != Kind::kText) {
      Refuse(item, key, "must be a list of words");
      return;
    }
    out->push_back(item.text);
  }
}

ConfigSection ConfigSection::Section(const std::string& key) {
  ConfigNode* value = Take(key);
  if (value != nullptr && value->kind != Kind::kMap) {
    Refuse(*value, key, "must hold settings of its own, each on a line");
    value = nullptr;
  }
  return ConfigSection(errors_, value, NameOf(key) + ".");
}

std::vector<ConfigSection> ConfigSection::Sections(const std::string& key) {
  std::vector<ConfigSection> sections;
  ConfigNode* value = Take(key);
  if (value == nullptr) return sections;
  if (value->kind != Kind::kList) {
    Refuse(*value, key, "must be a list, each entry beginning with '- '");
    return sections;
  }
  for (size_t i = 0; i < value->items.size(); ++i) {
    ConfigNode& item = value->items[i];
    item.used = true;
    if (item.kind != Kind::kMap) {
      Refuse(item, fmt::format("{}[{}]", key, i), "must hold settings");
      return sections;
    }
    sections.emplace_back(errors_, &item,
                          fmt::format("{}[{}].", NameOf(key), i));
  }
  return sections;
}

std::vector<std::pair<std::string, ConfigSection>> ConfigSection::Named(
    const std::string& key) {
  std::vector<std::pair<std::string, ConfigSection>> named;
  ConfigSection all = Section(key);
  if (all.node_ == nullptr) return named;
  for (const ConfigNode::Entry& entry : all.node_->entries) {
    named.emplace_back(entry.key, all.Section(entry.key));
  }
  return named;
}

ConfigFile::ConfigFile() = default;
ConfigFile::~ConfigFile() = default;
ConfigFile::ConfigFile(ConfigFile&&) noexcept = default;
ConfigFile& ConfigFile::operator=(ConfigFile&&) noexcept = default;

StatusOr<ConfigFile> ConfigFile::Load(const std::string& path) {
  LT_ASSIGN_OR_RETURN(const std::string text, ReadText(path));
  return Parse(text, path);
}

StatusOr<ConfigFile> ConfigFile::Parse(const std::string& text,
                                       const std::string& name) {
  LT_ASSIGN_OR_RETURN(ConfigNode node, ParseYaml(text, name));
  if (node.kind != Kind::kMap && node.kind != Kind::kEmpty) {
    return InvalidArgument(fmt::format(
        "{}:{}: must hold settings, one 'key: value' a line", name, node.line));
  }
  ConfigFile file;
  file.errors_ = std::make_shared<ConfigErrors>();
  file.errors_->file = name;
  file.node_ = std::make_unique<ConfigNode>(std::move(node));
  return file;
}

ConfigSection ConfigFile::root() {
  return ConfigSection(errors_, node_.get(), "");
}

Status ConfigFile::Finish() {
  LT_RETURN_IF_ERROR(errors_->first);
  return FindUnused(errors_->file, *node_, "");
}

}  // namespace longtake
