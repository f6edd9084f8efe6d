#pragma once
// A YAML document as plain values that know their lines. No exception leaves
// the .cc.

#include <string>
#include <utility>
#include <vector>

#include "common/status/status.h"

namespace longtake::client {

struct YamlNode {
  enum class Kind { kEmpty, kText, kList, kMap };
  struct Entry;

  Kind kind = Kind::kEmpty;
  int line = 0;  // from 1
  std::string text;
  std::vector<YamlNode> items;
  std::vector<Entry> entries;  // of a map, in the file's order
};

struct YamlNode::Entry {
  std::string key;
  int line = 0;  // of the key
  YamlNode value;
};

// Null when `map` has no such key.
const YamlNode::Entry* FindEntry(const YamlNode& map, const std::string& key);

// InvalidArgument "NAME:LINE: …" when `text` is no YAML, more than one
// document, holds a key twice, or grows too large (aliases).
StatusOr<YamlNode> ParseYamlTree(const std::string& text,
                                 const std::string& name);

}  // namespace longtake::client
