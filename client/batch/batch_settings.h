#pragma once
// The settings of one job in a batch: its own, else the defaults'. Private to
// client/batch.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "client/batch/mistakes.h"
#include "common/config/config_node.h"
#include "common/job/job.h"

namespace longtake::client {

// A reader leaves *out as it is when the key is absent or wrong; what is wrong
// is added to the mistakes. Thread-compatible.
class BatchSettings {
 public:
  // Both maps and `mistakes` outlive this; `defaults` may be null.
  BatchSettings(const ConfigNode& own, const ConfigNode* defaults,
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
  const ConfigNode::Entry* Find(const std::string& key) const;
  void PairsOf(const ConfigNode* map, const std::string& key,
               std::map<std::string, std::string>* out) const;

  const ConfigNode& own_;
  const ConfigNode* defaults_;
  Mistakes* mistakes_;
};

// Adds a mistake for each key of `map` that is not one of `known`; `what` names
// the map.
void CheckKeys(const ConfigNode& map, const std::string& what,
               const std::vector<std::string>& known, Mistakes* mistakes);

}  // namespace longtake::client
