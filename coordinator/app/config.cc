#include "coordinator/app/config.h"

#include <fmt/format.h>

#include <filesystem>

#include "absl/time/clock.h"
#include "common/auth/names.h"
#include "common/config/config_file.h"
#include "common/metrics/exposer.h"
#include "common/net/listen_address.h"
#include "common/rpc/certificate_files.h"
#include "coordinator/app/input_limit_settings.h"

namespace longtake::coordinator {
namespace {

constexpr absl::Duration kMinLease = absl::Seconds(1);
constexpr absl::Duration kMaxLease = absl::Hours(1);
constexpr absl::Duration kMaxGrace = absl::Hours(1);
constexpr int64_t kMaxJobs = 1'000'000;
constexpr int64_t kMaxOpenTasks = 1'000'000'000;
constexpr int64_t kMaxWeight = 1000;
constexpr int64_t kMaxTenantNumber = 65535;
// Certificates are to be renewed before.
constexpr absl::Duration kExpirySoon = absl::Hours(24 * 7);

void ReadPath(ConfigSection section, const std::string& key,
              const std::filesystem::path& directory, std::string* out) {
  std::string path;
  section.Text(key, &path);
  if (!path.empty()) *out = (directory / path).string();
}

void ReadRedis(ConfigSection section, RedisSettings* redis) {
  section.Text("url", &redis->url);
}

void ReadTls(ConfigSection section, const std::filesystem::path& directory,
             ServerTls* tls) {
  ReadPath(section, "cert", directory, &tls->certificate);
  ReadPath(section, "key", directory, &tls->key);
  ReadPath(section, "client_ca", directory, &tls->client_ca);
  section.Flag("require_client_cert", &tls->require_client_certificate);
}

void ReadCount(ConfigSection section, const std::string& key, int64_t max,
               int* out) {
  int64_t count = *out;
  section.Whole(key, 1, max, &count);
  *out = static_cast<int>(count);
}

void ReadInputLimits(ConfigSection section, FarmLimits* limits) {
  for (const std::string& name : InputLimitNames()) {
    std::string text;
    section.Text(name, &text);
    if (text.empty()) continue;
    const Status set = SetInputLimit(name, text, limits);
    if (!set.ok()) section.Refuse(name, Message(set));
  }
}

void ReadLimits(ConfigSection section, FarmLimits* limits) {
  section.Whole("open_tasks", 1, kMaxOpenTasks, &limits->max_open_tasks);
  section.Bytes("upload_size", &limits->max_upload_bytes);
  ReadInputLimits(section, limits);
  ReadCount(section, "jobs", kMaxJobs, &limits->max_live_jobs);
  ReadCount(section, "jobs_per_tenant", kMaxJobs,
            &limits->max_live_jobs_per_tenant);
  if (limits->max_upload_bytes < 1) {
    section.Refuse("upload_size", "must be 1B or more");
  }
}

void ReadTenants(ConfigSection root, CoordinatorConfig* config) {
  for (auto& [name, section] : root.Named("tenants")) {
    if (!IsTenantName(name)) {
      root.Section("tenants").Refuse(
          Printable(name), "is no tenant's name: use a-z 0-9 _ -, at most 64");
    }
    int& weight = config->tenant_weights[name];
    weight = 1;
    ReadCount(section, "weight", kMaxWeight, &weight);
    if (section.Has("number")) {
      int64_t number = 0;
      section.Whole("number", 1, kMaxTenantNumber, &number);
      config->tenant_numbers[name] = static_cast<uint16_t>(number);
    }
    if (section.Has("max_jobs")) {
      ReadCount(section, "max_jobs", kMaxJobs,
                &config->limits.max_live_jobs_of[name]);
    }
  }
}

void ReadLogging(ConfigSection root, CoordinatorConfig* config) {
  std::string level;
  root.Text("log_level", &level);
  if (!level.empty()) {
    const StatusOr<LogLevel> parsed = ParseLogLevel(level);
    if (parsed.ok()) {
      config->log_level = *parsed;
    } else {
      root.Refuse("log_level", "must be debug, info, warning, error or off");
    }
  }
  std::string format;
  root.Text("log_format", &format);
  if (!format.empty()) {
    const StatusOr<LogFormat> parsed = ParseLogFormat(format);
    if (parsed.ok()) {
      config->log_format = *parsed;
    } else {
      root.Refuse("log_format", "must be text or json");
    }
  }
}

// The rest is the store's to check.
Status CheckRedisUrl(const std::string& url) {
  if (url.empty() || url.starts_with("redis://") ||
      url.starts_with("redis-sentinel://")) {
    return OkStatus();
  }
  // The URL may hold a password: it is not repeated.
  return InvalidArgument(
      "redis.url must begin with redis:// or redis-sentinel://");
}

Status CheckListen(const CoordinatorConfig& config) {
  LT_ASSIGN_OR_RETURN(const ListenAddress address,
                      ParseListenAddress(config.listen, "--listen"));
  if (address.is_loopback || config.tls.on() || config.insecure) {
    return OkStatus();
  }
  return InvalidArgument(fmt::format(
      "--listen {} is reachable from other machines without encryption: give "
      "--tls-cert and --tls-key, listen on 127.0.0.1, or add --insecure inside "
      "a network you trust",
      config.listen));
}

}  // namespace

StatusOr<CoordinatorConfig> LoadCoordinatorConfig(const std::string& path) {
  LT_ASSIGN_OR_RETURN(ConfigFile file, ConfigFile::Load(path));
  const std::filesystem::path directory =
      std::filesystem::path(path).parent_path();
  CoordinatorConfig config;
  ConfigSection root = file.root();
  root.Text("listen", &config.listen);
  ReadPath(root, "artifacts", directory, &config.artifacts);
  root.Bytes("artifacts_size", &config.artifacts_bytes);
  ReadRedis(root.Section("redis"), &config.redis);
  root.Duration("lease", &config.lease);
  root.Duration("grace", &config.grace);
  ReadTls(root.Section("tls"), directory, &config.tls);
  ReadPath(root, "tokens", directory, &config.tokens);
  ReadLimits(root.Section("limits"), &config.limits);
  if (root.Has("ended_jobs")) {
    ReadCount(root, "ended_jobs", kMaxEndedJobs, &config.ended_jobs.emplace(1));
  }
  ReadProvenance(root.Section("provenance"), directory, &config.provenance);
  ReadTenants(root, &config);
  root.Text("metrics_listen", &config.metrics_listen);
  root.Flag("metrics_open", &config.metrics_open);
  ReadLogging(root, &config);
  root.Flag("insecure", &config.insecure);
  LT_RETURN_IF_ERROR(file.Finish());
  return config;
}

int EndedJobsOf(const CoordinatorConfig& config) {
  return config.ended_jobs.value_or(
      config.redis.url.empty() ? kEndedJobsInMemory : kEndedJobsInRedis);
}

StatusOr<SchedulerOptions> SchedulerOptionsOf(const CoordinatorConfig& config) {
  SchedulerOptions options;
  options.lease = config.lease;
  options.limits = config.limits;
  options.tenant_weights = {config.tenant_weights.begin(),
                            config.tenant_weights.end()};
  LT_ASSIGN_OR_RETURN(options.provenance, RuleOf(config.provenance));
  options.tenant_numbers = config.tenant_numbers;
  return options;
}

Status CheckCoordinatorConfig(const CoordinatorConfig& config) {
  if (config.artifacts.empty()) {
    return InvalidArgument(
        "where artifacts are kept is not said: give --artifacts DIRECTORY, or "
        "artifacts in the configuration");
  }
  if (config.lease < kMinLease || config.lease > kMaxLease) {
    return InvalidArgument("lease must be 1s to 1h");
  }
  if (config.grace > kMaxGrace) {
    return InvalidArgument("grace must be at most 1h");
  }
  LT_RETURN_IF_ERROR(CheckRedisUrl(config.redis.url));
  if (!config.metrics_listen.empty()) {
    LT_RETURN_IF_ERROR(metrics::CheckMetricsAddress(config.metrics_listen,
                                                    config.metrics_open));
  }
  LT_RETURN_IF_ERROR(CheckServerTls(config.tls));
  return CheckListen(config);
}

std::vector<std::string> WarningsOf(const CoordinatorConfig& config) {
  std::vector<std::string> warnings;
  const StatusOr<ListenAddress> address =
      ParseListenAddress(config.listen, "--listen");
  const bool remote = !address.ok() || !address->is_loopback;
  if (!config.tls.on() && remote) {
    warnings.push_back(
        "without TLS: everything, tokens included, travels readable");
  }
  if (config.tokens.empty() && !config.tls.require_client_certificate &&
      (remote || config.tls.on())) {
    warnings.push_back(
        "without tokens: whoever reaches this port may do anything; make a "
        "token file with longtake token new and give it as --tokens");
  }
  if (config.tls.on()) {
    const auto expiry = CertificateExpiry(config.tls.certificate);
    const absl::Time now = absl::Now();
    if (expiry.ok() && *expiry < now + kExpirySoon) {
      warnings.push_back(fmt::format(
          "the certificate {} {} {}: replace the file, no restart is needed",
          config.tls.certificate, *expiry < now ? "has expired at" : "expires",
          absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", *expiry,
                           absl::UTCTimeZone())));
    }
  }
  return warnings;
}

}  // namespace longtake::coordinator
