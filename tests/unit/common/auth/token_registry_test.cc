#include "common/auth/token_registry.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "common/auth/token.h"
#include "common/testing/temp_dir.h"

namespace longtake {
namespace {

class TokenRegistryTest : public ::testing::Test {
 protected:
  // By rename, as an editor or a secret's mount does it.
  void Write(const std::string& yaml) {
    std::ofstream(path_ + ".new") << yaml;
    std::filesystem::rename(path_ + ".new", path_);
  }
  static std::string Entry(const std::string& name, const std::string& token,
                           const std::string& more = "") {
    return "  - {name: " + name + ", sha256: " + TokenDigest(token) +
           ", roles: [submit], tenant: acme" + more + "}\n";
  }

  const TempDir directory_;
  const std::string path_ = directory_.Join("tokens.yaml");
  const absl::Time now_ = absl::FromUnixSeconds(1800000000);
};

TEST_F(TokenRegistryTest, KnowsItsTokensAndNoOthers) {
  Write("tokens:\n" + Entry("alice", "token of alice") +
        Entry("bob", "token of bob"));
  const auto registry = TokenRegistry::Open(path_);
  ASSERT_TRUE(registry.ok()) << registry.status();
  const auto alice = (*registry)->FindToken("token of alice", now_);
  ASSERT_TRUE(alice.ok()) << alice.status();
  EXPECT_EQ(alice->name, "alice");
  EXPECT_EQ(alice->tenant, "acme");
  EXPECT_EQ((*registry)->FindToken("token of bob", now_)->name, "bob");
  for (const std::string& other :
       {std::string(), std::string("token of alic"),
        std::string("token of alice "), TokenDigest("token of alice")}) {
    const auto unknown = (*registry)->FindToken(other, now_);
    EXPECT_EQ(unknown.status().code(), StatusCode::kUnauthenticated);
  }
}

TEST_F(TokenRegistryTest, ExpiredTokensAreRefusedByName) {
  Write("tokens:\n" +
        Entry("alice", "token of alice", ", expires: 2027-01-15T08:00:00Z"));
  const auto registry = TokenRegistry::Open(path_);
  ASSERT_TRUE(registry.ok()) << registry.status();
  EXPECT_TRUE(
      (*registry)->FindToken("token of alice", now_ - absl::Seconds(1)).ok());
  const auto expired = (*registry)->FindToken("token of alice", now_);
  EXPECT_EQ(expired.status().code(), StatusCode::kUnauthenticated);
  EXPECT_NE(Message(expired.status()).find("alice has expired"),
            std::string::npos);
}

TEST_F(TokenRegistryTest, AChangedFileCountsAtOnceAndABrokenOneNever) {
  Write("tokens:\n" + Entry("alice", "token of alice"));
  const auto registry = TokenRegistry::Open(path_);
  ASSERT_TRUE(registry.ok()) << registry.status();
  Write("tokens:\n" + Entry("bob", "token of bob"));
  (*registry)->ReloadIfChanged();
  EXPECT_FALSE((*registry)->FindToken("token of alice", now_).ok());
  EXPECT_TRUE((*registry)->FindToken("token of bob", now_).ok());
  Write("tokens: [\n");
  (*registry)->ReloadIfChanged();
  EXPECT_TRUE((*registry)->FindToken("token of bob", now_).ok());
  std::filesystem::remove(path_);
  (*registry)->ReloadIfChanged();
  EXPECT_TRUE((*registry)->FindToken("token of bob", now_).ok());
  Write("tokens:\n" + Entry("carol", "token of carol"));
  (*registry)->ReloadIfChanged();
  EXPECT_TRUE((*registry)->FindToken("token of carol", now_).ok());
}

TEST_F(TokenRegistryTest, CertificatesAreFoundByTheirName) {
  Write("certificates:\n  - {common_name: node-1, roles: [worker]}\n");
  const auto registry = TokenRegistry::Open(path_);
  ASSERT_TRUE(registry.ok()) << registry.status();
  const auto node = (*registry)->FindCertificate("node-1");
  ASSERT_TRUE(node.ok()) << node.status();
  EXPECT_EQ(node->name, "cert:node-1");
  EXPECT_TRUE(node->roles.Has(Role::kWorker));
  EXPECT_EQ((*registry)->FindCertificate("node-2").status().code(),
            StatusCode::kUnauthenticated);
}

}  // namespace
}  // namespace longtake
