#pragma once
// The settings of one job in a batch: its own, else the defaults'. Private to
// client/batch.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "client/batch/mistakes.h"
#include "client/batch/yaml_tree.h"
#include "common/job/job.h"

namespace longtake::client {

// A reader leaves *out as it is when the key is absent or wrong; what is wrong
// is added to the mistakes. Thread-compatible.
class BatchSettings {
 public:
  // Both maps and `mistakes` outlive this; `defaults` may be null.
  BatchSettings(const YamlNode& own, const YamlNode* defaults,
                Mistakes* mistakes);

  // The setting's line; 0 when there is none.
  int LineOf(const std::string& key) const;
  std::map<std::string, int> Lines() const;

  // Any scalar that is not empty.
  void Text(const std::string& key, std::string* out) const;
  // A scalar or a list of scalars.
  void Texts(const std::string& key, std::vector<std::string>* out) const;
  template <typename Int>
  void Whole(const std::string& key, Int least, Int most, Int* out) const;
  // A map of scalars: the defaults', changed by the job's own.
  void Pairs(const std::string& key,
             std::map<std::string, std::string>* out) const;
  // {pool, gpu_memory, capabilities}; a job's own replace the defaults' whole.
  void Needs(const std::string& key, TaskNeeds* out) const;

 private:
  const YamlNode::Entry* Find(const std::string& key) const;
  void PairsOf(const YamlNode* map, const std::string& key,
               std::map<std::string, std::string>* out) const;

  const YamlNode& own_;
  const YamlNode* defaults_;
  Mistakes* mistakes_;
};

// Adds a mistake for each key of `map` that is not one of `known`; `what` names
// the map.
void CheckKeys(const YamlNode& map, const std::string& what,
               const std::vector<std::string>& known, Mistakes* mistakes);

}  // namespace longtake::client
