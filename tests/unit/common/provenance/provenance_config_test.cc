#include "common/provenance/provenance_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "common/provenance/watermark_key.h"
#include "common/testing/temp_dir.h"

namespace longtake {
namespace {

using ::testing::HasSubstr;

class ProvenanceConfigTest : public ::testing::Test {
 protected:
  StatusOr<ProvenanceConfig> Load(const std::string& yaml) {
    const std::string path = directory_.Join("farm.yaml");
    std::ofstream(path) << yaml;
    return LoadProvenanceConfig(path);
  }
  const TempDir directory_;
};

TEST_F(ProvenanceConfigTest, WithoutASectionEverythingIsOn) {
  const auto config = Load("{}");
  ASSERT_TRUE(config.ok()) << config.status();
  const auto rule = RuleOf(*config);
  ASSERT_TRUE(rule.ok());
  const auto decided = Decide(*rule, 0, {});
  ASSERT_TRUE(decided.ok());
  EXPECT_EQ(decided->digital_source_type, "trainedAlgorithmicMedia");
  EXPECT_EQ(decided->watermark, (WatermarkSpec{kWatermarkScheme, "public", 0}));
  EXPECT_FALSE(decided->off);
}

TEST_F(ProvenanceConfigTest, TheSectionSaysTypeKeyAndFarm) {
  std::ofstream(directory_.Join("farm.key")) << std::string(64, '7');
  const auto config = Load(
      "provenance:\n"
      "  digital_source_type: compositeWithTrainedAlgorithmicMedia\n"
      "  watermark_key: farm.key\n"
      "  farm: 513\n"
      "  allow_off: true\n");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->watermark_key, directory_.Join("farm.key"));
  const auto rule = RuleOf(*config);
  ASSERT_TRUE(rule.ok()) << rule.status();
  const auto decided = Decide(*rule, 7, {});
  ASSERT_TRUE(decided.ok());
  EXPECT_EQ(decided->digital_source_type,
            "compositeWithTrainedAlgorithmicMedia");
  EXPECT_EQ(decided->watermark.key_id,
            ReadWatermarkKey(config->watermark_key)->id);
  EXPECT_EQ(FarmOf(decided->watermark.payload), 513);
  EXPECT_EQ(TenantOf(decided->watermark.payload), 7);
}

TEST_F(ProvenanceConfigTest, OffOnlyWhereItIsAllowed) {
  Provenance asked;
  asked.off = true;
  ProvenanceRule rule;
  const auto refused = Decide(rule, 0, asked);
  EXPECT_EQ(refused.status().code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(Message(refused.status()), HasSubstr("allow_off"));
  rule.allow_off = true;
  const auto off = Decide(rule, 0, asked);
  ASSERT_TRUE(off.ok());
  EXPECT_TRUE(off->off);
  EXPECT_TRUE(off->digital_source_type.empty());
  EXPECT_TRUE(off->watermark.empty());
}

// Else a tenant could write another's number.
TEST_F(ProvenanceConfigTest, WhatASubmitterFillsInBesidesIsNotUsed) {
  Provenance asked;
  asked.digital_source_type = "algorithmicMedia";
  asked.watermark = {1, "public", WatermarkPayload(3, 4)};
  ProvenanceRule rule;
  rule.farm = 9;
  const auto decided = Decide(rule, 1, asked);
  ASSERT_TRUE(decided.ok());
  EXPECT_EQ(decided->digital_source_type, kDefaultDigitalSourceType);
  EXPECT_EQ(decided->watermark.payload, WatermarkPayload(9, 1));
}

TEST_F(ProvenanceConfigTest, MistakesAreToldWithTheirLine) {
  for (const auto& [yaml, told] :
       std::vector<std::pair<std::string, std::string>>{
           {"provenance:\n  digital_source_type: photo\n", "farm.yaml:2"},
           {"provenance:\n  farm: 65536\n", "65535"},
           {"provenance:\n  allow_off: maybe\n", "allow_off"},
           {"provenance:\n  watermark: x\n", "watermark"},
           {"listen: 1\n", "listen"}}) {
    const auto config = Load(yaml);
    EXPECT_EQ(config.status().code(), StatusCode::kInvalidArgument) << yaml;
    EXPECT_THAT(Message(config.status()), HasSubstr(told));
  }
  ProvenanceConfig config;
  config.watermark_key = directory_.Join("absent.key");
  EXPECT_EQ(RuleOf(config).status().code(), StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace longtake
