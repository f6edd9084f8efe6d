#include "coordinator/app/farm_monitor.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>

#include "common/testing/temp_dir.h"
#include "tests/support/metrics_text.h"

namespace longtake::coordinator {
namespace {

class FarmMonitorTest : public ::testing::Test {
 protected:
  FarmMonitor::Sources Sources() {
    FarmMonitor::Sources sources;
    sources.sample = [this]() -> StatusOr<FarmSample> {
      ++looks_;
      if (down_) return Unavailable("redis: can't be reached");
      FarmSample sample;
      sample.running_jobs = jobs_;
      return sample;
    };
    sources.parked_polls = [] { return 7; };
    sources.epoch = [] { return int64_t{42}; };
    sources.artifacts_path = dir_.path();
    sources.certificate_expiry = []() -> StatusOr<absl::Time> {
      return absl::FromUnixSeconds(1'900'000'000);
    };
    return sources;
  }
  double Value(const std::string& series) {
    return SeriesValue(registry_.Expose(), series);
  }
  // Until a look that began now is over.
  void AwaitLook() {
    const int after = looks_ + 2;
    for (int i = 0; i < 10000 && looks_ < after; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    ASSERT_GE(looks_, after);
  }

  TempDir dir_;
  metrics::Registry registry_;
  Readiness readiness_;
  std::atomic<int> looks_ = 0;
  std::atomic<int> jobs_ = 3;
  std::atomic<bool> down_ = false;
};

TEST_F(FarmMonitorTest, GaugesFollowTheFarm) {
  FarmMonitor monitor(FarmGauges(&registry_), readiness_, Sources(),
                      absl::Milliseconds(1));
  AwaitLook();
  EXPECT_EQ(Value("longtake_coordinator_jobs{state=\"running\"}"), 3);
  EXPECT_EQ(Value("longtake_coordinator_parked_polls"), 7);
  EXPECT_EQ(Value("longtake_coordinator_recovery_epoch"), 42);
  EXPECT_EQ(Value("longtake_coordinator_ready"), 1);
  EXPECT_EQ(Value("longtake_coordinator_store_up"), 1);
  EXPECT_EQ(Value("longtake_coordinator_certificate_expiry_timestamp_seconds"),
            1'900'000'000);
  EXPECT_GT(Value("longtake_coordinator_artifact_size_bytes"), 0);
  EXPECT_GE(Value("longtake_coordinator_artifact_free_bytes"), 0);
  jobs_ = 4;
  readiness_.Fail("serving", "shutting down");
  AwaitLook();
  EXPECT_EQ(Value("longtake_coordinator_jobs{state=\"running\"}"), 4);
  EXPECT_EQ(Value("longtake_coordinator_ready"), 0);
}

TEST_F(FarmMonitorTest, TheLastSampleStaysWhileTheStoreIsDown) {
  FarmMonitor monitor(FarmGauges(&registry_), readiness_, Sources(),
                      absl::Milliseconds(1));
  AwaitLook();
  down_ = true;
  AwaitLook();
  EXPECT_EQ(Value("longtake_coordinator_store_up"), 0);
  EXPECT_EQ(Value("longtake_coordinator_jobs{state=\"running\"}"), 3);
}

TEST_F(FarmMonitorTest, ItEndsInTheMiddleOfItsInterval) {
  const auto began = std::chrono::steady_clock::now();
  {
    FarmMonitor monitor(FarmGauges(&registry_), readiness_, Sources(),
                        absl::Hours(1));
  }
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(60));
}

}  // namespace
}  // namespace longtake::coordinator
