#pragma once
// What a farm's configuration says of provenance: the section `provenance:` of
// deploy/coordinator.yaml, and the whole of the file that $LONGTAKE_PROVENANCE
// names for `longtake render`.

#include <cstdint>
#include <filesystem>
#include <string>

#include "common/config/config_file.h"
#include "common/job/provenance.h"
#include "common/status/status.h"

namespace longtake {

struct ProvenanceConfig {
  std::string digital_source_type = kDefaultDigitalSourceType;
  std::string watermark_key;  // file; empty = the public key
  uint16_t farm = 0;          // number of the farm in the payload
  bool allow_off = false;     // jobs may ask for none of it
};

// Reads the section over *out; paths are relative to `directory`. What is wrong
// is told by ConfigFile::Finish.
void ReadProvenance(ConfigSection section,
                    const std::filesystem::path& directory,
                    ProvenanceConfig* out);

// A file that holds a `provenance:` section alone.
StatusOr<ProvenanceConfig> LoadProvenanceConfig(const std::string& path);

// What a job of one tenant is given.
struct ProvenanceRule {
  std::string digital_source_type = kDefaultDigitalSourceType;
  std::string key_id = "public";
  uint16_t farm = 0;
  bool allow_off = false;
};

// Reads the key's file for its id. InvalidArgument where that fails.
StatusOr<ProvenanceRule> RuleOf(const ProvenanceConfig& config);

// What the farm makes of what a submitter `asked` for. FailedPrecondition, with
// the remedy, where that is `off` and may not be. Pure.
StatusOr<Provenance> Decide(const ProvenanceRule& rule, uint16_t tenant,
                            const Provenance& asked);

}  // namespace longtake
