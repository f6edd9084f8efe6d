#include "common/metrics/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "common/metrics/buckets.h"

namespace longtake::metrics {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr MetricInfo kDone{"longtake_test_done_total", "Things done."};
constexpr MetricInfo kDepth{"longtake_test_depth", "Things that wait."};
constexpr MetricInfo kTime{"longtake_test_seconds", "How long it took."};
constexpr double kBounds[] = {0.5, 2};

TEST(MetricsTest, ASeriesIsExposedAtZeroBeforeItCounts) {
  Registry registry;
  registry.AddCounter(kDone, {{"kind", "render"}});
  const std::string text = registry.Expose();
  EXPECT_THAT(text, HasSubstr("# HELP longtake_test_done_total Things done."));
  EXPECT_THAT(text, HasSubstr("# TYPE longtake_test_done_total counter"));
  EXPECT_THAT(text, HasSubstr("longtake_test_done_total{kind=\"render\"} 0"));
}

TEST(MetricsTest, CopiesOfAHandleCountIntoOneSeries) {
  Registry registry;
  const Counter a = registry.AddCounter(kDone);
  const Counter b = registry.AddCounter(kDone);
  a.Add();
  b.Add(2);
  b.Add(-5);
  EXPECT_THAT(registry.Expose(), HasSubstr("longtake_test_done_total 3\n"));
}

TEST(MetricsTest, HistogramsCountBelowEachBoundAndSumUp) {
  Registry registry;
  const Histogram time = registry.AddHistogram(kTime, kBounds);
  time.Observe(0.5);
  time.Observe(absl::Milliseconds(1500));
  time.Observe(10);
  const std::string text = registry.Expose();
  EXPECT_THAT(text, HasSubstr("longtake_test_seconds_bucket{le=\"0.5\"} 1"));
  EXPECT_THAT(text, HasSubstr("longtake_test_seconds_bucket{le=\"2\"} 2"));
  EXPECT_THAT(text, HasSubstr("longtake_test_seconds_bucket{le=\"+Inf\"} 3"));
  EXPECT_THAT(text, HasSubstr("longtake_test_seconds_sum 12\n"));
}

TEST(MetricsTest, HandlesWithoutARegistryCountNothing) {
  MakeCounter(nullptr, kDone).Add();
  MakeGauge(nullptr, kDepth).Set(1);
  MakeHistogram(nullptr, kTime, kBounds).Observe(1);
  MakeGaugeTable(nullptr, kDepth).Replace({{{}, 1}});
  MakeSparseCounters(nullptr, kDone, 1, [](size_t) { return Labels(); }).Add(0);
  Counter().Add();
}

TEST(MetricsTest, ATableShowsOnlyItsNewestRows) {
  Registry registry;
  const GaugeTable depth = registry.AddGaugeTable(kDepth);
  depth.Replace({{{{"pool", "cpu"}}, 3}, {{{"pool", "gpu"}}, 4}});
  EXPECT_THAT(registry.Expose(),
              HasSubstr("longtake_test_depth{pool=\"cpu\"} 3"));
  depth.Replace({{{{"pool", "gpu"}}, 5}});
  const std::string text = registry.Expose();
  EXPECT_THAT(text, HasSubstr("longtake_test_depth{pool=\"gpu\"} 5"));
  EXPECT_THAT(text, Not(HasSubstr("pool=\"cpu\"")));
}

TEST(MetricsTest, ATableHasAnEnd) {
  Registry registry;
  const GaugeTable depth = registry.AddGaugeTable(kDepth);
  GaugeTable::Rows rows;
  for (size_t i = 0; i < GaugeTable::kMaxRows + 1; ++i) {
    rows[{{"pool", std::to_string(10000 + i)}}] = 1;
  }
  depth.Replace(std::move(rows));
  const std::string text = registry.Expose();
  EXPECT_THAT(text, HasSubstr("{pool=\"10999\"}"));
  EXPECT_THAT(text, Not(HasSubstr("{pool=\"11000\"}")));
}

TEST(MetricsTest, SparseCountersShowWhatHasCountedAlone) {
  Registry registry;
  const SparseCounters done =
      registry.AddSparseCounters(kDone, 100, [](size_t i) {
        return Labels{{"code", std::to_string(i)}};
      });
  EXPECT_THAT(registry.Expose(), Not(HasSubstr("longtake_test_done_total{")));
  std::thread other([&done] {
    for (int i = 0; i < 1000; ++i) done.Add(7);
  });
  for (int i = 0; i < 1000; ++i) done.Add(7);
  other.join();
  done.Add(99, 0.5);
  const std::string text = registry.Expose();
  EXPECT_THAT(text, HasSubstr("longtake_test_done_total{code=\"7\"} 2000\n"));
  EXPECT_THAT(text, HasSubstr("longtake_test_done_total{code=\"99\"} 0.5\n"));
  EXPECT_THAT(text, Not(HasSubstr("code=\"8\"")));
}

TEST(MetricsTest, LabelValuesAreEscaped) {
  Registry registry;
  registry.AddCounter(kDone, {{"kind", "a\"b\\c\nd"}});
  EXPECT_THAT(registry.Expose(), HasSubstr(R"({kind="a\"b\\c\nd"} 0)"));
}

TEST(MetricsTest, TheProcessIsToldByTheUsualNames) {
  const std::string text = Registry().Expose();
  for (const char* line :
       {"\nprocess_cpu_seconds_total ", "\nprocess_resident_memory_bytes ",
        "\nprocess_open_fds ", "\nprocess_max_fds ", "\nprocess_threads ",
        "\nprocess_start_time_seconds "}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST(MetricsTest, BucketBoundsRise) {
  const std::span<const double> all[] = {
      kRpcSeconds, kRedisSeconds,  kLeaseWaitSeconds, kTaskSeconds,
      kJobSeconds, kRealtimeRatio, kSeamPsnrDecibels, kSeamJumpRatio};
  for (const std::span<const double> bounds : all) {
    for (size_t i = 1; i < bounds.size(); ++i) {
      EXPECT_LT(bounds[i - 1], bounds[i]);
    }
  }
}

}  // namespace
}  // namespace longtake::metrics
