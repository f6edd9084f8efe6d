// The watermark's figures: what it costs, what it survives, false alarms.
//
//   longtake_watermark_bench --film FILE… [--false-alarms 1000] [--json FILE]
//
// Films are unmarked, of good quality, at least 15 s long, such as
// `longtake render --no-provenance --crf 6` makes.

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "benchmarks/watermark/clips.h"
#include "worker/watermark/film_watermark.h"

namespace longtake::bench {
namespace {

using nlohmann::json;

constexpr int kCrf = 20;  // the default of longtake render
constexpr int64_t kFirstFrame = 1234;
constexpr uint32_t kPayload = 0xA5F01234;

struct Options {
  std::vector<std::string> films;
  int false_alarms = 0;
  int first_clip = 0;
  int frames = 450;  // of each film
  std::vector<int> seconds = {4, 6, 8, 12};
  std::string json_file;
  std::string work = "/tmp/longtake-watermark";
};

StatusOr<json> MeasureCost(const Options& options,
                           std::vector<std::string>* marked) {
  const WatermarkKey key = PublicWatermarkKey();
  json rows = json::array();
  double with = 0, without = 0;
  fmt::print("{:<28} {:>9} {:>8} {:>8} {:>8} {:>7}\n", "film", "ms/frame",
             "PSNR dB", "kbit/s", "unmarked", "cost %");
  for (const std::string& film : options.films) {
    const std::string name = std::filesystem::path(film).stem().string();
    marked->push_back(options.work + "/marked_" + name + ".mp4");
    LT_ASSIGN_OR_RETURN(const MarkedFilm plain,
                        EncodeFilm(film, nullptr, 0, 0, options.frames, kCrf,
                                   options.work + "/plain.mp4"));
    LT_ASSIGN_OR_RETURN(const MarkedFilm mark,
                        EncodeFilm(film, &key, kPayload, kFirstFrame,
                                   options.frames, kCrf, marked->back()));
    with += mark.kbits;
    without += plain.kbits;
    const double cost = 100 * (mark.kbits / plain.kbits - 1);
    fmt::print("{:<28} {:>9.3f} {:>8.1f} {:>8.1f} {:>8.1f} {:>7.1f}\n", name,
               mark.cpu_ms_per_frame, mark.psnr_db, mark.kbits, plain.kbits,
               cost);
    rows.push_back({{"film", name},
                    {"cpu_ms_per_frame", mark.cpu_ms_per_frame},
                    {"psnr_db", mark.psnr_db},
                    {"kbits", mark.kbits},
                    {"kbits_unmarked", plain.kbits},
                    {"cost_percent", cost}});
  }
  const double cost = without > 0 ? 100 * (with / without - 1) : 0;
  fmt::print("bits of all films: {:+.1f} %\n", cost);
  return json{{"films", rows}, {"cost_percent", cost}};
}

// Parts of each marked film from two places; how many give the payload.
StatusOr<json> MeasureAttacks(const Options& options,
                              const std::vector<std::string>& marked) {
  const WatermarkKey key = PublicWatermarkKey();
  const std::string clip = options.work + "/attacked.mp4";
  json rows = json::array();
  fmt::print("\n{:<34} {:>7} {:>9} {:>11}\n", "attack (x264, CRF 28)", "s",
             "found", "confidence");
  for (const Attack& attack : AllAttacks()) {
    for (const int seconds : options.seconds) {
      int found = 0, tried = 0;
      double lowest = 1e9;
      for (const std::string& film : marked) {
        for (const double begin : {0.37, 1.7}) {
          const std::string filter =
              attack.filter.empty() ? "" : "-vf " + attack.filter;
          LT_RETURN_IF_ERROR(RunFfmpeg(fmt::format(
              "-ss {} -i '{}' -t {} {} -an -c:v libx264 -crf {} '{}'", begin,
              film, seconds, filter, attack.crf, clip)));
          LT_ASSIGN_OR_RETURN(const worker::FilmWatermark mark,
                              worker::FindWatermark(clip, key, {}));
          ++tried;
          if (mark.detection.found && mark.detection.payload == kPayload) {
            ++found;
          }
          lowest = std::min(lowest, mark.detection.confidence);
        }
      }
      fmt::print("{:<34} {:>7} {:>5}/{:<3} {:>11.1f}\n", attack.name, seconds,
                 found, tried, lowest);
      std::fflush(stdout);
      rows.push_back({{"attack", attack.name},
                      {"seconds", seconds},
                      {"found", found},
                      {"clips", tried},
                      {"lowest_confidence", lowest}});
    }
  }
  return rows;
}

StatusOr<json> CountFalseAlarms(const Options& options) {
  const WatermarkKey key = PublicWatermarkKey();
  const std::string clip = options.work + "/unmarked.mp4";
  int alarms = 0;
  std::vector<double> confidences;
  double reference = 0;
  for (int i = 0; i < options.false_alarms; ++i) {
    LT_RETURN_IF_ERROR(
        MakeUnmarkedClip(options.first_clip + i, options.films, clip));
    LT_ASSIGN_OR_RETURN(const worker::FilmWatermark mark,
                        worker::FindWatermark(clip, key, {}));
    confidences.push_back(mark.detection.confidence);
    reference = std::max(reference, mark.detection.reference);
    if (mark.detection.found) {
      ++alarms;
      fmt::print("FALSE ALARM: clip {}: confidence {:.1f}\n",
                 options.first_clip + i, confidences.back());
    }
    if ((i + 1) % 50 == 0) {
      fmt::print(
          "{} clips, {} false alarms, highest confidence {:.2f}, fit of "
          "the reference {:.2f}\n",
          i + 1, alarms,
          *std::max_element(confidences.begin(), confidences.end()), reference);
      std::fflush(stdout);
    }
  }
  std::sort(confidences.rbegin(), confidences.rend());
  const size_t kept = std::min<size_t>(confidences.size(), 20);
  return json{{"clips", options.false_alarms},
              {"alarms", alarms},
              {"threshold", worker::kDetectionThreshold},
              {"highest_reference", reference},
              {"highest_confidences",
               std::vector<double>(
                   confidences.begin(),
                   confidences.begin() + static_cast<ptrdiff_t>(kept))}};
}

Status Run(const Options& options) {
  std::error_code error;
  std::filesystem::create_directories(options.work, error);
  if (error) return InvalidArgument("can't make " + options.work);
  json all;
  std::vector<std::string> marked;
  if (!options.seconds.empty()) {
    LT_ASSIGN_OR_RETURN(all["cost"], MeasureCost(options, &marked));
    LT_ASSIGN_OR_RETURN(all["attacks"], MeasureAttacks(options, marked));
  }
  if (options.false_alarms > 0) {
    LT_ASSIGN_OR_RETURN(all["false_alarms"], CountFalseAlarms(options));
  }
  if (!options.json_file.empty()) {
    std::ofstream(options.json_file) << all.dump(2) << '\n';
  }
  fmt::print("{}\n", all.contains("false_alarms") ? all["false_alarms"].dump()
                                                  : std::string());
  return OkStatus();
}

}  // namespace
}  // namespace longtake::bench

int main(int argc, char** argv) {
  longtake::bench::Options options;
  CLI::App app{"Cost, robustness and false alarms of the watermark"};
  app.add_option("--film", options.films,
                 "unmarked films of good quality, 15 s or longer");
  app.add_option("--frames", options.frames, "of each film that are used")
      ->capture_default_str();
  app.add_option("--seconds", options.seconds,
                 "lengths of the attacked parts; 0: no attacks")
      ->delimiter(',');
  app.add_option("--false-alarms", options.false_alarms,
                 "so many unmarked clips are looked at [0]");
  app.add_option("--first-clip", options.first_clip, "number of the first [0]");
  app.add_option("--json", options.json_file, "the figures as JSON");
  app.add_option("--work", options.work, "directory of what is made")
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  if (options.seconds == std::vector<int>{0}) options.seconds.clear();
  const longtake::Status status = longtake::bench::Run(options);
  if (status.ok()) return 0;
  fmt::print(stderr, "longtake_watermark_bench: {}\n",
             longtake::Message(status));
  return 1;
}
