#include "tools/sheets/label.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace longtake::tools {
namespace {

using worker::Image;

TEST(LabelTest, WritesLettersOfEitherCaseAlike) {
  Image upper(60, kLabelHeight), lower(60, kLabelHeight);
  DrawLabel("AA 1", 0, 0, &upper);
  DrawLabel("aa 1", 0, 0, &lower);
  EXPECT_GT(std::count(upper.rgb.begin(), upper.rgb.end(), 255), 0);
  EXPECT_EQ(upper.rgb, lower.rgb);
}

TEST(LabelTest, LeavesOutWhatLiesOutside) {
  Image image(6, 6);
  DrawLabel("WWW", -4, -4, &image);
  DrawLabel("WWW", 3, 3, &image);
  EXPECT_EQ(image.rgb.size(), size_t{6 * 6 * 3});
}

}  // namespace
}  // namespace longtake::tools
