// longtake motion inspect: a motion file in figures and as a picture.

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>

#include "client/cli/motion_commands.h"
#include "client/files/input_files.h"
#include "client/files/output_file.h"
#include "client/files/scratch_directory.h"
#include "client/motion/motion_plot.h"
#include "client/motion/motion_stats.h"
#include "client/report/print.h"
#include "worker/engine/guides/guide_text.h"
#include "worker/engine/motion/live_link_csv.h"
#include "worker/media/audio_file.h"
#include "worker/media/pcm_file.h"

namespace longtake::client {
namespace {

struct InspectFlags {
  std::string motion;
  std::string audio;
  std::string output;  // empty: figures alone
  std::string fps = "30";
  std::string from, to;  // empty: all of it
  bool force = false;
};

StatusOr<worker::MotionTrack> ReadMotion(const InspectFlags& flags) {
  worker::LiveLinkImportOptions options;
  LT_ASSIGN_OR_RETURN(options.rate, ParseFrameRate(flags.fps));
  LT_RETURN_IF_ERROR(CheckInput({"motion", flags.motion}));
  std::ifstream in(flags.motion, std::ios::binary);
  StatusOr<worker::MotionTrack> track = worker::ImportLiveLinkCsv(in, options);
  if (!track.ok()) return Annotate(track.status(), "motion " + flags.motion);
  return track;
}

StatusOr<int64_t> ReadTime(const char* flag, const std::string& text) {
  const std::optional<int64_t> time_us = worker::ParseGuideTime(text);
  if (time_us) return *time_us;
  return InvalidArgument(fmt::format(
      "{} '{}' is no time: give seconds (72.5) or HH:MM:SS.mmm", flag, text));
}

StatusOr<PlotOptions> Stretch(const InspectFlags& flags,
                              const worker::MotionTrack& track) {
  PlotOptions options;
  options.title = std::filesystem::path(flags.motion).filename().string();
  const int64_t end_us = MicrosAtFrame(track.range.end, track.rate);
  options.end_us = end_us;
  if (!flags.from.empty()) {
    LT_ASSIGN_OR_RETURN(options.begin_us, ReadTime("--from", flags.from));
  }
  if (!flags.to.empty()) {
    LT_ASSIGN_OR_RETURN(options.end_us, ReadTime("--to", flags.to));
    options.end_us = std::min(options.end_us, end_us);
  }
  if (options.begin_us >= options.end_us) {
    return InvalidArgument(
        fmt::format("nothing lies between {} and {}: the motion ends at {}",
                    worker::FormatGuideTime(options.begin_us),
                    worker::FormatGuideTime(options.end_us),
                    worker::FormatGuideTime(end_us)));
  }
  return options;
}

StatusOr<std::vector<WaveColumn>> ReadSound(const InspectFlags& flags,
                                            const PlotOptions& options) {
  LT_RETURN_IF_ERROR(CheckInput({"audio", flags.audio}));
  LT_ASSIGN_OR_RETURN(const std::unique_ptr<ScratchDirectory> scratch,
                      ScratchDirectory::Create());
  const std::string path = scratch->Join("pcm");
  LT_RETURN_IF_ERROR(
      worker::AnalyzeAudio(flags.audio, flags.audio, path).status());
  LT_ASSIGN_OR_RETURN(const std::unique_ptr<worker::PcmFile> pcm,
                      worker::PcmFile::Open(path));
  return ReadWaveform(*pcm, options.begin_us, options.end_us, kPlotColumns);
}

Status Draw(const InspectFlags& flags, const worker::MotionTrack& track) {
  LT_ASSIGN_OR_RETURN(const PlotOptions options, Stretch(flags, track));
  std::vector<WaveColumn> wave;
  if (!flags.audio.empty()) {
    LT_ASSIGN_OR_RETURN(wave, ReadSound(flags, options));
  }
  LT_ASSIGN_OR_RETURN(const std::unique_ptr<OutputFile> file,
                      OutputFile::Create(flags.output));
  LT_RETURN_IF_ERROR(file->Append(PlotMotion(track, wave, options)));
  return file->Commit();
}

Status Inspect(const InspectFlags& flags, const CommandLine& line) {
  if (flags.output.empty() &&
      !(flags.audio.empty() && flags.from.empty() && flags.to.empty())) {
    return InvalidArgument(
        "--audio, --from and --to are for the picture: give -o FILE.svg");
  }
  if (!flags.output.empty()) {
    if (!flags.output.ends_with(".svg")) {
      return InvalidArgument(fmt::format(
          "output {}: a picture is written as SVG: give a name that ends in "
          ".svg",
          flags.output));
    }
    LT_RETURN_IF_ERROR(CheckOutput(flags.output, flags.force, "",
                                   [](const std::string&) { return ""; }));
  }
  LT_ASSIGN_OR_RETURN(const worker::MotionTrack track, ReadMotion(flags));
  if (!flags.output.empty()) LT_RETURN_IF_ERROR(Draw(flags, track));
  if (line.json) {
    Print(stdout, MotionStatsJson(flags.motion, track) + "\n");
  } else if (flags.output.empty()) {
    Print(stdout, MotionStatsTable(flags.motion, track));
  } else {
    Print(stdout,
          fmt::format("{}: {} frames\n", flags.output, track.range.size()));
  }
  return OkStatus();
}

}  // namespace

void AddMotionInspect(CLI::App* motion, CommandLine* line) {
  const auto flags = std::make_shared<InspectFlags>();
  CLI::App* command = motion->add_subcommand(
      "inspect", "Tell and draw what is in a Live Link Face CSV");
  command->add_option("FILE", flags->motion, "the CSV")->required();
  command->add_option("--audio", flags->audio,
                      "the sound that belongs to it, for its waveform");
  command->add_option("-o,--output", flags->output,
                      "the SVG to write [none: figures alone]");
  command->add_option("--fps", flags->fps, "frames a second to read it at")
      ->capture_default_str();
  command->add_option("--from", flags->from, "where the picture begins");
  command->add_option("--to", flags->to, "where it ends");
  command->add_flag("--force", flags->force, "replace an existing output");
  AddCommonFlags(command, line);
  command->footer(
      "\nExamples:\n"
      "  longtake motion inspect talk.csv --json\n"
      "  longtake motion inspect talk.csv --audio talk.wav -o talk.svg --from "
      "60 --to 75");
  command->callback([flags, line] {
    line->run = [flags, line] { return Inspect(*flags, *line); };
  });
}

}  // namespace longtake::client
