#include "common/config/config_node.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <set>
#include <sstream>
#include <utility>

namespace longtake {
namespace {

// More than any file has; aliases of aliases could make billions.
constexpr int kMaxNodes = 500000;
constexpr int kMaxDepth = 32;

class Converter {
 public:
  explicit Converter(const std::string& name) : name_(name) {}

  StatusOr<ConfigNode> Convert(const YAML::Node& node, int depth) {
    if (++nodes_ > kMaxNodes || depth > kMaxDepth) {
      return InvalidArgument(
          fmt::format("{}: too large or nested too deeply", name_));
    }
    ConfigNode out;
    out.line = node.Mark().line + 1;
    if (node.IsScalar()) {
      out.kind = ConfigNode::Kind::kText;
      out.text = node.Scalar();
    } else if (node.IsSequence()) {
      out.kind = ConfigNode::Kind::kList;
      for (const YAML::Node& item : node) {
        LT_ASSIGN_OR_RETURN(out.items.emplace_back(), Convert(item, depth + 1));
      }
    } else if (node.IsMap()) {
      out.kind = ConfigNode::Kind::kMap;
      LT_RETURN_IF_ERROR(ConvertMap(node, depth, &out));
    }
    return out;
  }

 private:
  Status ConvertMap(const YAML::Node& node, int depth, ConfigNode* out) {
    std::set<std::string> known;
    for (const auto& entry : node) {
      const int line = entry.first.Mark().line + 1;
      if (!entry.first.IsScalar()) {
        return InvalidArgument(
            fmt::format("{}:{}: a key must be a word", name_, line));
      }
      const std::string& key = entry.first.Scalar();
      if (!known.insert(key).second) {
        return InvalidArgument(
            fmt::format("{}:{}: {} is there twice", name_, line, OneLine(key)));
      }
      LT_ASSIGN_OR_RETURN(ConfigNode value, Convert(entry.second, depth + 1));
      // The mark of an empty value is that of what follows; an alias's is its
      // anchor's.
      if (value.kind == ConfigNode::Kind::kEmpty || value.line < line) {
        value.line = line;
      }
      out->entries.push_back({key, line, std::move(value)});
    }
    return OkStatus();
  }

  const std::string& name_;
  int nodes_ = 0;
};

class NoEvents : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t,
                const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}
};

// 0, 1, or 2 for more. yaml-cpp 0.7 finds documents without end in what begins
// with ",", ":" and the like: YAML::LoadAll would collect them all.
int CountDocuments(const std::string& text) {
  std::istringstream in(text);
  YAML::Parser parser(in);
  NoEvents events;
  int documents = 0;
  while (documents < 2 && parser.HandleNextDocument(events)) ++documents;
  return documents;
}

}  // namespace

std::string OneLine(std::string text) {
  for (char& c : text) {
    const unsigned char byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) c = '?';
  }
  return text;
}

const ConfigNode::Entry* FindEntry(const ConfigNode& map,
                                   const std::string& key) {
  for (const ConfigNode::Entry& entry : map.entries) {
    if (entry.key == key) return &entry;
  }
  return nullptr;
}

StatusOr<ConfigNode> ParseYaml(const std::string& text,
                               const std::string& name) {
  try {
    const int documents = CountDocuments(text);
    if (documents == 0) return ConfigNode{};
    if (documents > 1) {
      return InvalidArgument(fmt::format(
          "{}: holds more than one document, or begins with what is no YAML: "
          "one document is needed",
          name));
    }
    return Converter(name).Convert(YAML::Load(text), 0);
  } catch (const YAML::Exception& e) {
    return InvalidArgument(fmt::format("{}:{}: no YAML: {}", name,
                                       e.mark.line + 1, OneLine(e.msg)));
  }
}

}  // namespace longtake
