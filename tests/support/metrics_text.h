#pragma once
// Metrics as they are documented, exposed and used, taken out of text, for
// tests that compare the three.

#include <map>
#include <set>
#include <string>
#include <vector>

namespace longtake {

struct MetricFacts {
  std::string type;
  std::set<std::string> labels;
  bool has_series = false;
};
using MetricsByName = std::map<std::string, MetricFacts>;

// Of Prometheus' text format. A histogram is one name, without its "le".
MetricsByName ParseExposition(const std::string& text);

// Of the tables of docs/metrics.md whose names begin with `prefix`.
MetricsByName ParseMetricsDoc(const std::string& markdown,
                              const std::string& prefix);

// One line for each difference, empty when there is none. Labels are compared
// where there is a series.
std::vector<std::string> CompareMetrics(const MetricsByName& documented,
                                        const MetricsByName& exposed);

// The value of one series: `name{labels}` as exposed. -1 when it is not there.
double SeriesValue(const std::string& exposition, const std::string& series);
// The sum over the series of `name` whose labels contain `part`.
double SumOfSeries(const std::string& exposition, const std::string& name,
                   const std::string& part = "");

// Every word of ours in a text: longtake_coordinator_… and longtake_worker_…,
// without a histogram's endings where `known` has the name without.
std::set<std::string> MetricNamesIn(const std::string& text,
                                    const MetricsByName& known);

std::string ReadTextFile(const std::string& path);

}  // namespace longtake
