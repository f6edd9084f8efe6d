#include "coordinator/app/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "common/testing/temp_dir.h"
#include "coordinator/app/flags.h"
#include "tests/support/certificates.h"

namespace longtake::coordinator {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ConfigTest : public ::testing::Test {
 protected:
  std::string Write(const std::string& yaml) {
    std::ofstream(path_) << yaml;
    return path_;
  }
  // A file over the one setting that must be there, then flags.
  StatusOr<CoordinatorConfig> Resolve(const std::string& yaml,
                                      std::vector<std::string> args = {}) {
    args.insert(args.begin(), {"--config", Write(yaml)});
    std::reverse(args.begin(), args.end());  // as CLI11 wants vectors
    CLI::App app;
    CoordinatorFlags flags;
    DeclareCoordinatorFlags(app, &flags);
    app.parse(args);
    return ResolveConfig(flags);
  }
  std::string ErrorOf(const std::string& yaml,
                      const std::vector<std::string>& args = {}) {
    const auto config = Resolve(yaml, args);
    EXPECT_EQ(config.status().code(), StatusCode::kInvalidArgument);
    const std::string text = Message(config.status());
    EXPECT_EQ(text.find('\n'), std::string::npos) << text;
    return text;
  }

  const TempDir directory_;
  const std::string path_ = directory_.Join("coordinator.yaml");
};

TEST_F(ConfigTest, TheExampleHoldsTheDefaults) {
  const auto config =
      LoadCoordinatorConfig(LONGTAKE_DEPLOY_DIR "/coordinator.yaml");
  ASSERT_TRUE(config.ok()) << config.status();
  const CoordinatorConfig defaults;
  EXPECT_EQ(config->listen, defaults.listen);
  EXPECT_EQ(config->artifacts, "/srv/longtake");
  EXPECT_EQ(config->artifacts_bytes, defaults.artifacts_bytes);
  EXPECT_EQ(config->lease, defaults.lease);
  EXPECT_EQ(config->grace, defaults.grace);
  EXPECT_EQ(config->limits.max_live_jobs, defaults.limits.max_live_jobs);
  EXPECT_EQ(config->limits.max_live_jobs_per_tenant,
            defaults.limits.max_live_jobs_per_tenant);
  EXPECT_EQ(config->limits.max_open_tasks, defaults.limits.max_open_tasks);
  EXPECT_EQ(config->limits.max_job_length, defaults.limits.max_job_length);
  EXPECT_EQ(config->limits.max_upload_bytes, defaults.limits.max_upload_bytes);
  EXPECT_EQ(config->ended_jobs, defaults.ended_jobs);
  EXPECT_EQ(config->log_level, defaults.log_level);
  EXPECT_EQ(config->insecure, defaults.insecure);
  EXPECT_EQ(config->provenance.digital_source_type,
            defaults.provenance.digital_source_type);
  EXPECT_EQ(config->provenance.watermark_key, "");
  EXPECT_EQ(config->provenance.farm, 0);
  EXPECT_FALSE(config->provenance.allow_off);
}

TEST_F(ConfigTest, TheExampleShowsEverySetting) {
  std::ifstream file(LONGTAKE_DEPLOY_DIR "/coordinator.yaml");
  std::ostringstream text;
  text << file.rdbuf();
  // What is commented out is a setting where a key follows "# ".
  const std::string all = std::regex_replace(
      text.str(), std::regex("\n# ((?:  )*[a-z_]+:(?: [^ \n]+)?)(?=\n)"),
      "\n$1");
  const auto config = LoadCoordinatorConfig(Write(all));
  ASSERT_TRUE(config.ok()) << config.status() << "\n" << all;
  EXPECT_EQ(config->redis.url, "redis://127.0.0.1:6379/0");
  EXPECT_EQ(config->tls.certificate, "/etc/longtake/tls/tls.crt");
  EXPECT_EQ(config->tls.key, "/etc/longtake/tls/tls.key");
  EXPECT_EQ(config->tls.client_ca, "/etc/longtake/tls/ca.crt");
  EXPECT_EQ(config->tokens, "/etc/longtake/tokens.yaml");
  EXPECT_EQ(config->tenant_weights.at("acme"), 3);
  EXPECT_EQ(config->limits.max_live_jobs_of.at("acme"), 500);
  EXPECT_EQ(config->tenant_numbers.at("acme"), 7);
  EXPECT_EQ(config->provenance.watermark_key, "/etc/longtake/watermark.key");
  EXPECT_EQ(config->metrics_listen, "127.0.0.1:9464");
  EXPECT_EQ(config->ended_jobs, kEndedJobsInRedis);
}

TEST_F(ConfigTest, LimitsOfInputsAreReadByLine) {
  const auto config = Resolve(
      "artifacts: a\nlimits:\n  faces: 3\n  portrait_pixels: 1000000\n"
      "  frame_side: 1024\n  audio_size: 1GiB\n  job_length: 30m\n");
  ASSERT_TRUE(config.ok()) << config.status();
  const auto options = SchedulerOptionsOf(*config);
  ASSERT_TRUE(options.ok()) << options.status();
  const FarmLimits& limits = options->limits;
  EXPECT_EQ(limits.inputs.portrait_faces, 3);
  EXPECT_EQ(limits.inputs.frame_side, 1024);
  EXPECT_EQ(limits.inputs.audio_bytes, int64_t{1} << 30);
  const AnalysisLimits analyses = AnalysisLimitsOf(limits);
  EXPECT_EQ(analyses.audio_millis, 30 * 60 * 1000);
  EXPECT_EQ(analyses.portrait_pixels, 1'000'000);
  EXPECT_EQ(analyses.portrait_faces, 3);
  EXPECT_THAT(ErrorOf("artifacts: a\nlimits:\n  faces: 99\n"),
              HasSubstr(":3: limits.faces must be 1 to 32"));
  EXPECT_THAT(ErrorOf("artifacts: a\nlimits:\n  motion_size: 5GiB\n"),
              HasSubstr(":3: limits.motion_size must be 1B to 4096MiB"));
  EXPECT_THAT(ErrorOf("artifacts: a\nlimits: {job_length: 48h}\n"),
              HasSubstr("limits.job_length must be 1s to 24h"));
}

TEST_F(ConfigTest, TheSchedulerIsGivenLimitsWeightsAndLease) {
  const auto config = Resolve(
      "artifacts: a\nlease: 7s\nlimits: {jobs: 5}\n"
      "tenants: {a: {weight: 3, max_jobs: 2}, b: {weight: 1}}\n");
  ASSERT_TRUE(config.ok()) << config.status();
  const auto made = SchedulerOptionsOf(*config);
  ASSERT_TRUE(made.ok()) << made.status();
  const SchedulerOptions& options = *made;
  EXPECT_EQ(options.lease, absl::Seconds(7));
  EXPECT_EQ(options.limits.max_live_jobs, 5);
  EXPECT_EQ(options.limits.max_live_jobs_of.at("a"), 2);
  EXPECT_EQ(options.tenant_weights,
            (std::map<std::string, double>{{"a", 3}, {"b", 1}}));
}

TEST_F(ConfigTest, TheSchedulerIsGivenTheKeysIdAndTenantsNumbers) {
  std::ofstream(directory_.Join("farm.key")) << std::string(64, '3');
  const auto config = Resolve(
      "artifacts: a\nprovenance: {watermark_key: farm.key, farm: 3, "
      "allow_off: true, digital_source_type: algorithmicMedia}\n"
      "tenants: {a: {number: 9}, b: {weight: 1}}\n");
  ASSERT_TRUE(config.ok()) << config.status();
  const auto options = SchedulerOptionsOf(*config);
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->provenance.key_id.size(), 16u);
  EXPECT_EQ(options->provenance.farm, 3);
  EXPECT_TRUE(options->provenance.allow_off);
  EXPECT_EQ(options->provenance.digital_source_type, "algorithmicMedia");
  EXPECT_EQ(options->tenant_numbers,
            (std::map<std::string, uint16_t>{{"a", 9}}));
  CoordinatorConfig broken = *config;
  broken.provenance.watermark_key = directory_.Join("absent.key");
  EXPECT_EQ(SchedulerOptionsOf(broken).status().code(),
            StatusCode::kInvalidArgument);
  EXPECT_THAT(ErrorOf("artifacts: a\ntenants: {a: {number: 65536}}\n"),
              HasSubstr("number must be 1 to 65535"));
}

TEST_F(ConfigTest, EndedJobsStayAsSuitsTheirState) {
  CoordinatorConfig config;
  EXPECT_EQ(EndedJobsOf(config), kEndedJobsInMemory);
  config.redis.url = "redis://127.0.0.1:6379";
  EXPECT_EQ(EndedJobsOf(config), kEndedJobsInRedis);
  config.ended_jobs = 7;
  EXPECT_EQ(EndedJobsOf(config), 7);
  const std::string yaml = "artifacts: a\nended_jobs: 50\n";
  EXPECT_EQ(Resolve(yaml)->ended_jobs, 50);
  EXPECT_EQ(Resolve(yaml, {"--ended-jobs", "60"})->ended_jobs, 60);
  EXPECT_THAT(ErrorOf("artifacts: a\nended_jobs: 0\n"),
              HasSubstr(":2: ended_jobs must be 1 to 1000000"));
}

TEST_F(ConfigTest, FlagsOverrideTheFile) {
  const auto config =
      Resolve("artifacts: store\nlease: 10s\nlog_level: error\n",
              {"--lease-seconds", "7", "--listen", "127.0.0.1:0",
               "--artifacts-size", "3GiB"});
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->artifacts, directory_.Join("store"));
  EXPECT_EQ(config->lease, absl::Seconds(7));
  EXPECT_EQ(config->listen, "127.0.0.1:0");
  EXPECT_EQ(config->artifacts_bytes, int64_t{3} << 30);
  EXPECT_EQ(config->log_level, LogLevel::kError);
}

TEST_F(ConfigTest, SizesOfFlagsNeedAUnit) {
  const auto config = Resolve("artifacts: a\n", {"--artifacts-size", "3GB"});
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->artifacts_bytes, 3'000'000'000);
  const auto bare = Resolve("artifacts: a\n", {"--artifacts-size", "3"});
  EXPECT_EQ(bare.status().code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(Message(bare.status()),
              HasSubstr("--artifacts-size: '3' is no size"));
}

TEST_F(ConfigTest, MistakesAreOneLineWithTheirPlace) {
  EXPECT_EQ(ErrorOf("artifacts: a\nlisten_on: b\n"),
            path_ + ":2: listen_on is no setting");
  EXPECT_THAT(ErrorOf("artifacts: a\ntls:\n  cert: [x]\n"),
              HasSubstr(":3: tls.cert is no text"));
  EXPECT_THAT(ErrorOf("artifacts: a\nlog_level: loud\n"),
              HasSubstr(":2: log_level must be debug"));
  EXPECT_THAT(ErrorOf("artifacts: a\ntenants:\n  Acme:\n    weight: 2\n"),
              HasSubstr("Acme is no tenant's name"));
  EXPECT_THAT(ErrorOf("artifacts: a\ntenants:\n  acme:\n    weight: 0\n"),
              HasSubstr(":4: tenants.acme.weight must be 1 to 1000"));
  EXPECT_THAT(ErrorOf("listen: 127.0.0.1:0\n"), HasSubstr("--artifacts"));
  EXPECT_THAT(ErrorOf("artifacts: a\nlease: 0s\n"), HasSubstr("lease"));
}

TEST_F(ConfigTest, ARedisPasswordIsInNoMessage) {
  const std::string error =
      ErrorOf("artifacts: a\nredis:\n  url: http://:hunter2@host\n");
  EXPECT_THAT(error, HasSubstr("redis://"));
  EXPECT_THAT(error, Not(HasSubstr("hunter2")));
}

TEST_F(ConfigTest, OtherMachinesNeedTlsOrAWordOfRisk) {
  TestCa ca(directory_.path(), "ca");
  const TestCertificate own = ca.Issue("server", "farm.example");
  const std::string open = "artifacts: a\nlisten: 0.0.0.0:7400\n";
  EXPECT_THAT(ErrorOf(open), HasSubstr("--insecure"));
  EXPECT_TRUE(Resolve(open, {"--insecure"}).ok());
  EXPECT_TRUE(
      Resolve(open, {"--tls-cert", own.cert, "--tls-key", own.key}).ok());
  EXPECT_TRUE(Resolve("artifacts: a\nlisten: 127.0.0.1:1\n").ok());
}

TEST_F(ConfigTest, OtherMachinesSeeMetricsWhereItIsSaid) {
  const std::string open = "artifacts: a\nmetrics_listen: 0.0.0.0:9464\n";
  EXPECT_THAT(ErrorOf(open), HasSubstr("--metrics-open"));
  EXPECT_THAT(ErrorOf(open + "insecure: true\n"), HasSubstr("--metrics-open"));
  EXPECT_TRUE(Resolve(open + "metrics_open: true\n").ok());
  EXPECT_TRUE(Resolve(open, {"--metrics-open"}).ok());
}

TEST_F(ConfigTest, WhatIsRiskyOrSoonOverIsAWarning) {
  TestCa ca(directory_.path(), "ca");
  const TestCertificate own = ca.Issue("server", "farm.example");
  const TestCertificate soon = ca.Issue("soon", "farm.example", 3);
  const TestCertificate over = ca.Issue("over", "farm.example", -1);
  CoordinatorConfig config;
  EXPECT_THAT(WarningsOf(config), IsEmpty());
  config.listen = "0.0.0.0:7400";
  config.insecure = true;
  EXPECT_THAT(WarningsOf(config), ElementsAre(HasSubstr("without TLS"),
                                              HasSubstr("without tokens")));
  config.tokens = "t";
  config.tls = {own.cert, own.key, "", false};
  EXPECT_THAT(WarningsOf(config), IsEmpty());
  config.tls = {soon.cert, soon.key, "", false};
  EXPECT_THAT(WarningsOf(config), ElementsAre(HasSubstr("expires")));
  config.tls = {over.cert, over.key, "", false};
  EXPECT_THAT(WarningsOf(config), ElementsAre(HasSubstr("has expired")));
}

}  // namespace
}  // namespace longtake::coordinator
