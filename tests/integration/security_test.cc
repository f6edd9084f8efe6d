// A farm with TLS, client certificates and tokens as real processes on
// loopback, logging all it can: it works, and no output holds a secret.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "common/auth/token.h"
#include "common/testing/temp_dir.h"
#include "tests/support/certificates.h"
#include "tests/support/process.h"
#include "tests/unit/worker/media/media_fixtures.h"
#include "worker/media/image_file.h"

namespace longtake {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kCoordinator[] = LONGTAKE_BIN_DIR "/longtake-coordinator";
constexpr char kLongtake[] = LONGTAKE_BIN_DIR "/longtake";
constexpr char kWorker[] = LONGTAKE_TESTS_DIR "/longtake-test-worker";

class SecurityTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ::unsetenv("LONGTAKE_TOKEN");
    ::unsetenv("LONGTAKE_FARM");
    std::string entries = "tokens:\n";
    for (const auto& [name, rights] :
         {std::pair("alice", "tenant: acme, roles: [submit]"),
          std::pair("bob", "tenant: other, roles: [submit]"),
          std::pair("nodes", "roles: [worker]"),
          std::pair("operator", "roles: [operate]")}) {
      const std::string token = *NewToken();
      secrets_.push_back(token);
      std::ofstream(TokenFile(name)) << token << "\n";
      entries += fmt::format("  - {{name: {}, sha256: {}, {}}}\n", name,
                             TokenDigest(token), rights);
    }
    entries += "certificates:\n  - {common_name: node-9, roles: [worker]}\n";
    std::ofstream(directory_.Join("tokens.yaml")) << entries;
    std::ofstream(directory_.Join("coordinator.yaml"))
        << "listen: 127.0.0.1:0\nartifacts: store\nlog_level: debug\n"
        << "tokens: tokens.yaml\ntls:\n  cert: server.crt\n  key: server.key\n"
        << "  client_ca: ca.crt\n";
  }

  std::string TokenFile(const std::string& name) {
    return directory_.Join(name + ".token");
  }

  void StartCoordinator() {
    coordinator_ = std::make_unique<Process>(
        std::vector<std::string>{kCoordinator, "--config",
                                 directory_.Join("coordinator.yaml")},
        directory_.Join("coordinator"));
    address_ = coordinator_->AwaitLine("listening on ");
    ASSERT_FALSE(address_.empty()) << coordinator_->Err();
  }

  std::vector<std::string> Secured(std::vector<std::string> argv,
                                   const std::string& caller) {
    argv.insert(argv.end(), {"--tls-ca", ca_.cert(), "--log-level", "debug"});
    if (!caller.empty()) {
      argv.insert(argv.end(), {"--token-file", TokenFile(caller)});
    }
    return argv;
  }

  std::unique_ptr<Process> StartWorker(const std::string& id,
                                       const std::string& caller,
                                       std::vector<std::string> more = {}) {
    std::vector<std::string> argv = {kWorker,
                                     "--coordinator",
                                     address_,
                                     "--artifacts",
                                     directory_.Join("store"),
                                     "--slots",
                                     "1",
                                     "--worker-id",
                                     id};
    argv.insert(argv.end(), more.begin(), more.end());
    return std::make_unique<Process>(Secured(std::move(argv), caller),
                                     directory_.Join(id));
  }

  ProcessResult Longtake(const std::string& caller,
                         std::vector<std::string> args) {
    args.insert(args.begin(), kLongtake);
    args.insert(args.end(), {"--farm", address_});
    ProcessResult result =
        RunProcess(Secured(std::move(args), caller),
                   directory_.Join(fmt::format("command-{}", ++commands_)));
    return result;
  }

  ProcessResult Submit(const std::string& caller, const std::string& output) {
    return Longtake(
        caller, {"submit", "--portrait", directory_.Join("me.png"), "--audio",
                 directory_.Join("talk.wav"), "--engine", "synthetic", "--size",
                 "64", "--wait", "-o", output});
  }

  // Every file that a process wrote for people.
  void ExpectNoSecrets() {
    int files = 0;
    for (const auto& entry :
         std::filesystem::directory_iterator(directory_.path())) {
      const std::string name = entry.path().string();
      if (!name.ends_with(".out") && !name.ends_with(".err")) continue;
      ++files;
      std::ifstream file(name);
      const std::string text((std::istreambuf_iterator<char>(file)), {});
      for (const std::string& secret : secrets_) {
        EXPECT_THAT(text, Not(HasSubstr(secret))) << name;
        EXPECT_THAT(text, Not(HasSubstr(secret.substr(3)))) << name;
      }
      EXPECT_THAT(text, Not(HasSubstr("PRIVATE KEY"))) << name;
    }
    EXPECT_GT(files, 4);
  }

  const TempDir directory_;
  TestCa ca_{directory_.path(), "ca"};
  const TestCertificate server_ = ca_.Issue("server", "farm.example");
  std::vector<std::string> secrets_;
  std::unique_ptr<Process> coordinator_;
  std::string address_;
  int commands_ = 0;
};

TEST_F(SecurityTest, AFarmWithTlsAndTokensWorksAndTellsNoSecret) {
  ASSERT_TRUE(
      worker::WritePng(worker::Gradient(96, 96), directory_.Join("me.png"))
          .ok());
  worker::SoundSpec sound;
  sound.muxer = "wav";
  sound.wave = worker::Clicks({4000, 20000}, sound.rate);
  ASSERT_TRUE(worker::WriteSound(sound, directory_.Join("talk.wav")));
  StartCoordinator();
  const auto by_token = StartWorker("w1", "nodes");
  ASSERT_FALSE(by_token->AwaitLine("registered as").empty()) << by_token->Err();
  // One that shows its certificate and no token.
  const TestCertificate node = ca_.Issue("node", "node-9");
  const auto by_certificate =
      StartWorker("w2", "", {"--tls-cert", node.cert, "--tls-key", node.key});
  ASSERT_FALSE(by_certificate->AwaitLine("registered as").empty())
      << by_certificate->Err();

  const ProcessResult made = Submit("alice", directory_.Join("talk.mp4"));
  EXPECT_EQ(made.code, 0) << made.err << coordinator_->Err();
  EXPECT_TRUE(std::filesystem::exists(directory_.Join("talk.mp4")));

  const ProcessResult others = Longtake("bob", {"list", "--json"});
  EXPECT_EQ(others.code, 0) << others.err;
  EXPECT_THAT(others.out, HasSubstr("\"jobs\":[]"));
  const ProcessResult workers = Longtake("operator", {"workers"});
  EXPECT_EQ(workers.code, 0) << workers.err;
  EXPECT_THAT(workers.out, HasSubstr("w2"));
  const ProcessResult denied = Longtake("alice", {"workers"});
  EXPECT_EQ(denied.code, 2);
  EXPECT_THAT(denied.err, HasSubstr("needs operate"));
  const ProcessResult unknown = Longtake("", {"list"});
  EXPECT_EQ(unknown.code, 2);
  EXPECT_THAT(unknown.err, HasSubstr("--token-file"));

  by_token->Signal(SIGTERM);
  by_certificate->Signal(SIGTERM);
  EXPECT_EQ(by_token->Wait(), 0);
  EXPECT_EQ(by_certificate->Wait(), 0);
  coordinator_->Signal(SIGTERM);
  EXPECT_EQ(coordinator_->Wait(), 0);
  EXPECT_THAT(coordinator_->Err(), HasSubstr("call refused"));
  ExpectNoSecrets();
}

TEST_F(SecurityTest, BadSettingsEndTheStartWithOneLineAndCode2) {
  const auto run = [this](const std::vector<std::string>& more) {
    std::vector<std::string> argv = {kCoordinator, "--artifacts",
                                     directory_.Join("store")};
    argv.insert(argv.end(), more.begin(), more.end());
    ProcessResult result =
        RunProcess(argv, directory_.Join(fmt::format("bad-{}", ++commands_)));
    EXPECT_EQ(result.code, 2) << result.err;
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1)
        << result.err;
    return result.err;
  };
  const TestCertificate other = ca_.Issue("other", "other.example");
  EXPECT_THAT(run({"--tls-cert", server_.cert, "--tls-key", other.key}),
              HasSubstr("is not the key of the certificate"));
  EXPECT_THAT(run({"--tls-cert", directory_.Join("none.crt"), "--tls-key",
                   server_.key}),
              HasSubstr("none.crt: can't be read"));
  EXPECT_THAT(run({"--tokens", directory_.Join("none.yaml")}),
              HasSubstr("none.yaml: can't be read"));
  EXPECT_THAT(run({"--config", directory_.Join("none.yaml")}),
              HasSubstr("none.yaml: can't be read"));
  EXPECT_THAT(run({"--listen", "0.0.0.0:0"}), HasSubstr("--insecure"));
  EXPECT_THAT(run({"--listne", "x"}), HasSubstr("--listne"));
  std::ofstream(directory_.Join("typo.yaml")) << "listne: x\n";
  EXPECT_THAT(run({"--config", directory_.Join("typo.yaml")}),
              HasSubstr("typo.yaml:1: listne is no setting"));
}

TEST_F(SecurityTest, TokenNewMakesWhatTheFarmKnows) {
  const std::string token = directory_.Join("carol.token");
  const ProcessResult made =
      RunProcess({kLongtake, "token", "new", "--name", "carol", "--tenant",
                  "acme", "--role", "submit", "-o", token},
                 directory_.Join("new"));
  ASSERT_EQ(made.code, 0) << made.err;
  EXPECT_EQ(
      std::filesystem::status(token).permissions() &
          std::filesystem::perms::all,
      std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  std::ifstream file(token);
  std::string secret;
  std::getline(file, secret);
  EXPECT_THAT(made.out, Not(HasSubstr(secret)));
  const size_t entry = made.out.find("  - name:");
  ASSERT_NE(entry, std::string::npos) << made.out;
  std::ofstream(directory_.Join("tokens.yaml")) << "tokens:\n"
                                                << made.out.substr(entry);
  StartCoordinator();
  EXPECT_EQ(Longtake("carol", {"list"}).code, 0);
  EXPECT_EQ(Longtake("alice", {"list"}).code, 2);
  coordinator_->Signal(SIGTERM);
  EXPECT_EQ(coordinator_->Wait(), 0);
}

}  // namespace
}  // namespace longtake
