// The worker's command line.

#include <gtest/gtest.h>

#include <algorithm>

#include "worker/app/worker_app.h"

namespace longtake::worker {
namespace {

using Names = std::vector<std::string>;

WorkerAppOptions Parse(std::vector<std::string> arguments) {
  WorkerAppOptions options;
  CLI::App app;
  AddWorkerFlags(app, &options);
  arguments.insert(arguments.end(), {"--artifacts", "/srv/longtake"});
  std::reverse(arguments.begin(), arguments.end());  // as CLI11 takes them
  app.parse(arguments);
  return options;
}

TEST(WorkerFlagsTest, CoordinatorsPoolsAndCapabilitiesAreLists) {
  const WorkerAppOptions options =
      Parse({"--coordinators", "a:7400,b:7400", "--pool", "gpu,film", "--pool",
             "night", "--gpu-memory", "24GiB", "--capability", "av1,nvenc",
             "--capability", "hdr", "--slots", "1"});
  EXPECT_EQ(options.coordinators, "a:7400,b:7400");
  EXPECT_EQ(options.pools, (Names{"gpu", "film", "night"}));
  EXPECT_EQ(options.gpu_memory, "24GiB");
  EXPECT_EQ(options.capabilities, (Names{"av1", "nvenc", "hdr"}));
  EXPECT_EQ(options.slots, 1);
}

TEST(WorkerFlagsTest, OldNameOfTheCoordinatorStillWorks) {
  EXPECT_EQ(Parse({"--coordinator", "a:7400"}).coordinators, "a:7400");
  EXPECT_TRUE(Parse({}).pools.empty());
}

}  // namespace
}  // namespace longtake::worker
