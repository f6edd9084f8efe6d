#include "client/batch/yaml_tree.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

namespace longtake::client {
namespace {

// More than any batch has; aliases of aliases could make billions.
constexpr int kMaxNodes = 500000;
constexpr int kMaxDepth = 16;

class Converter {
 public:
  explicit Converter(const std::string& name) : name_(name) {}

  StatusOr<YamlNode> Convert(const YAML::Node& node, int depth) {
    if (++nodes_ > kMaxNodes || depth > kMaxDepth) {
      return InvalidArgument(
          fmt::format("{}: too large or nested too deeply", name_));
    }
    YamlNode out;
    out.line = node.Mark().line + 1;
    if (node.IsScalar()) {
      out.kind = YamlNode::Kind::kText;
      out.text = node.Scalar();
    } else if (node.IsSequence()) {
      out.kind = YamlNode::Kind::kList;
      for (const YAML::Node& item : node) {
        LT_ASSIGN_OR_RETURN(out.items.emplace_back(), Convert(item, depth + 1));
      }
    } else if (node.IsMap()) {
      out.kind = YamlNode::Kind::kMap;
      LT_RETURN_IF_ERROR(ConvertMap(node, depth, &out));
    }
    return out;
  }

 private:
  Status ConvertMap(const YAML::Node& node, int depth, YamlNode* out) {
    for (const auto& entry : node) {
      const int line = entry.first.Mark().line + 1;
      if (!entry.first.IsScalar()) {
        return InvalidArgument(
            fmt::format("{}:{}: a key must be a word", name_, line));
      }
      const std::string& key = entry.first.Scalar();
      if (FindEntry(*out, key) != nullptr) {
        return InvalidArgument(
            fmt::format("{}:{}: {} is there twice", name_, line, key));
      }
      LT_ASSIGN_OR_RETURN(YamlNode value, Convert(entry.second, depth + 1));
      // The mark of an empty value is nowhere; an alias's is elsewhere.
      value.line = line > value.line ? line : value.line;
      out->entries.push_back({key, line, std::move(value)});
    }
    return OkStatus();
  }

  const std::string& name_;
  int nodes_ = 0;
};

}  // namespace

const YamlNode::Entry* FindEntry(const YamlNode& map, const std::string& key) {
  for (const YamlNode::Entry& entry : map.entries) {
    if (entry.key == key) return &entry;
  }
  return nullptr;
}

StatusOr<YamlNode> ParseYamlTree(const std::string& text,
                                 const std::string& name) {
  try {
    const std::vector<YAML::Node> documents = YAML::LoadAll(text);
    if (documents.empty()) return YamlNode{};
    if (documents.size() > 1) {
      return InvalidArgument(fmt::format(
          "{}: holds {} documents; one is needed", name, documents.size()));
    }
    return Converter(name).Convert(documents[0], 0);
  } catch (const YAML::Exception& e) {
    return InvalidArgument(
        fmt::format("{}:{}: no YAML: {}", name, e.mark.line + 1, e.msg));
  }
}

}  // namespace longtake::client
