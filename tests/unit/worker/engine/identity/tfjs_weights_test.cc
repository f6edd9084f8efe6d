#include "worker/engine/identity/tfjs_weights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "tests/unit/worker/engine/identity/pictures.h"

namespace longtake::worker {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kManifest = R"([{"paths": ["x.bin"], "weights": [
  {"name": "q", "shape": [2, 2], "dtype": "float32",
   "quantization": {"dtype": "uint8", "scale": 0.5, "min": -1}},
  {"name": "w", "shape": [1], "dtype": "float32",
   "quantization": {"dtype": "uint16", "scale": 2, "min": 0.25}},
  {"name": "f", "shape": [2], "dtype": "float32"}]}])";

std::string Shards() {
  std::string bytes("\x00\x01\x02\xff\x01\x02", 6);
  const float floats[] = {1.5f, -3.f};
  bytes.append(reinterpret_cast<const char*>(floats), sizeof floats);
  return bytes;
}

TEST(TfjsWeightsTest, QuantisedValuesAreScaledAndShifted) {
  auto weights = DecodeTfjsWeights(kManifest, Shards());
  ASSERT_TRUE(weights.ok()) << weights.status();
  EXPECT_THAT(weights->at("q").values, ElementsAre(-1.f, -0.5f, 0.f, 126.5f));
  EXPECT_THAT(weights->at("q").shape, ElementsAre(2, 2));
  EXPECT_THAT(weights->at("w").values, ElementsAre(513 * 2 + 0.25f));
  EXPECT_THAT(weights->at("f").values, ElementsAre(1.5f, -3.f));
}

TEST(TfjsWeightsTest, ShardsThatDisagreeWithTheManifestAreDataLoss) {
  const std::string good = Shards();
  auto shorter = DecodeTfjsWeights(kManifest, good.substr(0, 13));
  EXPECT_EQ(shorter.status().code(), StatusCode::kDataLoss);
  EXPECT_THAT(Message(shorter.status()), HasSubstr("tensor f"));
  EXPECT_THAT(Message(DecodeTfjsWeights(kManifest, good + "x").status()),
              HasSubstr("1 bytes after the last tensor"));
}

TEST(TfjsWeightsTest, MalformedManifestsAreDataLoss) {
  auto one = [](const std::string& entry) {
    return DecodeTfjsWeights(R"([{"paths":[],"weights":[)" + entry + "]}]", "")
        .status()
        .code();
  };
  for (const char* bad : {"", "{}", "[1]", R"([{"weights":[]}])",
                          R"([{"paths":{},"weights":[]}])"}) {
    EXPECT_EQ(DecodeTfjsWeights(bad, "").status().code(), StatusCode::kDataLoss)
        << bad;
  }
  for (const char* bad :
       {"1", "{}", R"({"name":"a","dtype":"float32"})",
        R"({"name":"a","dtype":"int32","shape":[1]})",
        R"({"name":"a","dtype":"float32","shape":[-1]})",
        R"({"name":"a","dtype":"float32","shape":[99999999,99999999]})",
        R"({"name":"a","dtype":"float32","shape":[1],"quantization":1})",
        R"({"name":"a","dtype":"float32","shape":[1],
            "quantization":{"dtype":"uint4","scale":1,"min":0}})"}) {
    EXPECT_EQ(one(bad), StatusCode::kDataLoss) << bad;
  }
}

TEST(TfjsWeightsTest, MissingModelSaysHowToInstallIt) {
  auto weights = LoadTfjsWeights("/nonexistent", "tiny_face_detector_model");
  EXPECT_EQ(weights.status().code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(Message(weights.status()), HasSubstr("./dev setup"));
}

TEST(TfjsWeightsTest, InstalledModelsLoadWhole) {
  auto weights = LoadTfjsWeights(ModelDir(), "face_landmark_68_model");
  ASSERT_TRUE(weights.ok()) << weights.status();
  EXPECT_EQ(weights->size(), 49u);
  EXPECT_THAT(weights->at("fc/weights").shape, ElementsAre(256, 136));
  EXPECT_EQ(weights->at("fc/weights").values.size(), 256u * 136u);
}

}  // namespace
}  // namespace longtake::worker
