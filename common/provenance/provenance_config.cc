#include "common/provenance/provenance_config.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <limits>

#include "common/provenance/watermark_key.h"

namespace longtake {

void ReadProvenance(ConfigSection section,
                    const std::filesystem::path& directory,
                    ProvenanceConfig* out) {
  std::string type;
  section.Text("digital_source_type", &type);
  if (IsDigitalSourceType(type)) {
    out->digital_source_type = type;
  } else if (section.Has("digital_source_type")) {
    section.Refuse(
        "digital_source_type",
        fmt::format("must be one of {}", fmt::join(kDigitalSourceTypes, ", ")));
  }
  std::string key;
  section.Text("watermark_key", &key);
  if (!key.empty()) out->watermark_key = (directory / key).string();
  int64_t farm = out->farm;
  section.Whole("farm", 0, std::numeric_limits<uint16_t>::max(), &farm);
  out->farm = static_cast<uint16_t>(farm);
  section.Flag("allow_off", &out->allow_off);
}

StatusOr<ProvenanceConfig> LoadProvenanceConfig(const std::string& path) {
  LT_ASSIGN_OR_RETURN(ConfigFile file, ConfigFile::Load(path));
  ProvenanceConfig config;
  ReadProvenance(file.root().Section("provenance"),
                 std::filesystem::path(path).parent_path(), &config);
  LT_RETURN_IF_ERROR(file.Finish());
  return config;
}

StatusOr<ProvenanceRule> RuleOf(const ProvenanceConfig& config) {
  ProvenanceRule rule;
  rule.digital_source_type = config.digital_source_type;
  rule.farm = config.farm;
  rule.allow_off = config.allow_off;
  if (config.watermark_key.empty()) {
    rule.key_id = kPublicWatermarkKeyId;
  } else {
    LT_ASSIGN_OR_RETURN(const WatermarkKey key,
                        ReadWatermarkKey(config.watermark_key));
    rule.key_id = key.id;
  }
  return rule;
}

StatusOr<Provenance> Decide(const ProvenanceRule& rule, uint16_t tenant,
                            const Provenance& asked) {
  Provenance decided;
  if (asked.off) {
    if (!rule.allow_off) {
      return FailedPrecondition(
          "--no-provenance: this farm marks every take as generated: leave it "
          "out, or have whoever runs the farm set provenance.allow_off");
    }
    decided.off = true;
    return decided;
  }
  decided.digital_source_type = rule.digital_source_type;
  decided.watermark.scheme = kWatermarkScheme;
  decided.watermark.key_id = rule.key_id;
  decided.watermark.payload = WatermarkPayload(rule.farm, tenant);
  return decided;
}

}  // namespace longtake
