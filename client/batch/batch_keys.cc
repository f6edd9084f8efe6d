#include "client/batch/batch_keys.h"

#include "client/cli/dial_flags.h"

namespace longtake::client {

const std::vector<std::string>& BatchKeys() {
  static const auto& keys =
      *new std::vector<std::string>{"batch", "tenant", "defaults", "jobs"};
  return keys;
}

const std::vector<std::string>& JobKeys() {
  static const auto& keys = *[] {
    auto* list = new std::vector<std::string>{
        "name",   "portrait", "face",   "audio",    "motion", "output",
        "size",   "fps",      "crf",    "preset",   "seed",   "engine",
        "labels", "controls", "tenant", "priority", "needs"};
    list->insert(list->end(), {"segment_seconds", "support_needs", "provenance",
                               "in", "out"});
    list->insert(list->end(), DialNames().begin(), DialNames().end());
    list->insert(list->end(), GuideRoles().begin(), GuideRoles().end());
    return list;
  }();
  return keys;
}

}  // namespace longtake::client
