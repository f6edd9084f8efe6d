#include "benchmarks/watermark/journal.h"

#include <gtest/gtest.h>

#include <fstream>

#include "common/testing/temp_dir.h"

namespace longtake::bench {
namespace {

using nlohmann::json;

TEST(JournalTest, AnInterruptedRunGoesOnWhereItWas) {
  const TempDir dir;
  const std::string path = dir.Join("journal.jsonl");
  const json subject = {{"films", {"a", "b"}}};
  {
    auto journal = Journal::Open(path, subject);
    ASSERT_TRUE(journal.ok()) << journal.status();
    EXPECT_EQ((*journal)->rows(), 0u);
    ASSERT_TRUE((*journal)->Add("one", {{"found", true}}).ok());
    ASSERT_TRUE((*journal)->Add("two", 2).ok());
    EXPECT_EQ(*(*journal)->Find("two"), 2);
  }
  // The third was being written.
  std::ofstream(path, std::ios::app) << R"({"key":"three","ro)";
  for (int run = 0; run < 2; ++run) {
    auto journal = Journal::Open(path, subject);
    ASSERT_TRUE(journal.ok()) << journal.status();
    EXPECT_EQ((*journal)->rows(), 2u + static_cast<size_t>(run));
    ASSERT_NE((*journal)->Find("one"), nullptr);
    EXPECT_EQ(*(*journal)->Find("one"), json({{"found", true}}));
    EXPECT_EQ((*journal)->Find("three") != nullptr, run == 1);
    ASSERT_TRUE((*journal)->Add("three", 3).ok());
  }
}

TEST(JournalTest, AnotherSubjectBeginsAnew) {
  const TempDir dir;
  const std::string path = dir.Join("journal.jsonl");
  ASSERT_TRUE((*Journal::Open(path, {{"program", "1"}}))->Add("a", 1).ok());
  EXPECT_EQ((*Journal::Open(path, {{"program", "2"}}))->rows(), 0u);
  EXPECT_EQ((*Journal::Open(path, {{"program", "1"}}))->rows(), 0u);
  EXPECT_FALSE(Journal::Open(dir.Join("none/journal.jsonl"), {}).ok());
}

}  // namespace
}  // namespace longtake::bench
