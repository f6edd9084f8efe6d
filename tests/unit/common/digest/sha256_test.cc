#include "common/digest/sha256.h"

#include <gtest/gtest.h>

#include <fstream>

#include "common/testing/temp_dir.h"

namespace longtake {
namespace {

// FIPS 180-2, appendix B.
TEST(Sha256Test, MatchesThePublishedVectors) {
  EXPECT_EQ(Sha256Hex(""),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Sha256Hex("abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Sha256Hex(std::string(1000000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256Test, PiecesGiveTheSameDigest) {
  Sha256 hash;
  hash.Update("a");
  hash.Update("");
  hash.Update("bc");
  EXPECT_EQ(hash.Hex(), Sha256Hex("abc"));
}

TEST(Sha256Test, FilesLargerThanTheBufferAreHashedWhole) {
  const TempDir dir;
  const std::string bytes((2 << 20) + 17, 'x');
  std::ofstream(dir.Join("f"), std::ios::binary) << bytes;
  const StatusOr<std::string> digest = Sha256OfFile(dir.Join("f"));
  ASSERT_TRUE(digest.ok());
  EXPECT_EQ(*digest, Sha256Hex(bytes));
}

TEST(Sha256Test, MissingFileIsNotFoundByName) {
  const TempDir dir;
  const Status status = Sha256OfFile(dir.Join("none")).status();
  EXPECT_EQ(status.code(), StatusCode::kNotFound);
  EXPECT_NE(Message(status).find("none"), std::string::npos);
}

TEST(Sha256Test, DirectoryIsAnError) {
  const TempDir dir;
  EXPECT_FALSE(Sha256OfFile(dir.path()).ok());
}

TEST(Sha256Test, OnlyLowerCaseHexOfFullLengthIsADigest) {
  EXPECT_TRUE(IsSha256Hex(std::string(64, 'f')));
  EXPECT_FALSE(IsSha256Hex(std::string(64, 'F')));
  EXPECT_FALSE(IsSha256Hex(std::string(63, 'f')));
  EXPECT_FALSE(IsSha256Hex(std::string(65, 'f')));
  EXPECT_FALSE(IsSha256Hex("../" + std::string(61, 'f')));
  EXPECT_FALSE(IsSha256Hex(""));
}

}  // namespace
}  // namespace longtake
