#include "client/progress/progress_printer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <memory>

namespace longtake::client {
namespace {

struct CloseFile {
  void operator()(FILE* file) const { (void)std::fclose(file); }
};

class ProgressPrinterTest : public testing::Test {
 protected:
  std::string Written() {
    std::fflush(file_.get());
    std::rewind(file_.get());
    std::string text(1 << 16, '\0');
    text.resize(std::fread(text.data(), 1, text.size(), file_.get()));
    return text;
  }
  ProgressPrinter::Options Options(bool terminal) {
    ProgressPrinter::Options options;
    options.out = file_.get();
    options.terminal = terminal;
    options.rate = {30, 1};
    return options;
  }
  static JobProgress At(const char* stage, int64_t frames) {
    JobProgress p;
    p.stage = stage;
    p.frames_done = frames;
    p.frames_total = 1000;
    return p;
  }
  const std::unique_ptr<FILE, CloseFile> file_{std::tmpfile()};
  const absl::Time start_ = absl::FromUnixSeconds(1000);
};

TEST_F(ProgressPrinterTest, PlainLinesComeByStageAndInterval) {
  {
    ProgressPrinter printer(Options(false));
    printer.Show(At("render", 0), start_ + absl::Seconds(2));
    printer.Show(At("render", 30), start_ + absl::Seconds(3));
    printer.Show(At("render", 60), start_ + absl::Seconds(4));
    printer.Show(At("render", 330), start_ + absl::Seconds(13));
    printer.Show(At("assemble", 1000), start_ + absl::Seconds(14));
  }
  EXPECT_EQ(Written(),
            "render  30.0 frames/s  1.00x real time  0:33 to go\n"
            "render  30.0 frames/s  1.00x real time  0:23 to go\n"
            "assemble  83.3 frames/s  2.78x real time\n");
}

TEST_F(ProgressPrinterTest, PlainLinesBeginWithTheFirstFrame) {
  {
    ProgressPrinter printer(Options(false));
    printer.Show(At("analyze", 0), start_);
    printer.Show(At("plan", 0), start_ + absl::Seconds(1));
    printer.Show(At("render", 0), start_ + absl::Seconds(2));
    printer.ShowEnd(At("render", 0), start_ + absl::Seconds(3));
  }
  EXPECT_EQ(Written(), "");
}

TEST_F(ProgressPrinterTest, LastPlainLineTellsTheWholeJobsAverage) {
  {
    ProgressPrinter printer(Options(false));
    printer.Show(At("render", 0), start_);
    printer.Show(At("render", 900), start_ + absl::Seconds(10));
    printer.Show(At("render", 950), start_ + absl::Seconds(30));
    printer.ShowEnd(At("done", 1000), start_ + absl::Seconds(50));
  }
  EXPECT_TRUE(Written().ends_with(
      "\ndone  20.0 frames/s  0.67x real time  on average\n"))
      << Written();
}

TEST_F(ProgressPrinterTest, TerminalLineIsRenewedAndClearedAtTheEnd) {
  {
    ProgressPrinter printer(Options(true));
    printer.Show(At("render", 0), start_);
    printer.Say("a word");
    printer.Show(At("render", 500), start_ + absl::Seconds(1));
  }
  const std::string text = Written();
  EXPECT_EQ(text.find("\r\033[Krender"), 0u);
  EXPECT_NE(text.find("\r\033[Ka word\n"), std::string::npos);
  EXPECT_TRUE(text.ends_with("\r\033[K"));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
}

TEST_F(ProgressPrinterTest, FileIsNoTerminal) {
  EXPECT_FALSE(IsTerminal(file_.get()));
}

}  // namespace
}  // namespace longtake::client
