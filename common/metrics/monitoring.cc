#include "common/metrics/monitoring.h"

#include <fmt/format.h>

#include "common/net/listen_address.h"

namespace longtake::metrics {

StatusOr<std::unique_ptr<Monitoring>> Monitoring::Start(
    const MonitoringOptions& options) {
  std::unique_ptr<Monitoring> monitoring(new Monitoring());
  if (options.listen.empty()) return monitoring;
  LT_RETURN_IF_ERROR(CheckMetricsAddress(options.listen, options.open));
  LT_ASSIGN_OR_RETURN(monitoring->exposer_,
                      Exposer::Start({options.listen}, monitoring->registry_,
                                     monitoring->readiness_));
  LT_ASSIGN_OR_RETURN(const ListenAddress address,
                      ParseListenAddress(options.listen, "--metrics-listen"));
  monitoring->address_ =
      fmt::format("{}:{}", address.host, monitoring->exposer_->port());
  return monitoring;
}

}  // namespace longtake::metrics
