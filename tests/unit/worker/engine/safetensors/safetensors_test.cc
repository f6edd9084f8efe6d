#include "worker/engine/safetensors/safetensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <limits>
#include <string>
#include <vector>

namespace longtake::worker {
namespace {

using ::testing::HasSubstr;

std::string Raw(const std::string& header, const std::string& data = "") {
  const uint64_t length = header.size();
  std::string out(reinterpret_cast<const char*>(&length), sizeof length);
  return out + header + data;
}

// Expects `bytes` to be refused with a message that names `fault`.
void ExpectRefused(const std::string& bytes, const std::string& fault) {
  auto parsed = Safetensors::Parse(bytes);
  ASSERT_FALSE(parsed.ok()) << "accepted, wanted: " << fault;
  EXPECT_EQ(parsed.status().code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(Message(parsed.status()), HasSubstr(fault));
}

Safetensors Sample() {
  Safetensors st;
  st.PutFloats("points", std::vector<float>{1.5f, -2.f, 3e-30f, 4.f}, {2, 2});
  st.PutBytes("image", std::vector<uint8_t>{0, 127, 255}, {1, 1, 3});
  st.PutInts("counts", std::vector<int32_t>{-1, 7}, {2});
  st.PutInt64("frames", int64_t{1} << 40);
  st.PutFloat("scale", 0.25f);
  st.PutText("kind", "test \"quoted\" \xC3\xBC");
  return st;
}

TEST(SafetensorsTest, WhatIsWrittenIsReadBack) {
  auto back = Safetensors::Parse(Sample().Serialize());
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(*back, Sample());
  EXPECT_EQ(*back->GetFloats("points", {2, 2}),
            (std::vector<float>{1.5f, -2.f, 3e-30f, 4.f}));
  EXPECT_EQ(*back->GetBytes("image", {-1, -1, 3}),
            (std::vector<uint8_t>{0, 127, 255}));
  EXPECT_EQ(*back->GetInts("counts"), (std::vector<int32_t>{-1, 7}));
  EXPECT_EQ(*back->GetInt64("frames"), int64_t{1} << 40);
  EXPECT_EQ(*back->GetFloat("scale"), 0.25f);
  EXPECT_EQ(*back->GetText("kind"), "test \"quoted\" \xC3\xBC");
  EXPECT_EQ(*back->GetShape("image"), (std::vector<int64_t>{1, 1, 3}));
}

TEST(SafetensorsTest, EmptyContentsAndEmptyTensorsSurvive) {
  Safetensors st;
  EXPECT_EQ(*Safetensors::Parse(st.Serialize()), st);
  st.PutFloats("none", {}, {0, 61});
  st.PutBytes("some", std::vector<uint8_t>{9}, {1});
  auto back = Safetensors::Parse(st.Serialize());
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(*back, st);
}

TEST(SafetensorsTest, BytesDontDependOnTheOrderOfPuts) {
  Safetensors a, b;
  a.PutFloat("x", 1.f);
  a.PutFloat("y", 2.f);
  a.PutText("k", "1");
  a.PutText("l", "2");
  b.PutText("l", "2");
  b.PutText("k", "1");
  b.PutFloat("y", 5.f);
  b.PutFloat("y", 2.f);
  b.PutFloat("x", 1.f);
  EXPECT_EQ(a.Serialize(), b.Serialize());
  EXPECT_NE(a.Serialize(), Sample().Serialize());
}

TEST(SafetensorsTest, BytesAreTheDocumentedLayout) {
  Safetensors st;
  st.PutBytes("a", std::vector<uint8_t>{'A'}, {1});
  st.PutInts("b", std::vector<int32_t>{0x44434241}, {1});
  std::string header =
      R"({"a":{"data_offsets":[4,5],"dtype":"U8","shape":[1]},)"
      R"("b":{"data_offsets":[0,4],"dtype":"I32","shape":[1]}})";
  header.resize((header.size() + 7) / 8 * 8, ' ');
  EXPECT_EQ(st.Serialize(), Raw(header, "ABCDA"));
}

TEST(SafetensorsTest, ReadsOtherWritersOrderAndDtypes) {
  auto st = Safetensors::Parse(
      Raw(R"({"h":{"dtype":"F16","shape":[2],"data_offsets":[0,4]},)"
          R"("__metadata__":{"format":"pt"},)"
          R"("b":{"dtype":"BOOL","shape":[],"data_offsets":[4,5]}}   )",
          "abcde"));
  ASSERT_TRUE(st.ok()) << st.status();
  EXPECT_EQ(st->tensors().at("h").dtype, DType::kF16);
  EXPECT_EQ(st->tensors().at("h").bytes, "abcd");
  EXPECT_EQ(st->tensors().at("b").bytes, "e");
  EXPECT_EQ(*st->GetText("format"), "pt");
}

TEST(SafetensorsTest, GettersNameWhatIsWrong) {
  const Safetensors st = Sample();
  EXPECT_THAT(Message(st.GetFloats("lips").status()),
              HasSubstr("\"lips\" is missing"));
  EXPECT_THAT(Message(st.GetFloats("image").status()),
              HasSubstr("dtype U8, need F32"));
  EXPECT_THAT(Message(st.GetFloats("points", {4}).status()),
              HasSubstr("shape [2, 2], need [4]"));
  EXPECT_THAT(Message(st.GetText("who").status()),
              HasSubstr("\"who\" is missing"));
  EXPECT_FALSE(st.GetFloat("points").ok());
}

TEST(SafetensorsHostileTest, EveryTruncationIsRefused) {
  const std::string good = Sample().Serialize();
  for (size_t n = 0; n < good.size(); ++n) {
    EXPECT_FALSE(Safetensors::Parse(good.substr(0, n)).ok()) << n;
  }
  ExpectRefused(good + "x", "after the last tensor");
}

TEST(SafetensorsHostileTest, EverySingleByteChangeIsRefusedOrParses) {
  const std::string good = Sample().Serialize();
  int accepted = 0;
  for (size_t n = 0; n < good.size(); ++n) {
    for (int bit : {0, 3, 6, 7}) {
      std::string bad = good;
      bad[n] = static_cast<char>(bad[n] ^ (1 << bit));
      auto parsed = Safetensors::Parse(bad);
      if (!parsed.ok()) continue;
      ++accepted;
      // What is accepted is well formed: it survives another round.
      auto again = Safetensors::Parse(parsed->Serialize());
      ASSERT_TRUE(again.ok()) << n << ": " << again.status();
      EXPECT_EQ(*again, *parsed);
    }
  }
  EXPECT_GT(accepted, 0);  // values and names may differ
}

TEST(SafetensorsHostileTest, HeaderLengthsThatLieAreRefused) {
  ExpectRefused("", "too short");
  ExpectRefused("1234567", "too short");
  ExpectRefused(std::string(8, '\xff'), "header of 18446744073709551615");
  std::string long_header(8 + 4, '\0');
  long_header[0] = 5;
  ExpectRefused(long_header, "header of 5 bytes, at most 4");
  ExpectRefused(Raw(std::string(kSafetensorsMaxHeaderBytes + 1, ' ')),
                "header of");
}

TEST(SafetensorsHostileTest, MalformedHeadersAreRefused) {
  ExpectRefused(Raw("[]"), "isn't a JSON object");
  ExpectRefused(Raw("{"), "isn't a JSON object");
  ExpectRefused(Raw("{} {}"), "isn't a JSON object");
  ExpectRefused(Raw("{\"\xff\":1}"), "isn't a JSON object");
  ExpectRefused(Raw(R"({"a":1})"), "needs exactly");
  ExpectRefused(Raw(R"({"a":{"dtype":"U8","shape":[0]}})"), "needs exactly");
  ExpectRefused(
      Raw(R"({"a":{"dtype":"U8","shape":[],"data_offsets":[0,1],"x":1}})", "A"),
      "needs exactly");
  ExpectRefused(Raw(R"({"__metadata__":{"a":1}})"), "holds no text");
  ExpectRefused(Raw(R"({"__metadata__":[]})"), "isn't an object");
  ExpectRefused(Raw(R"({"a":{"dtype":"U8","shape":[],"data_offsets":[0,1]},)"
                    R"("a":{"dtype":"I8","shape":[],"data_offsets":[0,1]}})",
                    "A"),
                "repeated");
  ExpectRefused(Raw(R"({"__metadata__":{"a":"1","a":"2"}})"), "repeated");
  ExpectRefused(Raw("{\"a\":" + std::string(100000, '[') +
                    std::string(100000, ']') + "}"),
                "nested too deeply");
}

std::string One(const std::string& dtype, const std::string& shape,
                const std::string& offsets, const std::string& data) {
  return Raw("{\"a\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape +
                 ",\"data_offsets\":" + offsets + "}}",
             data);
}

TEST(SafetensorsHostileTest, ShapesAndOffsetsThatLieAreRefused) {
  ASSERT_TRUE(Safetensors::Parse(One("U8", "[1]", "[0,1]", "A")).ok());
  ExpectRefused(One("F8", "[1]", "[0,1]", "A"), "dtype \"F8\" is unknown");
  ExpectRefused(One("F32", "[1]", "[0,1]", "A"), "its shape needs 4");
  ExpectRefused(One("U8", "[-1]", "[0,1]", "A"), "no size");
  ExpectRefused(One("U8", "[1.0]", "[0,1]", "A"), "no size");
  ExpectRefused(One("U8", "[\"1\"]", "[0,1]", "A"), "no size");
  ExpectRefused(One("U8", "[18446744073709551615]", "[0,1]", "A"), "no size");
  ExpectRefused(One("U8", "1", "[0,1]", "A"), "list of at most");
  ExpectRefused(One("U8", "[1,1,1,1,1,1,1,1,1]", "[0,1]", "A"),
                "list of at most 8");
  // The product wraps round to 0 in 64 bits.
  ExpectRefused(One("U8", "[4294967296,4294967296]", "[0,0]", ""), "no size");
  ExpectRefused(One("F64", "[2305843009213693952]", "[0,0]", ""), "no size");
  ExpectRefused(One("U8", "[1]", "[0,2]", "A"), "don't lie in the 1 bytes");
  ExpectRefused(One("U8", "[1]", "[1,0]", "A"), "don't lie");
  ExpectRefused(One("U8", "[1]", "[0]", "A"), "don't lie");
  ExpectRefused(One("U8", "[1]", "[0,1,2]", "A"), "don't lie");
  ExpectRefused(One("U8", "[1]", "[1,2]", "AB"), "leaves a hole");
  ExpectRefused(One("U8", "[1]", "[0,1]", "AB"), "1 bytes after the last");
}

TEST(SafetensorsHostileTest, OverlappingTensorsAreRefused) {
  ExpectRefused(Raw(R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},)"
                    R"("b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}})",
                    "ABC"),
                "\"b\": overlaps another tensor");
  ExpectRefused(Raw(R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},)"
                    R"("b":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}})",
                    "AB"),
                "overlaps");
}

TEST(SafetensorsDeathTest, PutWithAWrongShapeAborts) {
  Safetensors st;
  EXPECT_DEATH(st.PutFloats("p", std::vector<float>{1.f}, {2}),
               "don't fill shape");
}

}  // namespace
}  // namespace longtake::worker
