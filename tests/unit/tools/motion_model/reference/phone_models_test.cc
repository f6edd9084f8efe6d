#include "tools/motion_model/reference/phone_models.h"

#include <gtest/gtest.h>

#include <cmath>

namespace longtake::reference {
namespace {

std::vector<std::string> Times(int count, const std::string& phone) {
  return std::vector<std::string>(count, phone);
}

std::vector<std::string> Joined(
    std::initializer_list<std::vector<std::string>> lists) {
  std::vector<std::string> all;
  for (const auto& l : lists) all.insert(all.end(), l.begin(), l.end());
  return all;
}

TEST(PhoneInventoryTest, CommonPhonesHaveModelsOfTheirOwn) {
  const PhoneInventory inventory(
      Joined({Times(5, "a"), Times(5, "b"), Times(5, "_")}), 5);
  EXPECT_EQ(inventory.EmissionOf("_"), kSilenceEmission);
  EXPECT_EQ(inventory.EmissionOf("a"), 1);
  EXPECT_EQ(inventory.EmissionOf("b"), 1 + kStatesPerPhone);
  EXPECT_EQ(inventory.emissions(), 1 + 2 * kStatesPerPhone);
}

TEST(PhoneInventoryTest, ARarePhoneTakesTheModelOfItsCommonBase) {
  const PhoneInventory inventory(
      Joined({Times(5, "t"), Times(1, "tʲ"), Times(9, "_")}), 5);
  EXPECT_EQ(inventory.EmissionOf("tʲ"), inventory.EmissionOf("t"));
}

TEST(PhoneInventoryTest, RarePhonesOfOneVisemeShareAModel) {
  const PhoneInventory inventory(
      Joined({Times(1, "p"), Times(2, "b"), Times(2, "s"), Times(9, "a")}), 5);
  EXPECT_EQ(inventory.EmissionOf("p"), inventory.EmissionOf("b"));
  EXPECT_NE(inventory.EmissionOf("p"), inventory.EmissionOf("s"));
  EXPECT_EQ(inventory.emissions(), 1 + 3 * kStatesPerPhone);
}

TEST(PhoneModelsTest, LearnsWhatEachLabelSoundsLikeAndHowLongItStays) {
  // Label 0 is quiet, label 1 loud; 1 stays 20 frames at a time.
  Feature quiet{};
  Feature loud{};
  loud[0] = 5;
  std::vector<Feature> sound;
  Labels labels;
  for (int run = 0; run < 50; ++run) {
    for (int f = 0; f < 30; ++f) {
      const bool is_loud = f >= 10;
      sound.push_back(is_loud ? loud : quiet);
      labels.push_back(is_loud ? 1 : 0);
    }
  }
  PhoneModels models(2);
  models.Learn({&sound, 1}, {&labels, 1}, 1);
  float at_loud = 0;
  float at_quiet = 0;
  models.LogDensities(1, {&loud, 1}, {&at_loud, 1});
  models.LogDensities(1, {&quiet, 1}, {&at_quiet, 1});
  EXPECT_GT(at_loud, at_quiet + 5);
  EXPECT_NEAR(std::exp(models.LogLeave(1)), 1.0 / 20, 0.01);
  EXPECT_NEAR(std::exp(models.LogStay(1)) + std::exp(models.LogLeave(1)), 1,
              1e-6);
}

}  // namespace
}  // namespace longtake::reference
