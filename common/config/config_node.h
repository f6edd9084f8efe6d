#pragma once
// A YAML document as plain values. Private to common/config.

#include <string>
#include <utility>
#include <vector>

#include "common/status/status.h"

namespace longtake {

struct ConfigNode {
  enum class Kind { kEmpty, kText, kList, kMap };
  Kind kind = Kind::kEmpty;
  int line = 0;  // from 1
  std::string text;
  std::vector<ConfigNode> items;
  std::vector<std::pair<std::string, ConfigNode>> entries;
  std::vector<int> key_lines;  // of entries
  bool used = false;
};

// InvalidArgument "NAME:LINE: …" when `text` is no YAML, holds a key twice or
// is made to grow (aliases).
StatusOr<ConfigNode> ParseYaml(const std::string& text,
                               const std::string& name);

}  // namespace longtake
