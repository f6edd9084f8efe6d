#include "common/config/config_file.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "common/config/config_node.h"
#include "common/testing/temp_dir.h"

namespace longtake {
namespace {

struct Values {
  std::string text = "as it was";
  bool flag = false;
  int64_t whole = 7;
  absl::Duration wait = absl::Seconds(1);
  int64_t bytes = 1;
  std::vector<std::string> words;
  std::string cert;
};

StatusOr<Values> Read(const std::string& yaml) {
  LT_ASSIGN_OR_RETURN(ConfigFile file, ConfigFile::Parse(yaml, "c.yaml"));
  Values values;
  ConfigSection root = file.root();
  root.Text("text", &values.text);
  root.Flag("flag", &values.flag);
  root.Whole("whole", 1, 100, &values.whole);
  root.Duration("wait", &values.wait);
  root.Bytes("bytes", &values.bytes);
  root.Words("words", &values.words);
  root.Section("tls").Text("cert", &values.cert);
  LT_RETURN_IF_ERROR(file.Finish());
  return values;
}

std::string ErrorOf(const std::string& yaml) {
  const auto values = Read(yaml);
  EXPECT_EQ(values.status().code(), StatusCode::kInvalidArgument);
  return Message(values.status());
}

TEST(ConfigFileTest, ReadsEachKindOfValue) {
  const auto values = Read(
      "# a comment\n"
      "text: 127.0.0.1:7400\n"
      "flag: true\n"
      "whole: 42\n"
      "wait: 1h30m\n"
      "bytes: 20GiB\n"
      "words: [a, b]\n"
      "tls:\n  cert: /x.pem\n");
  ASSERT_TRUE(values.ok()) << values.status();
  EXPECT_EQ(values->text, "127.0.0.1:7400");
  EXPECT_TRUE(values->flag);
  EXPECT_EQ(values->whole, 42);
  EXPECT_EQ(values->wait, absl::Minutes(90));
  EXPECT_EQ(values->bytes, int64_t{20} << 30);
  EXPECT_EQ(values->words, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(values->cert, "/x.pem");
}

TEST(ConfigFileTest, AbsentKeysLeaveTheDefaults) {
  const auto values = Read("");
  ASSERT_TRUE(values.ok()) << values.status();
  EXPECT_EQ(values->text, "as it was");
  EXPECT_EQ(values->whole, 7);
}

TEST(ConfigFileTest, UnknownKeysAreNamedWithTheirLine) {
  EXPECT_EQ(ErrorOf("text: a\nlisten: b\n"), "c.yaml:2: listen is no setting");
  EXPECT_EQ(ErrorOf("tls:\n  cert: a\n  kex: b\n"),
            "c.yaml:3: tls.kex is no setting");
}

TEST(ConfigFileTest, WrongTypesSayWhatIsNeededAndWhere) {
  EXPECT_EQ(ErrorOf("tls:\n  cert:\n    - a\n"),
            "c.yaml:3: tls.cert is no text");
  EXPECT_EQ(ErrorOf("\nflag: maybe\n"), "c.yaml:2: flag must be true or false");
  EXPECT_EQ(ErrorOf("whole: 101\n"), "c.yaml:1: whole must be 1 to 100");
  EXPECT_EQ(ErrorOf("whole: 3x\n"), "c.yaml:1: whole must be 1 to 100");
  EXPECT_EQ(ErrorOf("wait: 30\n"),
            "c.yaml:1: wait must be a time with its unit: 250ms, 30s, 5m or "
            "1h");
  EXPECT_EQ(ErrorOf("wait: -3s\n"),
            "c.yaml:1: wait must be a time with its unit: 250ms, 30s, 5m or "
            "1h");
  EXPECT_EQ(ErrorOf("bytes: 20 gigabytes\n"),
            "c.yaml:1: bytes must be a whole number and a unit: 512MiB, 20GiB "
            "or 2TB");
  EXPECT_EQ(ErrorOf("words: a\n"), "c.yaml:1: words must be a list: [a, b]");
  EXPECT_EQ(ErrorOf("tls: yes\n"),
            "c.yaml:1: tls must hold settings of its own, each on a line");
  EXPECT_EQ(ErrorOf("text:\n"),
            "c.yaml:1: text has no value: give one, or remove the line");
}

TEST(ConfigFileTest, BrokenYamlAndDoubleKeysAreRefused) {
  EXPECT_EQ(ErrorOf("text: a\ntext: b\n"), "c.yaml:2: text is there twice");
  EXPECT_NE(ErrorOf("text: [a\n").find("c.yaml:"), std::string::npos);
  EXPECT_NE(ErrorOf("- a\n").find("must hold settings"), std::string::npos);
  EXPECT_NE(ErrorOf("text: a\n---\ntext: b\n").find("more than one document"),
            std::string::npos);
}

// yaml-cpp 0.7 finds documents without end in these.
TEST(ConfigFileTest, DocumentsWithoutEndAreRefusedAtOnce) {
  for (const char* text : {",r", ",", "]", ",toke\\s:\xD6[]"}) {
    EXPECT_EQ(ParseYaml(text, "c.yaml").status().code(),
              StatusCode::kInvalidArgument)
        << text;
  }
}

TEST(ConfigFileTest, KeysOfTwoLinesAreShownInOne) {
  EXPECT_EQ(ErrorOf("\"a\\nb\": c\n"), "c.yaml:1: a?b is no setting");
}

TEST(ConfigFileTest, AliasesThatMultiplyAreRefusedQuickly) {
  std::ostringstream bomb;
  bomb << "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    bomb << "a" << i << ": &a" << i << " [";
    for (int k = 0; k < 10; ++k) bomb << (k > 0 ? ", *a" : "*a") << i - 1;
    bomb << "]\n";
  }
  EXPECT_NE(ErrorOf(bomb.str()).find("too large"), std::string::npos);
}

TEST(ConfigFileTest, AFileThatIsNotThereIsNamed) {
  const TempDir directory;
  const auto file = ConfigFile::Load(directory.Join("none.yaml"));
  EXPECT_EQ(file.status().code(), StatusCode::kInvalidArgument);
  EXPECT_NE(Message(file.status()).find("none.yaml: can't be read"),
            std::string::npos);
}

TEST(ConfigFileTest, ListsOfMappingsAndNamedMappings) {
  auto file = ConfigFile::Parse(
      "list:\n  - text: a\n  - text: b\n"
      "tenants:\n  acme:\n    text: c\n",
      "c.yaml");
  ASSERT_TRUE(file.ok()) << file.status();
  std::string all;
  for (ConfigSection section : file->root().Sections("list")) {
    std::string text;
    section.Text("text", &text);
    all += text;
  }
  for (auto& [name, section] : file->root().Named("tenants")) {
    std::string text;
    section.Text("text", &text);
    all += name + text;
  }
  EXPECT_EQ(all, "abacmec");
  EXPECT_TRUE(file->Finish().ok());
}

}  // namespace
}  // namespace longtake
