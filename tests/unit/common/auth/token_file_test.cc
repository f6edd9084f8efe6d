#include "common/auth/token_file.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "common/auth/names.h"
#include "common/auth/token.h"
#include "common/testing/temp_dir.h"

namespace longtake {
namespace {

class TokenFileTest : public ::testing::Test {
 protected:
  StatusOr<TokenFile> Load(const std::string& yaml) {
    std::ofstream(path_) << yaml;
    return LoadTokenFile(path_);
  }
  std::string ErrorOf(const std::string& yaml) {
    const auto file = Load(yaml);
    EXPECT_EQ(file.status().code(), StatusCode::kInvalidArgument);
    std::string text = Message(file.status());
    EXPECT_TRUE(text.starts_with(path_)) << text;
    return text.substr(std::min(text.size(), path_.size()));
  }

  const TempDir directory_;
  const std::string path_ = directory_.Join("tokens.yaml");
  const std::string digest_ = TokenDigest("a secret of some length");
};

TEST_F(TokenFileTest, ReadsTokensAndCertificates) {
  const auto file = Load("tokens:\n  - name: alice\n    sha256: " + digest_ +
                         "\n    tenant: acme\n    roles: [submit, operate]\n"
                         "    expires: 2027-01-31T00:00:00Z\n"
                         "certificates:\n  - common_name: node-1\n"
                         "    roles: [worker]\n");
  ASSERT_TRUE(file.ok()) << file.status();
  ASSERT_EQ(file->tokens.size(), 1u);
  EXPECT_EQ(file->tokens[0].name, "alice");
  EXPECT_EQ(file->tokens[0].tenant, "acme");
  EXPECT_TRUE(file->tokens[0].roles.Has(Role::kSubmit));
  EXPECT_TRUE(file->tokens[0].roles.Has(Role::kOperate));
  EXPECT_FALSE(file->tokens[0].roles.Has(Role::kWorker));
  EXPECT_LT(file->tokens[0].expires, absl::InfiniteFuture());
  ASSERT_EQ(file->certificates.size(), 1u);
  EXPECT_TRUE(file->certificates[0].roles.Has(Role::kWorker));
}

TEST_F(TokenFileTest, WhatTokenNewPrintsIsReadBack) {
  TokenEntry entry;
  entry.name = "alice";
  entry.sha256 = digest_;
  entry.tenant = "acme";
  entry.roles = Role::kSubmit;
  ASSERT_TRUE(absl::ParseTime(absl::RFC3339_full, "2030-05-06T07:08:09Z",
                              &entry.expires, nullptr));
  const auto file = Load("tokens:\n" + TokenEntryYaml(entry));
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(file->tokens[0].sha256, digest_);
  EXPECT_EQ(file->tokens[0].expires, entry.expires);
  EXPECT_EQ(file->tokens[0].roles, entry.roles);
}

TEST_F(TokenFileTest, EachMistakeIsOneLineWithItsPlace) {
  const std::string head =
      "tokens:\n  - name: a\n    sha256: " + digest_ + "\n";
  EXPECT_EQ(ErrorOf(head),
            ":2: tokens[0].roles can't be: roles are needed: "
            "submit, operate, worker");
  EXPECT_EQ(ErrorOf(head + "    roles: [admin]\n"),
            ":4: tokens[0].roles must be of submit, operate, worker");
  EXPECT_EQ(ErrorOf(head + "    roles: [submit]\n"),
            ":4: tokens[0].roles can't be: the role submit needs a tenant");
  EXPECT_EQ(ErrorOf(head + "    roles: [worker]\n    tenant: acme\n"),
            ":5: tokens[0].tenant can't be: operators and workers serve all "
            "tenants; give no tenant");
  EXPECT_EQ(ErrorOf(head + "    roles: [submit]\n    tenant: ../x\n"),
            ":5: tokens[0].tenant can't be: tenant '../x': use a-z 0-9 _ -, at "
            "most 64 characters");
  EXPECT_EQ(ErrorOf(head + "    roles: [worker]\n    expires: tomorrow\n"),
            ":5: tokens[0].expires must be a time like 2027-01-31T00:00:00Z");
  EXPECT_EQ(ErrorOf(head + "    roles: [worker]\n    token: oops\n"),
            ":5: tokens[0].token is no setting");
  EXPECT_EQ(ErrorOf(head + "    roles: [worker]\n  - name: b\n    sha256: " +
                    digest_ + "\n    roles: [worker]\n"),
            ":6: tokens[1].sha256 is another token's already");
  EXPECT_EQ(ErrorOf("tokens: []\n"),
            ": names nobody: add what longtake token new prints");
}

TEST(TokenTest, NewTokensAreLongDifferentAndClean) {
  const auto a = NewToken();
  const auto b = NewToken();
  ASSERT_TRUE(a.ok() && b.ok());
  EXPECT_NE(*a, *b);
  EXPECT_EQ(a->size(), 67u);
  EXPECT_EQ(*CleanToken("  " + *a + "\n", "test"), *a);
}

TEST(TokenTest, WhatIsNoTokenIsRefusedWithoutShowingIt) {
  for (const std::string bad :
       {"", " \n", "short", "a token with spaces in it",
        "line one\nline two xx", "control\x01 characters......"}) {
    const auto token = CleanToken(bad, "the file t");
    ASSERT_FALSE(token.ok()) << bad;
    EXPECT_TRUE(bad.size() < 5 ||
                Message(token.status()).find(bad) == std::string::npos);
  }
  EXPECT_FALSE(CleanToken(std::string(kMaxTokenBytes + 1, 'a'), "t").ok());
}

TEST(NamesTest, NamesFromOutsideHaveNarrowAlphabets) {
  EXPECT_TRUE(IsTenantName("acme-film_2"));
  for (const char* bad : {"", "Acme", "a/b", "..", "a b", "a\n", "\xC3\xA4"}) {
    EXPECT_FALSE(IsTenantName(bad)) << bad;
  }
  EXPECT_FALSE(IsTenantName(std::string(65, 'a')));
  EXPECT_TRUE(IsWorkerId("gpu-7.example-4711"));
  for (const char* bad : {"", "a b", "a\x1b[31m", "a/../b", "a\tb"}) {
    EXPECT_FALSE(IsWorkerId(bad)) << bad;
  }
  EXPECT_FALSE(IsWorkerId(std::string(kMaxWorkerIdBytes + 1, 'a')));
}

TEST(NamesTest, PrintableShowsNoControlCharacterAndEnds) {
  EXPECT_EQ(Printable("a\x1b[31m\n"), "a\\x1b[31m\\x0a");
  EXPECT_LT(Printable(std::string(100000, 'x')).size(), 300u);
}

TEST(NamesTest, TextOfOthersKeepsItsLettersAndNoControls) {
  EXPECT_EQ(WithoutControls("f\xC3\xBCnf\x1b[2J\nB\xC2\x9b", 100),
            "f\xC3\xBCnf [2J B ");
  EXPECT_EQ(WithoutControls("ab\xC3\xBC", 3), "ab");
  EXPECT_EQ(WithoutControls(std::string(5000, 'x'), 100).size(), 100u);
}

}  // namespace
}  // namespace longtake
