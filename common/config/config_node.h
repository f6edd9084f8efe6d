#pragma once
// A YAML document as plain values that know their lines, for readers that
// ConfigFile is too narrow for. No exception leaves the .cc.

#include <string>
#include <vector>

#include "common/status/status.h"

namespace longtake {

struct ConfigNode {
  enum class Kind { kEmpty, kText, kList, kMap };
  struct Entry;

  Kind kind = Kind::kEmpty;
  int line = 0;  // from 1
  std::string text;
  std::vector<ConfigNode> items;
  std::vector<Entry> entries;  // of a map, in the file's order
  bool used = false;           // ConfigFile's: somebody asked for it
};

struct ConfigNode::Entry {
  std::string key;
  int line = 0;  // of the key
  ConfigNode value;
};

// Fit for a message of one line: control characters, which quoted keys may
// hold, become '?'.
std::string OneLine(std::string text);

// Null when `map` has no such key.
const ConfigNode::Entry* FindEntry(const ConfigNode& map,
                                   const std::string& key);

// InvalidArgument "NAME:LINE: …" when `text` is no YAML, more than one
// document, holds a key twice, or is made to grow (aliases).
StatusOr<ConfigNode> ParseYaml(const std::string& text,
                               const std::string& name);

}  // namespace longtake
