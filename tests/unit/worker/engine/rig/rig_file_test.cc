#include "worker/engine/rig/rig_file.h"

#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/worker/engine/rig/drawn_face.h"
#include "worker/engine/rig/fit.h"

namespace longtake::worker {
namespace {

using testing::HasSubstr;

class RigFileTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    DrawnFace face;
    face.width = 180;
    face.height = 160;
    face.iod_px = 26;
    face.origin_x = 86.3;
    face.origin_y = 63.7;
    face.gap = DrawnGap::kTeeth;
    StatusOr<FaceRig> rig = FitRig(face.Draw(), face.Landmarks(), 1.7f);
    ASSERT_TRUE(rig.ok()) << rig.status();
    rig_ = new FaceRig(*std::move(rig));
  }
  static void TearDownTestSuite() {
    delete rig_;
    rig_ = nullptr;
  }

  static Safetensors File() {
    Safetensors file;
    AddRig(*rig_, &file);
    return file;
  }
  static std::string Refusal(const Safetensors& file) {
    const StatusOr<FaceRig> rig = ParseRig(file.Serialize());
    EXPECT_EQ(rig.status().code(), StatusCode::kInvalidArgument);
    return Message(rig.status());
  }

  static FaceRig* rig_;
};
FaceRig* RigFileTest::rig_ = nullptr;

void ExpectSame(const Plane& a, const Plane& b) {
  EXPECT_EQ(a.width, b.width);
  EXPECT_EQ(a.height, b.height);
  EXPECT_EQ(a.channels, b.channels);
  EXPECT_EQ(a.data, b.data);
}

TEST_F(RigFileTest, ParsingGivesBackEveryBit) {
  const std::string bytes = SerializeRig(*rig_);
  const StatusOr<FaceRig> parsed = ParseRig(bytes);
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  const FaceRig &a = *rig_, &b = *parsed;
  EXPECT_EQ(a.width, b.width);
  EXPECT_EQ(a.height, b.height);
  EXPECT_EQ(a.source_scale, b.source_scale);
  EXPECT_EQ(a.origin_px.x, b.origin_px.x);
  EXPECT_EQ(a.softness_px, b.softness_px);
  EXPECT_EQ(a.upper_edge, b.upper_edge);
  EXPECT_EQ(a.lower_edge, b.lower_edge);
  EXPECT_TRUE(a.shows_teeth);
  EXPECT_TRUE(b.shows_teeth);
  ExpectSame(a.phi_upper, b.phi_upper);
  ExpectSame(a.phi_lower, b.phi_lower);
  ExpectSame(a.gap_alpha, b.gap_alpha);
  ExpectSame(a.gap_texture, b.gap_texture);
  ExpectSame(a.depth, b.depth);
  ExpectSame(a.head_mask, b.head_mask);
  ExpectSame(a.expression_mask, b.expression_mask);
  ExpectSame(a.image, b.image);
  ExpectSame(a.alpha, b.alpha);
  ExpectSame(a.plate, b.plate);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(a.eyes[i].x0, b.eyes[i].x0);
    EXPECT_EQ(a.eyes[i].upper, b.eyes[i].upper);
    EXPECT_EQ(a.eyes[i].iris.y, b.eyes[i].iris.y);
    ExpectSame(a.eyes[i].sclera, b.eyes[i].sclera);
    ExpectSame(a.eyes[i].iris_texture, b.eyes[i].iris_texture);
  }
  EXPECT_EQ(a.teeth, b.teeth);
  ASSERT_EQ(a.handles.still.size(), b.handles.still.size());
  EXPECT_EQ(a.handles.still[30].y, b.handles.still[30].y);
  EXPECT_EQ(SerializeRig(b), bytes);
}

TEST_F(RigFileTest, ReadsARigAmongOtherTensors) {
  Safetensors file = File();
  file.PutFloat("descriptor", 1);
  EXPECT_TRUE(ReadRig(file).ok());
  EXPECT_THAT(Refusal(file), HasSubstr("descriptor"));
}

TEST_F(RigFileTest, RefusesEveryTruncation) {
  const std::string bytes = SerializeRig(*rig_);
  for (size_t n = 0; n < bytes.size(); n += 1 + bytes.size() / 50) {
    EXPECT_EQ(ParseRig(std::string_view(bytes).substr(0, n)).status().code(),
              StatusCode::kInvalidArgument);
  }
  EXPECT_FALSE(ParseRig(bytes + "x").ok());
}

TEST_F(RigFileTest, RefusesAnyMissingTensorByName) {
  const Safetensors whole = File();
  for (const auto& [missing, unused] : whole.tensors()) {
    Safetensors file;
    file.PutText("rig_version", kRigVersion);
    for (const auto& [name, tensor] : whole.tensors()) {
      if (name != missing) file.Put(name, tensor);
    }
    EXPECT_THAT(Message(ReadRig(file).status()), HasSubstr(missing));
  }
}

TEST_F(RigFileTest, RefusesAnotherVersionAndUnknownTensors) {
  Safetensors file = File();
  file.PutFloat("rig.eyebrows", 1);
  EXPECT_THAT(Refusal(file), HasSubstr("rig.eyebrows"));
  file = File();
  file.PutText("rig_version", "2");
  EXPECT_THAT(Refusal(file), HasSubstr("version \"2\""));
}

TEST_F(RigFileTest, RefusesShapesThatDisagreeWithTheSize) {
  Safetensors file = File();
  const int32_t size[] = {rig_->height, rig_->width + 2};
  file.PutInts("rig.size", size, {2});
  EXPECT_THAT(Refusal(file), HasSubstr("rig.phi_upper"));
  const int32_t huge[] = {1 << 20, 1 << 20};
  file.PutInts("rig.size", huge, {2});
  EXPECT_THAT(Refusal(file), HasSubstr("rig.size"));
  file = File();
  const int32_t empty[] = {10, 10, 10, 50};
  file.PutInts("rig.eyes.1.box", empty, {4});
  EXPECT_THAT(Refusal(file), HasSubstr("rig.eyes.1.box"));
}

TEST_F(RigFileTest, RefusesValuesThatNothingCanBeDrawnWith) {
  Safetensors file = File();
  file.PutFloat("rig.iod_px", 0);
  EXPECT_THAT(Refusal(file), HasSubstr("rig.iod_px"));
  file = File();
  file.PutFloat("rig.chin_y", std::numeric_limits<float>::infinity());
  EXPECT_THAT(Refusal(file), HasSubstr("rig.chin_y"));
  file = File();
  NamedTensor depth = file.tensors().at("rig.depth");
  depth.bytes[0] = 0x00;
  depth.bytes[1] = 0x7e;  // a half-precision NaN
  file.Put("rig.depth", depth);
  EXPECT_THAT(Refusal(file), HasSubstr("rig.depth"));
}

}  // namespace
}  // namespace longtake::worker
