// longtake-soak: random faults on farm after farm, for as long as it is told.
// Each round has its own seed, that runs it again alone.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "tests/chaos/soak_faults.h"

namespace longtake::chaos {
namespace {

constexpr int kJobVariants = 4;

struct SoakOptions {
  double minutes = 5;
  uint64_t seed = 0;
  int rounds = 1 << 30;
};

SoakOptions& Flags() {
  static SoakOptions options;
  return options;
}

// By itself, also where its chunks were damaged; a store that could not be
// written to ends jobs, which then are asked to go on.
void AwaitSuccess(SoakFarm& soak, const std::string& job) {
  JobView view = soak.farm().Await(job, std::chrono::seconds(120));
  if (view.state == JobState::kFailed && soak.store_failed()) {
    soak.farm().Retry(job);
    soak.farm().CountFault("job retried");
    view = soak.farm().Await(job, std::chrono::seconds(120));
  }
  EXPECT_EQ(view.state, JobState::kSucceeded) << view.error;
}

void PlayRound(uint64_t seed, std::map<std::string, int>* totals) {
  const auto variant = [seed](int i) {
    SmallJob job = kChaosJob;
    job.seed = 100 + (seed + static_cast<uint64_t>(i)) % kJobVariants;
    return job;
  };
  for (int i = 0; i < kJobVariants; ++i) UndisturbedRun(variant(i));
  const auto begin = std::chrono::steady_clock::now();
  SoakFarm soak(seed);
  ChaosFarm& farm = soak.farm();
  std::vector<std::string> jobs;
  const int count = 2 + soak.Draw(3);
  for (int i = 0; i < count; ++i) {
    jobs.push_back(farm.Submit(fmt::format("job {}", i), variant(i)));
  }
  const int strikes = 3 + soak.Draw(5);
  for (int i = 0; i < strikes; ++i) soak.Strike(jobs);
  soak.Heal();
  for (const std::string& job : jobs) AwaitSuccess(soak, job);
  farm.ExpectCleanAudit();
  std::string faults;
  for (const auto& [fault, times] : farm.faults()) {
    (*totals)[fault] += times;
    faults +=
        fmt::format("{}{} x {}", faults.empty() ? "" : ", ", fault, times);
  }
  const std::chrono::duration<double> took =
      std::chrono::steady_clock::now() - begin;
  fmt::print("seed {}: {}, {} jobs, {}: {} ({:.1f} s)\n", seed, soak.shape(),
             count, faults, testing::Test::HasFailure() ? "BROKEN" : "all well",
             took.count());
  std::fflush(stdout);
}

TEST(Soak, RandomFaults) {
  const auto end = std::chrono::steady_clock::now() +
                   std::chrono::duration<double>(Flags().minutes * 60);
  std::map<std::string, int> totals;
  int rounds = 0;
  while (rounds < Flags().rounds && !HasFailure() &&
         std::chrono::steady_clock::now() < end) {
    PlayRound(Flags().seed + static_cast<uint64_t>(rounds++), &totals);
  }
  fmt::print("{} rounds; faults injected:\n", rounds);
  for (const auto& [fault, times] : totals) {
    fmt::print("  {:6} {}\n", times, fault);
  }
}

}  // namespace
}  // namespace longtake::chaos

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  auto& flags = longtake::chaos::Flags();
  flags.seed = std::random_device()();
  CLI::App app{
      "Random faults on farms of real processes, audited round by "
      "round. Ends with exit code 1 after the first broken round."};
  app.add_option("--minutes", flags.minutes, "how long new rounds are begun")
      ->check(CLI::Range(0.0, 10080.0))
      ->capture_default_str();
  app.add_option("--seed", flags.seed,
                 "of the first round; the next has one "
                 "more. Default: a random one");
  app.add_option("--rounds", flags.rounds, "at most so many")
      ->check(CLI::Range(1, 1 << 30));
  CLI11_PARSE(app, argc, argv);
  return RUN_ALL_TESTS();
}
