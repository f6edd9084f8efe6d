#include "common/metrics/exposer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "tests/support/http_get.h"

namespace longtake::metrics {
namespace {

using ::testing::HasSubstr;

class ExposerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto exposer = Exposer::Start({"127.0.0.1:0"}, registry_, readiness_);
    ASSERT_TRUE(exposer.ok()) << exposer.status();
    exposer_ = std::move(exposer).value();
    ASSERT_GT(exposer_->port(), 0);
  }
  HttpReply Get(const std::string& path) {
    return HttpGet(exposer_->port(), path);
  }

  Registry registry_;
  Readiness readiness_;
  std::unique_ptr<Exposer> exposer_;
};

TEST_F(ExposerTest, MetricsComeInPrometheusTextFormat) {
  registry_.AddCounter({"longtake_test_done_total", "Things done."}).Add(4);
  const HttpReply reply = Get("/metrics");
  EXPECT_EQ(reply.code, 200);
  EXPECT_THAT(reply.head, HasSubstr("text/plain; version=0.0.4"));
  EXPECT_THAT(reply.body, HasSubstr("longtake_test_done_total 4\n"));
}

TEST_F(ExposerTest, HealthzAnswersWhileNotReady) {
  readiness_.Fail("redis", "can't be reached");
  EXPECT_EQ(Get("/healthz").code, 200);
  const HttpReply ready = Get("/readyz");
  EXPECT_EQ(ready.code, 503);
  EXPECT_EQ(ready.body, "redis: can't be reached\n");
  readiness_.Hold("redis");
  EXPECT_EQ(Get("/readyz").code, 200);
}

TEST_F(ExposerTest, OtherPathsAndMethodsAreRefused) {
  for (const char* path : {"/", "/metrics/x", "/etc/passwd", "/../etc/passwd",
                           "/metricsx", "/favicon.ico"}) {
    EXPECT_EQ(Get(path).code / 100, 4) << path;
  }
  for (const char* method : {"POST", "PUT", "DELETE"}) {
    EXPECT_EQ(HttpRequest(exposer_->port(), method, "/metrics").code / 100, 4)
        << method;
  }
  const HttpReply head = HttpRequest(exposer_->port(), "HEAD", "/metrics");
  EXPECT_EQ(head.code, 200);
  EXPECT_EQ(head.body, "");
}

TEST_F(ExposerTest, ManyScrapesAtOnceAreAllAnswered) {
  constexpr int kScrapers = 16;
  std::vector<std::thread> scrapers;
  std::vector<int> codes(kScrapers);
  for (int i = 0; i < kScrapers; ++i) {
    scrapers.emplace_back([&, i] { codes[i] = Get("/metrics").code; });
  }
  for (std::thread& scraper : scrapers) scraper.join();
  EXPECT_THAT(codes, ::testing::Each(200));
}

TEST_F(ExposerTest, ATakenPortIsToldWithTheFlag) {
  const std::string taken = "127.0.0.1:" + std::to_string(exposer_->port());
  const auto second = Exposer::Start({taken}, registry_, readiness_);
  ASSERT_EQ(second.status().code(), StatusCode::kUnavailable);
  EXPECT_THAT(Message(second.status()), HasSubstr(taken));
  EXPECT_THAT(Message(second.status()), HasSubstr("--metrics-listen"));
}

TEST_F(ExposerTest, LocalhostIsAnAddress) {
  auto exposer = Exposer::Start({"localhost:0"}, registry_, readiness_);
  ASSERT_TRUE(exposer.ok()) << exposer.status();
  EXPECT_EQ(HttpGet((*exposer)->port(), "/healthz").code, 200);
}

TEST(MetricsAddressTest, OtherMachinesSeeMetricsOnlyWhereItIsSaid) {
  EXPECT_TRUE(CheckMetricsAddress("127.0.0.1:9464", false).ok());
  EXPECT_TRUE(CheckMetricsAddress("[::1]:9464", false).ok());
  EXPECT_TRUE(CheckMetricsAddress("0.0.0.0:9464", true).ok());
  const Status refused = CheckMetricsAddress("0.0.0.0:9464", false);
  EXPECT_EQ(refused.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(Message(refused), HasSubstr("--metrics-open"));
  const Status wrong = CheckMetricsAddress("9464", true);
  EXPECT_EQ(wrong.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(Message(wrong), HasSubstr("--metrics-listen 9464"));
}

}  // namespace
}  // namespace longtake::metrics
