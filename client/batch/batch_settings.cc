#include "client/batch/batch_settings.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <system_error>

#include "common/config/byte_size.h"

namespace longtake::client {
namespace {

using Kind = ConfigNode::Kind;

}  // namespace

void CheckKeys(const ConfigNode& map, const std::string& what,
               const std::vector<std::string>& known, Mistakes* mistakes) {
  for (const ConfigNode::Entry& entry : map.entries) {
    if (std::find(known.begin(), known.end(), entry.key) != known.end()) {
      continue;
    }
    mistakes->Add(entry.line,
                  fmt::format("{}: '{}' is not known: give {}", what, entry.key,
                              fmt::join(known, ", ")));
  }
}

BatchSettings::BatchSettings(const ConfigNode& own, const ConfigNode* defaults,
                             Mistakes* mistakes)
    : own_(own), defaults_(defaults), mistakes_(mistakes) {}

const ConfigNode::Entry* BatchSettings::Find(const std::string& key) const {
  const ConfigNode::Entry* entry = FindEntry(own_, key);
  if (entry != nullptr || defaults_ == nullptr) return entry;
  return FindEntry(*defaults_, key);
}

int BatchSettings::LineOf(const std::string& key) const {
  const ConfigNode::Entry* entry = Find(key);
  return entry == nullptr ? 0 : entry->line;
}

std::map<std::string, int> BatchSettings::Lines() const {
  std::map<std::string, int> lines;
  for (const ConfigNode::Entry& entry : own_.entries) {
    lines.emplace(entry.key, entry.line);
  }
  if (defaults_ == nullptr) return lines;
  for (const ConfigNode::Entry& entry : defaults_->entries) {
    lines.emplace(entry.key, entry.line);
  }
  return lines;
}

void BatchSettings::Text(const std::string& key, std::string* out) const {
  const ConfigNode::Entry* entry = Find(key);
  if (entry == nullptr) return;
  if (entry->value.kind == Kind::kText && !entry->value.text.empty()) {
    *out = entry->value.text;
  } else {
    mistakes_->Add(entry->line, fmt::format("{}: give one word or text", key));
  }
}

void BatchSettings::Texts(const std::string& key,
                          std::vector<std::string>* out) const {
  const ConfigNode::Entry* entry = Find(key);
  if (entry == nullptr) return;
  const ConfigNode& value = entry->value;
  if (value.kind == Kind::kText && !value.text.empty()) {
    *out = {value.text};
    return;
  }
  const bool texts =
      value.kind == Kind::kList && !value.items.empty() &&
      std::all_of(value.items.begin(), value.items.end(),
                  [](const ConfigNode& item) {
                    return item.kind == Kind::kText && !item.text.empty();
                  });
  if (!texts) {
    mistakes_->Add(entry->line,
                   fmt::format("{}: give a text or a list of texts", key));
    return;
  }
  out->clear();
  for (const ConfigNode& item : value.items) out->push_back(item.text);
}

template <typename Int>
void BatchSettings::Whole(const std::string& key, Int least, Int most,
                          Int* out) const {
  const ConfigNode::Entry* entry = Find(key);
  if (entry == nullptr) return;
  const std::string& text = entry->value.text;
  Int number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (entry->value.kind == Kind::kText && error == std::errc() && stop == end &&
      number >= least && number <= most) {
    *out = number;
    return;
  }
  mistakes_->Add(entry->line, fmt::format("{}: '{}' is not a whole number from "
                                          "{} to {}",
                                          key, text, least, most));
}

template void BatchSettings::Whole(const std::string&, int, int, int*) const;
template void BatchSettings::Whole(const std::string&, uint64_t, uint64_t,
                                   uint64_t*) const;

void BatchSettings::PairsOf(const ConfigNode* map, const std::string& key,
                            std::map<std::string, std::string>* out) const {
  const ConfigNode::Entry* entry =
      map == nullptr ? nullptr : FindEntry(*map, key);
  if (entry == nullptr) return;
  if (entry->value.kind != Kind::kMap) {
    mistakes_->Add(entry->line,
                   fmt::format("{}: give 'name: value' pairs", key));
    return;
  }
  for (const ConfigNode::Entry& pair : entry->value.entries) {
    if (pair.value.kind == Kind::kText) {
      (*out)[pair.key] = pair.value.text;
    } else {
      mistakes_->Add(pair.line,
                     fmt::format("{}.{}: give one value", key, pair.key));
    }
  }
}

void BatchSettings::Pairs(const std::string& key,
                          std::map<std::string, std::string>* out) const {
  PairsOf(defaults_, key, out);
  PairsOf(&own_, key, out);
}

void BatchSettings::Needs(const std::string& key, TaskNeeds* out) const {
  const ConfigNode::Entry* entry = Find(key);
  if (entry == nullptr) return;
  if (entry->value.kind != Kind::kMap) {
    mistakes_->Add(entry->line, key + ": give pool, gpu_memory, capabilities");
    return;
  }
  CheckKeys(entry->value, key, {"pool", "gpu_memory", "capabilities"},
            mistakes_);
  const BatchSettings inner(entry->value, nullptr, mistakes_);
  inner.Text("pool", &out->pool);
  std::string memory;
  inner.Text("gpu_memory", &memory);
  if (!memory.empty()) {
    const StatusOr<int64_t> bytes = ParseByteSize(memory);
    mistakes_->AddUnlessOk(inner.LineOf("gpu_memory"), bytes.status());
    out->gpu_memory_bytes = bytes.value_or(0);
  }
  std::vector<std::string> capabilities;
  inner.Texts("capabilities", &capabilities);
  out->capabilities = {capabilities.begin(), capabilities.end()};
}

}  // namespace longtake::client
