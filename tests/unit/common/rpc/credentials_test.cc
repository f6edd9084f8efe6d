// TLS and client certificates between real gRPC ends, with certificates of the
// openssl command.

#include "common/rpc/credentials.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/server.h>
#include <grpcpp/server_posix.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "common/rpc/channel.h"
#include "common/testing/temp_dir.h"
#include "longtake/v1/worker.grpc.pb.h"
#include "tests/support/certificates.h"
#include "tests/support/generic_call.h"

namespace longtake {
namespace {

using ::testing::HasSubstr;

class CredentialsTest : public ::testing::Test {
 protected:
  void SetUp() override { grpc::EnableDefaultHealthCheckService(true); }
  void TearDown() override {
    if (server_ != nullptr) server_->Shutdown(std::chrono::system_clock::now());
  }

  void Serve(const ServerTls& tls) {
    const auto credentials = MakeServerCredentials(tls);
    ASSERT_TRUE(credentials.ok()) << credentials.status();
    grpc::ServerBuilder builder;
    ConfigureFarmServer(builder);
    builder.AddListeningPort("127.0.0.1:0", *credentials, &port_);
    // Health alone is no service to gRPC.
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    ASSERT_NE(server_, nullptr);
    ASSERT_GT(port_, 0);
  }

  // A new connection: channels to one address share one otherwise.
  std::shared_ptr<grpc::Channel> Connect(const FarmSecurity& security) {
    const std::string address = fmt::format("127.0.0.1:{}", port_);
    const auto credentials = MakeFarmCredentials(security, address);
    EXPECT_TRUE(credentials.ok()) << credentials.status();
    return credentials.ok() ? OpenFarmChannel(address, *credentials) : nullptr;
  }
  Status Ask(const FarmSecurity& security) {
    return CallEmpty(Connect(security), kHealthCheck);
  }
  bool Connects(const FarmSecurity& security) {
    return CallEmpty(Connect(security), kHealthCheck, /*patient=*/true).ok();
  }
  // Until it is as wanted, or long after it should be.
  bool SoonAnswers(const FarmSecurity& security, bool wanted) {
    for (int i = 0; i < 40; ++i) {
      if (Ask(security).ok() == wanted) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(250));
    }
    return false;
  }

  const TempDir directory_;
  TestCa ca_{directory_.path(), "ca"};
  v1::WorkerFarm::CallbackService service_;
  std::unique_ptr<grpc::Server> server_;
  int port_ = 0;
};

FarmSecurity Trusting(const std::string& ca) {
  FarmSecurity security;
  security.tls_ca = ca;
  return security;
}

TEST_F(CredentialsTest, TlsConnectsThoseWhoTrustTheIssuerAndNoOthers) {
  const TestCertificate own = ca_.Issue("server", "coordinator.example");
  Serve({own.cert, own.key, "", false});
  EXPECT_TRUE(Connects(Trusting(ca_.cert())));
  TestCa stranger(directory_.path(), "stranger");
  EXPECT_EQ(Ask(Trusting(stranger.cert())).code(), StatusCode::kUnavailable);
  EXPECT_EQ(Ask(Trusting("system")).code(), StatusCode::kUnavailable);
  EXPECT_EQ(Ask({}).code(), StatusCode::kUnavailable);
  FarmSecurity other_name = Trusting(ca_.cert());
  other_name.tls_name = "coordinator.example";
  EXPECT_TRUE(Connects(other_name));
  other_name.tls_name = "elsewhere.example";
  EXPECT_EQ(Ask(other_name).code(), StatusCode::kUnavailable);
}

TEST_F(CredentialsTest, AnExpiredCertificateIsRefusedByClients) {
  const TestCertificate old = ca_.Issue("old", "coordinator.example", -1);
  Serve({old.cert, old.key, "", false});
  EXPECT_EQ(Ask(Trusting(ca_.cert())).code(), StatusCode::kUnavailable);
}

TEST_F(CredentialsTest, ClientCertificatesAreAskedForAndVerified) {
  const TestCertificate own = ca_.Issue("server", "coordinator.example");
  TestCa client_ca(directory_.path(), "client-ca");
  const TestCertificate node = client_ca.Issue("node", "node-1");
  const TestCertificate expired = client_ca.Issue("expired", "node-2", -1);
  TestCa stranger(directory_.path(), "stranger");
  const TestCertificate foreign = stranger.Issue("foreign", "node-1");
  Serve({own.cert, own.key, client_ca.cert(), true});
  FarmSecurity security = Trusting(ca_.cert());
  EXPECT_FALSE(Ask(security).ok());
  security.tls_cert = node.cert;
  security.tls_key = node.key;
  EXPECT_TRUE(Connects(security));
  security.tls_cert = foreign.cert;
  security.tls_key = foreign.key;
  EXPECT_FALSE(Ask(security).ok());
  security.tls_cert = expired.cert;
  security.tls_key = expired.key;
  EXPECT_FALSE(Ask(security).ok());
}

TEST_F(CredentialsTest, NewFilesCountForNewConnectionsOldOnesGoOn) {
  const TestCertificate own = ca_.Issue("server", "coordinator.example");
  Serve({own.cert, own.key, "", false});
  const auto old_channel = Connect(Trusting(ca_.cert()));
  ASSERT_TRUE(CallEmpty(old_channel, kHealthCheck, true).ok());

  TestCa next_ca(directory_.path(), "next-ca");
  ASSERT_FALSE(Ask(Trusting(next_ca.cert())).ok());
  const TestCertificate next = next_ca.Issue("next", "coordinator.example");
  std::filesystem::rename(next.key, own.key);
  std::filesystem::rename(next.cert, own.cert);
  EXPECT_TRUE(SoonAnswers(Trusting(next_ca.cert()), true));
  EXPECT_FALSE(Ask(Trusting(ca_.cert())).ok());
  EXPECT_TRUE(CallEmpty(old_channel, kHealthCheck, true).ok());
}

TEST_F(CredentialsTest, ANewClientIssuerCountsForNewConnections) {
  const TestCertificate own = ca_.Issue("server", "coordinator.example");
  TestCa first(directory_.path(), "first"), next(directory_.path(), "next");
  const TestCertificate old_node = first.Issue("old-node", "node-1");
  const TestCertificate new_node = next.Issue("new-node", "node-1");
  Serve({own.cert, own.key, first.cert(), true});
  FarmSecurity before = Trusting(ca_.cert()), after = before;
  before.tls_cert = old_node.cert;
  before.tls_key = old_node.key;
  after.tls_cert = new_node.cert;
  after.tls_key = new_node.key;
  const auto old_channel = Connect(before);
  ASSERT_TRUE(CallEmpty(old_channel, kHealthCheck, true).ok());
  ASSERT_FALSE(Ask(after).ok());
  std::filesystem::rename(next.cert(), first.cert());
  EXPECT_TRUE(SoonAnswers(after, true));
  EXPECT_FALSE(Ask(before).ok());
  EXPECT_TRUE(CallEmpty(old_channel, kHealthCheck, true).ok());
}

// A client or worker that runs on: its credentials are made once.
TEST_F(CredentialsTest, AClientsOwnFilesAreReadAgain) {
  const TestCertificate own = ca_.Issue("server", "coordinator.example");
  TestCa client_ca(directory_.path(), "client-ca");
  TestCa stranger(directory_.path(), "stranger");
  const TestCertificate right = client_ca.Issue("right", "node-1");
  Serve({own.cert, own.key, client_ca.cert(), true});
  const std::string address = fmt::format("127.0.0.1:{}", port_);

  const TestCertificate node = stranger.Issue("node", "node-1");
  FarmSecurity security = Trusting(ca_.cert());
  security.tls_cert = node.cert;
  security.tls_key = node.key;
  const auto foreign = MakeFarmCredentials(security, address);
  ASSERT_TRUE(foreign.ok()) << foreign.status();
  const auto worker = OpenFarmChannel(address, *foreign);
  ASSERT_FALSE(CallEmpty(worker, kHealthCheck).ok());
  std::filesystem::rename(right.key, node.key);
  std::filesystem::rename(right.cert, node.cert);
  EXPECT_TRUE(CallEmpty(worker, kHealthCheck, true).ok());

  security.tls_ca = stranger.cert();
  const auto distrusting = MakeFarmCredentials(security, address);
  ASSERT_TRUE(distrusting.ok()) << distrusting.status();
  const auto client = OpenFarmChannel(address, *distrusting);
  ASSERT_FALSE(CallEmpty(client, kHealthCheck).ok());
  std::filesystem::copy_file(ca_.cert(), stranger.cert(),
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_TRUE(CallEmpty(client, kHealthCheck, true).ok());
}

TEST_F(CredentialsTest, AHalfReplacedPairHealsOnceItIsWhole) {
  const TestCertificate own = ca_.Issue("server", "coordinator.example");
  Serve({own.cert, own.key, "", false});
  const auto old_channel = Connect(Trusting(ca_.cert()));
  ASSERT_TRUE(CallEmpty(old_channel, kHealthCheck, true).ok());
  const TestCertificate next = ca_.Issue("next", "coordinator.example");
  std::filesystem::rename(next.cert, own.cert);
  EXPECT_TRUE(SoonAnswers(Trusting(ca_.cert()), false));
  EXPECT_THAT(Message(CheckServerTls({own.cert, own.key, "", false})),
              HasSubstr("is not the key of the certificate"));
  EXPECT_TRUE(CallEmpty(old_channel, kHealthCheck, true).ok());
  std::filesystem::rename(next.key, own.key);
  EXPECT_TRUE(SoonAnswers(Trusting(ca_.cert()), true));
}

// A machine under load, or far away: the first attempt takes its time.
TEST_F(CredentialsTest, ASlowConnectionIsWaitedFor) {
  Serve({});
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in place = {};
  place.sin_family = AF_INET;
  place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(place);
  ASSERT_EQ(::bind(listener, reinterpret_cast<sockaddr*>(&place), size), 0);
  ASSERT_EQ(::listen(listener, 1), 0);
  ASSERT_EQ(::getsockname(listener, reinterpret_cast<sockaddr*>(&place), &size),
            0);
  std::jthread late([this, listener] {
    const int connection = ::accept(listener, nullptr, nullptr);
    ASSERT_GE(connection, 0);
    std::this_thread::sleep_for(std::chrono::milliseconds(800));
    ASSERT_EQ(::fcntl(connection, F_SETFL, O_NONBLOCK), 0);
    grpc::AddInsecureChannelFromFd(server_.get(), connection);
  });
  const auto channel =
      OpenFarmChannel(fmt::format("127.0.0.1:{}", ntohs(place.sin_port)));
  const Status answered = CallEmpty(channel, kHealthCheck);
  EXPECT_TRUE(answered.ok()) << answered;
  late.join();
  ::close(listener);
}

TEST_F(CredentialsTest, WrongFilesAreOneClearLine) {
  const TestCertificate own = ca_.Issue("server", "a.example");
  const TestCertificate other = ca_.Issue("other", "b.example");
  const std::string none = directory_.Join("none.pem");
  const std::string text = directory_.Join("text.pem");
  std::ofstream(text) << "no PEM at all\n";
  const auto error = [](const ServerTls& tls) {
    const auto made = MakeServerCredentials(tls);
    EXPECT_EQ(made.status().code(), StatusCode::kInvalidArgument);
    EXPECT_EQ(Message(made.status()).find('\n'), std::string::npos);
    return Message(made.status());
  };
  EXPECT_THAT(error({none, own.key, "", false}),
              HasSubstr("none.pem: can't be read: No such file"));
  EXPECT_THAT(error({own.cert, none, "", false}),
              HasSubstr("none.pem: can't be read"));
  EXPECT_THAT(error({text, own.key, "", false}),
              HasSubstr("text.pem: holds no certificate"));
  EXPECT_THAT(error({own.cert, text, "", false}),
              HasSubstr("text.pem: holds no private key"));
  EXPECT_THAT(error({own.cert, other.key, "", false}),
              HasSubstr("is not the key of the certificate"));
  EXPECT_THAT(error({own.cert, "", "", false}), HasSubstr("tls.key"));
  EXPECT_THAT(error({own.cert, own.key, text, false}),
              HasSubstr("TLS client CA: "));
  EXPECT_THAT(error({own.cert, own.key, "", true}), HasSubstr("client_ca"));
  EXPECT_THAT(error({"", "", ca_.cert(), false}), HasSubstr("need TLS"));
}

TEST_F(CredentialsTest, TokensDontTravelUnencryptedToOtherMachines) {
  const std::string file = directory_.Join("token");
  std::ofstream(file) << "a-secret-token-of-mine\n";
  FarmSecurity security;
  security.token_file = file;
  EXPECT_TRUE(MakeFarmCredentials(security, "127.0.0.1:1,[::1]:2").ok());
  const auto remote =
      MakeFarmCredentials(security, "localhost:1,farm.example:7400");
  EXPECT_EQ(remote.status().code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(Message(remote.status()), HasSubstr("farm.example:7400"));
  EXPECT_THAT(Message(remote.status()), Not(HasSubstr("a-secret")));
  security.insecure = true;
  EXPECT_TRUE(MakeFarmCredentials(security, "farm.example:7400").ok());
  security.insecure = false;
  security.tls_ca = ca_.cert();
  EXPECT_TRUE(MakeFarmCredentials(security, "farm.example:7400").ok());
}

TEST_F(CredentialsTest, TheTokenComesFromTheFileOrTheVariable) {
  const std::string file = directory_.Join("token");
  FarmSecurity security;
  security.token_file = file;
  EXPECT_THAT(Message(MakeFarmCredentials(security, "127.0.0.1:1").status()),
              HasSubstr("can't be read"));
  std::ofstream(file) << "a-secret-token-of-mine\n";
  ASSERT_EQ(::setenv(kTokenVariable, "another-secret-token", 1), 0);
  EXPECT_EQ(MakeFarmCredentials(security, "127.0.0.1:1")->token->Get(),
            "a-secret-token-of-mine");
  EXPECT_EQ(MakeFarmCredentials({}, "127.0.0.1:1")->token->Get(),
            "another-secret-token");
  ASSERT_EQ(::unsetenv(kTokenVariable), 0);
  EXPECT_EQ(MakeFarmCredentials({}, "127.0.0.1:1")->token, nullptr);
}

}  // namespace
}  // namespace longtake
