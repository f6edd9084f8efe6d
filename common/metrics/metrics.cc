#include "common/metrics/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <atomic>
#include <deque>
#include <iterator>
#include <sstream>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/metrics/process_metrics.h"

namespace longtake::metrics {

void Counter::Increment(double amount) const { series_->Increment(amount); }
void Gauge::Write(double value) const { series_->Set(value); }
void Gauge::Change(double amount) const { series_->Increment(amount); }
void Histogram::Record(double value) const { series_->Observe(value); }

struct GaugeTable::Series {
  explicit Series(const MetricInfo& about)
      : name(about.name), help(about.help) {}

  prometheus::MetricFamily Collect() {
    prometheus::MetricFamily family;
    family.name = name;
    family.help = help;
    family.type = prometheus::MetricType::Gauge;
    absl::MutexLock lock(&mutex);
    for (const auto& [labels, value] : rows) {
      prometheus::ClientMetric& series = family.metric.emplace_back();
      for (const auto& [key, text] : labels) {
        series.label.push_back({key, text});
      }
      series.gauge.value = value;
    }
    return family;
  }

  const std::string name;
  const std::string help;
  absl::Mutex mutex;
  Rows rows ABSL_GUARDED_BY(mutex);
};

void GaugeTable::Replace(Rows rows) const {
  if (series_ == nullptr) return;
  if (rows.size() > kMaxRows) {
    rows.erase(std::next(rows.begin(), kMaxRows), rows.end());
  }
  absl::MutexLock lock(&series_->mutex);
  series_->rows.swap(rows);
}

struct SparseCounters::Series {
  Series(prometheus::Family<prometheus::Counter>& in, size_t size,
         std::function<Labels(size_t)> labels)
      : family(in), labels_of(std::move(labels)), cells(size) {}

  prometheus::Family<prometheus::Counter>& family;
  const std::function<Labels(size_t)> labels_of;
  std::vector<std::atomic<prometheus::Counter*>> cells;
};

void SparseCounters::Increment(size_t index, double amount) const {
  std::atomic<prometheus::Counter*>& cell = series_->cells[index];
  prometheus::Counter* counter = cell.load(std::memory_order_acquire);
  if (counter == nullptr) {
    // Whoever is second gets the same one: Add knows its labels.
    counter = &series_->family.Add(series_->labels_of(index));
    cell.store(counter, std::memory_order_release);
  }
  counter->Increment(amount);
}

struct Registry::Parts {
  prometheus::Registry metrics;
  absl::Mutex mutex;
  // Handles point into it: a deque never moves what it holds.
  std::deque<GaugeTable::Series> tables ABSL_GUARDED_BY(mutex);
  std::deque<SparseCounters::Series> sparse ABSL_GUARDED_BY(mutex);
};

Registry::Registry() : parts_(std::make_unique<Parts>()) {}
Registry::~Registry() = default;

Counter Registry::AddCounter(const MetricInfo& info, const Labels& labels) {
  return Counter(&prometheus::BuildCounter()
                      .Name(info.name)
                      .Help(info.help)
                      .Register(parts_->metrics)
                      .Add(labels));
}

Gauge Registry::AddGauge(const MetricInfo& info, const Labels& labels) {
  return Gauge(&prometheus::BuildGauge()
                    .Name(info.name)
                    .Help(info.help)
                    .Register(parts_->metrics)
                    .Add(labels));
}

Histogram Registry::AddHistogram(const MetricInfo& info,
                                 std::span<const double> bounds,
                                 const Labels& labels) {
  return Histogram(&prometheus::BuildHistogram()
                        .Name(info.name)
                        .Help(info.help)
                        .Register(parts_->metrics)
                        .Add(labels, prometheus::Histogram::BucketBoundaries(
                                         bounds.begin(), bounds.end())));
}

GaugeTable Registry::AddGaugeTable(const MetricInfo& info) {
  absl::MutexLock lock(&parts_->mutex);
  return GaugeTable(&parts_->tables.emplace_back(info));
}

SparseCounters Registry::AddSparseCounters(
    const MetricInfo& info, size_t size,
    std::function<Labels(size_t)> labels_of) {
  auto& family =
      prometheus::BuildCounter().Name(info.name).Help(info.help).Register(
          parts_->metrics);
  absl::MutexLock lock(&parts_->mutex);
  return SparseCounters(
      &parts_->sparse.emplace_back(family, size, std::move(labels_of)));
}

std::string Registry::Expose() const {
  std::vector<prometheus::MetricFamily> all = parts_->metrics.Collect();
  {
    absl::MutexLock lock(&parts_->mutex);
    for (GaugeTable::Series& table : parts_->tables) {
      all.push_back(table.Collect());
    }
  }
  for (const ProcessFact& fact : ReadProcessFacts()) {
    prometheus::MetricFamily& family = all.emplace_back();
    family.name = fact.info.name;
    family.help = fact.info.help;
    family.type = fact.is_counter ? prometheus::MetricType::Counter
                                  : prometheus::MetricType::Gauge;
    prometheus::ClientMetric& series = family.metric.emplace_back();
    (fact.is_counter ? series.counter.value : series.gauge.value) = fact.value;
  }
  std::ostringstream text;
  prometheus::TextSerializer().Serialize(text, all);
  return text.str();
}

Counter MakeCounter(Registry* registry, const MetricInfo& info,
                    const Labels& labels) {
  return registry == nullptr ? Counter() : registry->AddCounter(info, labels);
}

Gauge MakeGauge(Registry* registry, const MetricInfo& info,
                const Labels& labels) {
  return registry == nullptr ? Gauge() : registry->AddGauge(info, labels);
}

Histogram MakeHistogram(Registry* registry, const MetricInfo& info,
                        std::span<const double> bounds, const Labels& labels) {
  return registry == nullptr ? Histogram()
                             : registry->AddHistogram(info, bounds, labels);
}

GaugeTable MakeGaugeTable(Registry* registry, const MetricInfo& info) {
  return registry == nullptr ? GaugeTable() : registry->AddGaugeTable(info);
}

SparseCounters MakeSparseCounters(Registry* registry, const MetricInfo& info,
                                  size_t size,
                                  std::function<Labels(size_t)> labels_of) {
  return registry == nullptr
             ? SparseCounters()
             : registry->AddSparseCounters(info, size, std::move(labels_of));
}

}  // namespace longtake::metrics
