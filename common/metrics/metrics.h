#pragma once
// Counters, gauges and histograms of a process, in Prometheus' terms. The only
// door to prometheus-cpp.
//
// A metric's series are made once, at the start, and held as handles: counting
// is one atomic step, with no look-up. A handle that was made without a
// registry counts nothing, so that an embedded farm or a test pays nothing and
// needs no second code path.
//
// Names are longtake_<room>_<what>_<unit>, base units (seconds, bytes),
// counters end in _total. Labels have few values: never a job, a task, a worker
// or a tenant.

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>

#include "absl/time/time.h"

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
}  // namespace prometheus

namespace longtake::metrics {

using Labels = std::map<std::string, std::string>;

struct MetricInfo {
  const char* name;
  const char* help;  // one sentence
};

// Copies of a handle count into the same series. Thread-safe. Valid as long as
// the registry that made it.
class Counter {
 public:
  Counter() = default;  // counts nothing
  // A negative amount is ignored.
  void Add(double amount = 1) const {
    if (series_ != nullptr) Increment(amount);
  }

 private:
  friend class Registry;
  explicit Counter(prometheus::Counter* series) : series_(series) {}
  void Increment(double amount) const;
  prometheus::Counter* series_ = nullptr;
};

// As Counter.
class Gauge {
 public:
  Gauge() = default;  // shows nothing
  void Set(double value) const {
    if (series_ != nullptr) Write(value);
  }
  void Add(double amount) const {
    if (series_ != nullptr) Change(amount);
  }

 private:
  friend class Registry;
  explicit Gauge(prometheus::Gauge* series) : series_(series) {}
  void Write(double value) const;
  void Change(double amount) const;
  prometheus::Gauge* series_ = nullptr;
};

// As Counter.
class Histogram {
 public:
  Histogram() = default;  // observes nothing
  void Observe(double value) const {
    if (series_ != nullptr) Record(value);
  }
  void Observe(absl::Duration seconds) const {
    if (series_ != nullptr) Record(absl::ToDoubleSeconds(seconds));
  }

 private:
  friend class Registry;
  explicit Histogram(prometheus::Histogram* series) : series_(series) {}
  void Record(double value) const;
  prometheus::Histogram* series_ = nullptr;
};

// A gauge whose series come and go (pools, say): all are replaced at once, so
// that a series of something that is gone does not linger. Thread-safe, valid
// as long as the registry that made it.
class GaugeTable {
 public:
  using Rows = std::map<Labels, double>;
  // More are cut off.
  static constexpr size_t kMaxRows = 1000;

  GaugeTable() = default;  // shows nothing
  void Replace(Rows rows) const;

 private:
  friend class Registry;
  struct Series;
  explicit GaugeTable(Series* series) : series_(series) {}
  Series* series_ = nullptr;
};

// Counters of one metric by a small index, for combinations most of which never
// occur: a series appears when it first counts. Thread-safe, valid as long as
// the registry that made it.
class SparseCounters {
 public:
  SparseCounters() = default;  // count nothing
  // `index` below the size that AddSparseCounters was given.
  void Add(size_t index, double amount = 1) const {
    if (series_ != nullptr) Increment(index, amount);
  }

 private:
  friend class Registry;
  struct Series;
  explicit SparseCounters(Series* series) : series_(series) {}
  void Increment(size_t index, double amount) const;
  Series* series_ = nullptr;
};

// All metrics of one process, or of one server in a test. Thread-safe.
//
// Adding a metric of the same name again adds a series to it; another help text
// or type under that name, or a name that Prometheus does not accept, is a bug
// of the caller's and ends the process.
class Registry {
 public:
  Registry();
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  Counter AddCounter(const MetricInfo& info, const Labels& labels = {});
  Gauge AddGauge(const MetricInfo& info, const Labels& labels = {});
  // `bounds`: upper bounds of the buckets, rising (buckets.h).
  Histogram AddHistogram(const MetricInfo& info, std::span<const double> bounds,
                         const Labels& labels = {});
  GaugeTable AddGaugeTable(const MetricInfo& info);
  // `labels_of`: the labels of an index in [0, size); called once for each that
  // counts, by whoever counts it first.
  SparseCounters AddSparseCounters(const MetricInfo& info, size_t size,
                                   std::function<Labels(size_t)> labels_of);

  // Everything, in Prometheus' text format 0.0.4.
  std::string Expose() const;

 private:
  struct Parts;
  const std::unique_ptr<Parts> parts_;
};

// As the members of Registry; handles that count nothing where it is null.
Counter MakeCounter(Registry* registry, const MetricInfo& info,
                    const Labels& labels = {});
Gauge MakeGauge(Registry* registry, const MetricInfo& info,
                const Labels& labels = {});
Histogram MakeHistogram(Registry* registry, const MetricInfo& info,
                        std::span<const double> bounds,
                        const Labels& labels = {});
GaugeTable MakeGaugeTable(Registry* registry, const MetricInfo& info);
SparseCounters MakeSparseCounters(Registry* registry, const MetricInfo& info,
                                  size_t size,
                                  std::function<Labels(size_t)> labels_of);

}  // namespace longtake::metrics
