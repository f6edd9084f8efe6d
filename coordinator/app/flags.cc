#include "coordinator/app/flags.h"

#include <fmt/format.h>

#include "common/config/byte_size.h"

namespace longtake::coordinator {
namespace {

template <typename T>
void Override(const std::optional<T>& flag, T* setting) {
  if (flag) *setting = *flag;
}

void DeclareSecurityFlags(CLI::App& app, CoordinatorFlags* flags) {
  app.add_option("--tls-cert", flags->tls_cert,
                 "PEM file of the certificate; read again when it changes");
  app.add_option("--tls-key", flags->tls_key, "PEM file of its key");
  app.add_option("--tls-client-ca", flags->tls_client_ca,
                 "PEM file of who issues clients' certificates");
  app.add_flag("--require-client-cert", flags->require_client_cert,
               "refuse clients without a certificate");
  app.add_option("--tokens", flags->tokens,
                 "file of who may call (longtake token new prints entries); "
                 "without it anybody may");
  app.add_flag("--insecure", flags->insecure,
               "allow --listen on more than this machine without encryption: "
               "only inside a network you trust");
}

}  // namespace

void DeclareCoordinatorFlags(CLI::App& app, CoordinatorFlags* flags) {
  app.add_option("--config", flags->config,
                 "YAML file of all settings; flags override it");
  app.add_option("--listen", flags->listen,
                 "host:port to serve on; port 0 = any free one "
                 "[127.0.0.1:7400]");
  app.add_option("--artifacts", flags->artifacts,
                 "directory of the artifact store, shared with the workers; "
                 "also $LONGTAKE_ARTIFACTS")
      ->envname("LONGTAKE_ARTIFACTS");
  app.add_option("--artifacts-size", flags->artifacts_size,
                 fmt::format("blobs to keep there, least recently used go "
                             "first; 0 = no limit. What live jobs are to find "
                             "again must fit. {}; {} [0]",
                             kByteSizeForm, kByteSizeUnits));
  app.add_option(
         "--redis", flags->redis,
         "redis://[user:password@]host:port[/db], of a cluster "
         "redis://a:6379,b:6379, or "
         "redis-sentinel://s1:26379,s2:26379/master: where coordinators share "
         "their state; also $LONGTAKE_REDIS, which hides a password from the "
         "process list [this process]")
      ->envname("LONGTAKE_REDIS");
  app.add_option("--lease-seconds", flags->lease_seconds,
                 "a worker not heard of for so long loses its task [30]")
      ->check(CLI::Range(1, 3600));
  app.add_option("--ended-jobs", flags->ended_jobs,
                 "so many of the jobs that have ended stay listed, the newest "
                 "[10000 with --redis, else 1000]")
      ->check(CLI::Range(1, kMaxEndedJobs));
  app.add_option("--metrics-listen", flags->metrics_listen,
                 "host:port to serve /metrics, /healthz and /readyz on, plain "
                 "HTTP; port 0 = any free one [none]");
  app.add_flag("--metrics-open", flags->metrics_open,
               "allow --metrics-listen on more than this machine: only inside "
               "a network you trust");
  app.add_flag("--no-housekeeping", flags->no_housekeeping,
               "put nothing right that died half-way; for tests")
      ->group("");
  DeclareSecurityFlags(app, flags);
  app.add_option("--log-level", flags->log_level,
                 "debug, info, warning, error or off [info]");
  app.add_option("--log-format", flags->log_format, "text or json [text]");
}

StatusOr<CoordinatorConfig> ResolveConfig(const CoordinatorFlags& flags) {
  CoordinatorConfig config;
  if (!flags.config.empty()) {
    LT_ASSIGN_OR_RETURN(config, LoadCoordinatorConfig(flags.config));
  }
  Override(flags.listen, &config.listen);
  Override(flags.artifacts, &config.artifacts);
  if (flags.artifacts_size) {
    const StatusOr<int64_t> bytes = ParseByteSize(*flags.artifacts_size);
    LT_RETURN_IF_ERROR(Annotate(bytes.status(), "--artifacts-size"));
    config.artifacts_bytes = *bytes;
  }
  Override(flags.redis, &config.redis.url);
  if (flags.lease_seconds) config.lease = absl::Seconds(*flags.lease_seconds);
  if (flags.ended_jobs) config.ended_jobs = flags.ended_jobs;
  Override(flags.metrics_listen, &config.metrics_listen);
  Override(flags.tls_cert, &config.tls.certificate);
  Override(flags.tls_key, &config.tls.key);
  Override(flags.tls_client_ca, &config.tls.client_ca);
  if (flags.require_client_cert) config.tls.require_client_certificate = true;
  Override(flags.tokens, &config.tokens);
  if (flags.log_level) {
    LT_ASSIGN_OR_RETURN(config.log_level, ParseLogLevel(*flags.log_level));
  }
  if (flags.log_format) {
    LT_ASSIGN_OR_RETURN(config.log_format, ParseLogFormat(*flags.log_format));
  }
  if (flags.metrics_open) config.metrics_open = true;
  if (flags.insecure) config.insecure = true;
  config.housekeeping = !flags.no_housekeeping;
  LT_RETURN_IF_ERROR(CheckCoordinatorConfig(config));
  return config;
}

}  // namespace longtake::coordinator
