// The watermark's figures: what it costs, what it survives, false alarms.
//
//   longtake_watermark_bench --film FILE… [--false-alarms 1000] [--json FILE]
//
// Films are unmarked, of good quality, at least 15 s long, such as
// `longtake render --no-provenance --crf 6` makes. A run that was interrupted
// goes on where it was. Exit code 1: docs/provenance.md promises more.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "benchmarks/watermark/clips.h"
#include "benchmarks/watermark/journal.h"
#include "common/digest/sha256.h"
#include "worker/media/video_reader.h"
#include "worker/watermark/film_watermark.h"

namespace longtake::bench {
namespace {

using nlohmann::json;

constexpr int kCrf = 20;  // the default of longtake render
constexpr int64_t kFirstFrame = 1234;
constexpr uint32_t kPayload = 0xA5F01234;
constexpr int kPlacesInFilm = 2;
// What docs/provenance.md promises.
constexpr double kLeastPsnrDb = 42;
constexpr int kLongEnough = 8;  // seconds of a part
constexpr int kRowsBetweenPrints = 50;

struct Options {
  std::vector<std::string> films;
  int false_alarms = 0;
  int first_clip = 0;
  int frames = 450;  // of each film
  std::vector<int> seconds = {4, 6, 8};
  std::string json_file;
  std::string work = "/tmp/longtake-watermark";
};

std::string NameOf(const std::string& film) {
  return std::filesystem::path(film).stem().string();
}

std::string MarkedPath(const Options& options, const std::string& film) {
  return options.work + "/marked_" + NameOf(film) + ".mp4";
}

// What figures hang on: this program, the films and how much of them is used.
StatusOr<json> SubjectOf(const Options& options) {
  json subject = {{"frames", options.frames}};
  LT_ASSIGN_OR_RETURN(subject["program"], Sha256OfFile("/proc/self/exe"));
  for (const std::string& film : options.films) {
    LT_ASSIGN_OR_RETURN(const std::string digest, Sha256OfFile(film));
    subject["films"].push_back(digest);
  }
  return subject;
}

class Bench {
 public:
  Bench(const Options& options, Journal* journal)
      : options_(options), journal_(*journal) {}

  StatusOr<json> MeasureCost();
  StatusOr<json> MeasureAttacks();
  StatusOr<json> CountFalseAlarms();
  // What was promised and isn't so, one line each.
  const std::vector<std::string>& broken() const { return broken_; }

 private:
  StatusOr<json> CostOf(const std::string& film);
  StatusOr<json> AttackRow(const Attack& attack, int seconds);
  StatusOr<json> LookAtAttacked(const Attack& attack, int seconds, int place);
  StatusOr<json> LookAtUnmarked(int index);

  const Options& options_;
  Journal& journal_;
  const WatermarkKey key_ = PublicWatermarkKey();
  std::vector<std::string> broken_;
};

StatusOr<json> Bench::CostOf(const std::string& film) {
  const std::string key = "cost/" + NameOf(film);
  const std::string marked = MarkedPath(options_, film);
  const json* known = journal_.Find(key);
  // The attacks need the marked film.
  if (known != nullptr && std::filesystem::exists(marked)) return *known;
  LT_ASSIGN_OR_RETURN(const MarkedFilm plain,
                      EncodeFilm(film, nullptr, 0, 0, options_.frames, kCrf,
                                 options_.work + "/plain.mp4"));
  LT_ASSIGN_OR_RETURN(
      const MarkedFilm mark,
      EncodeFilm(film, &key_, kPayload, kFirstFrame, options_.frames, kCrf,
                 options_.work + "/part.mp4"));
  std::error_code error;
  std::filesystem::rename(options_.work + "/part.mp4", marked, error);
  if (error) return Internal("can't write " + marked);
  const json row = {{"film", NameOf(film)},
                    {"cpu_ms_per_frame", mark.cpu_ms_per_frame},
                    {"psnr_db", mark.psnr_db},
                    {"kbits", mark.kbits},
                    {"kbits_unmarked", plain.kbits},
                    {"cost_percent", 100 * (mark.kbits / plain.kbits - 1)}};
  LT_RETURN_IF_ERROR(journal_.Add(key, row));
  return row;
}

StatusOr<json> Bench::MeasureCost() {
  json rows = json::array();
  double with = 0, without = 0;
  fmt::print("{:<28} {:>9} {:>8} {:>8} {:>8} {:>7}\n", "film", "ms/frame",
             "PSNR dB", "kbit/s", "unmarked", "cost %");
  for (const std::string& film : options_.films) {
    LT_ASSIGN_OR_RETURN(const json row, CostOf(film));
    with += row["kbits"].get<double>();
    without += row["kbits_unmarked"].get<double>();
    const double psnr_db = row["psnr_db"];
    fmt::print("{:<28} {:>9.3f} {:>8.1f} {:>8.1f} {:>8.1f} {:>7.1f}\n",
               NameOf(film), row["cpu_ms_per_frame"].get<double>(), psnr_db,
               row["kbits"].get<double>(), row["kbits_unmarked"].get<double>(),
               row["cost_percent"].get<double>());
    std::fflush(stdout);
    if (psnr_db <= kLeastPsnrDb) {
      broken_.push_back(fmt::format("{}: PSNR {:.1f} dB, not above {:.0f}",
                                    NameOf(film), psnr_db, kLeastPsnrDb));
    }
    rows.push_back(row);
  }
  const double cost = without > 0 ? 100 * (with / without - 1) : 0;
  fmt::print("bits of all films: {:+.1f} %\n", cost);
  return json{{"films", rows}, {"cost_percent", cost}};
}

// Place number `place` of all films: parts begin at places that are spread over
// what the films leave, so they meet the cycle of signs anywhere.
StatusOr<json> Bench::LookAtAttacked(const Attack& attack, int seconds,
                                     int place) {
  const std::string key = fmt::format("{}/{}/{}", attack.name, seconds, place);
  if (const json* known = journal_.Find(key)) return *known;
  const int places = static_cast<int>(options_.films.size()) * kPlacesInFilm;
  const std::string marked = MarkedPath(
      options_, options_.films[static_cast<size_t>(place / kPlacesInFilm)]);
  LT_ASSIGN_OR_RETURN(const std::unique_ptr<worker::VideoReader> reader,
                      worker::VideoReader::Open(marked, marked, {}));
  const double left =
      static_cast<double>(reader->facts().duration_us) / 1e6 - seconds;
  if (left < 0) {
    return InvalidArgument(
        fmt::format("{} is shorter than {} s", marked, seconds));
  }
  const std::string clip = options_.work + "/attacked.mp4";
  LT_RETURN_IF_ERROR(MakeAttackedClip(marked, left * place / (places - 1),
                                      seconds, attack, clip));
  LT_ASSIGN_OR_RETURN(const worker::FilmWatermark mark,
                      worker::FindWatermark(clip, key_, {}));
  const json row = {
      {"found", mark.detection.found && mark.detection.payload == kPayload},
      {"confidence", mark.detection.confidence}};
  LT_RETURN_IF_ERROR(journal_.Add(key, row));
  return row;
}

StatusOr<json> Bench::AttackRow(const Attack& attack, int seconds) {
  const int places = static_cast<int>(options_.films.size()) * kPlacesInFilm;
  int found = 0;
  std::vector<double> confidences;
  for (int place = 0; place < places; ++place) {
    LT_ASSIGN_OR_RETURN(const json one, LookAtAttacked(attack, seconds, place));
    if (one["found"].get<bool>()) ++found;
    confidences.push_back(one["confidence"]);
  }
  std::sort(confidences.begin(), confidences.end());
  const double median = confidences[confidences.size() / 2];
  fmt::print("{:<34} {:>3} {:>4} {:>5}/{:<3} {:>7.1f} {:>7.1f}\n", attack.name,
             attack.crf, seconds, found, places, confidences[0], median);
  std::fflush(stdout);
  if (attack.promised && seconds >= kLongEnough && found < places) {
    broken_.push_back(fmt::format("{}, {} s: found in {} of {} parts",
                                  attack.name, seconds, found, places));
  }
  return json{{"attack", attack.name},
              {"crf", attack.crf},
              {"seconds", seconds},
              {"found", found},
              {"clips", places},
              {"lowest_confidence", confidences[0]},
              {"median_confidence", median}};
}

StatusOr<json> Bench::MeasureAttacks() {
  json rows = json::array();
  fmt::print("\n{:<34} {:>3} {:>4} {:>9} {:>7} {:>7}\n", "attack", "CRF", "s",
             "found", "lowest", "median");
  for (const Attack& attack : AllAttacks()) {
    for (const int seconds : options_.seconds) {
      LT_ASSIGN_OR_RETURN(const json row, AttackRow(attack, seconds));
      rows.push_back(row);
    }
  }
  return rows;
}

StatusOr<json> Bench::LookAtUnmarked(int index) {
  const std::string key = fmt::format("unmarked/{}", index);
  if (const json* known = journal_.Find(key)) return *known;
  const std::string clip = options_.work + "/unmarked.mp4";
  LT_RETURN_IF_ERROR(MakeUnmarkedClip(index, options_.films, clip));
  LT_ASSIGN_OR_RETURN(const worker::FilmWatermark mark,
                      worker::FindWatermark(clip, key_, {}));
  const json row = {{"found", mark.detection.found},
                    {"confidence", mark.detection.confidence},
                    {"reference", mark.detection.reference}};
  LT_RETURN_IF_ERROR(journal_.Add(key, row));
  return row;
}

StatusOr<json> Bench::CountFalseAlarms() {
  int alarms = 0;
  std::vector<double> confidences;
  double reference = 0;
  fmt::print("\n");
  for (int i = 0; i < options_.false_alarms; ++i) {
    const int index = options_.first_clip + i;
    LT_ASSIGN_OR_RETURN(const json row, LookAtUnmarked(index));
    confidences.push_back(row["confidence"]);
    reference = std::max(reference, row["reference"].get<double>());
    if (row["found"].get<bool>()) {
      ++alarms;
      broken_.push_back(fmt::format("false alarm: clip {}, confidence {:.1f}",
                                    index, confidences.back()));
    }
    if ((i + 1) % kRowsBetweenPrints == 0 || i + 1 == options_.false_alarms) {
      fmt::print(
          "{} unmarked clips, {} false alarms, highest confidence {:.2f} "
          "(threshold {:.0f}), fit of the reference {:.2f}\n",
          i + 1, alarms,
          *std::max_element(confidences.begin(), confidences.end()),
          worker::kDetectionThreshold, reference);
      std::fflush(stdout);
    }
  }
  std::sort(confidences.rbegin(), confidences.rend());
  confidences.resize(std::min<size_t>(confidences.size(), 20));
  return json{{"clips", options_.false_alarms},
              {"alarms", alarms},
              {"threshold", worker::kDetectionThreshold},
              {"highest_reference", reference},
              {"highest_confidences", confidences}};
}

// False where a promise is broken.
StatusOr<bool> Run(const Options& options) {
  std::error_code error;
  std::filesystem::create_directories(options.work, error);
  if (error) return InvalidArgument("can't make " + options.work);
  LT_ASSIGN_OR_RETURN(const json subject, SubjectOf(options));
  const std::string path = options.work + "/journal.jsonl";
  LT_ASSIGN_OR_RETURN(const std::unique_ptr<Journal> journal,
                      Journal::Open(path, subject));
  if (journal->rows() > 0) {
    fmt::print("going on after {} figures of an interrupted run ({})\n",
               journal->rows(), path);
  }
  Bench bench(options, journal.get());
  json all;
  if (!options.seconds.empty()) {
    LT_ASSIGN_OR_RETURN(all["cost"], bench.MeasureCost());
    LT_ASSIGN_OR_RETURN(all["attacks"], bench.MeasureAttacks());
  }
  if (options.false_alarms > 0) {
    LT_ASSIGN_OR_RETURN(all["false_alarms"], bench.CountFalseAlarms());
  }
  if (!options.json_file.empty()) {
    std::ofstream out(options.json_file);
    out << all.dump(2) << std::endl;
    if (!out) return Internal("can't write " + options.json_file);
  }
  std::filesystem::remove(path, error);  // the run is whole
  for (const std::string& line : bench.broken()) {
    fmt::print("NOT AS PROMISED: {}\n", line);
  }
  return bench.broken().empty();
}

}  // namespace
}  // namespace longtake::bench

int main(int argc, char** argv) {
  longtake::bench::Options options;
  bool quick = false;
  CLI::App app{"Cost, robustness and false alarms of the watermark"};
  app.add_option("--film", options.films,
                 "unmarked films of good quality, 15 s or longer")
      ->required();
  app.add_option("--frames", options.frames, "of each film that are used")
      ->capture_default_str();
  app.add_option("--seconds", options.seconds,
                 "lengths of the attacked parts; 0: no attacks")
      ->delimiter(',');
  app.add_option("--false-alarms", options.false_alarms,
                 "so many unmarked clips are looked at [0]");
  app.add_option("--first-clip", options.first_clip, "number of the first [0]");
  app.add_flag("--quick", quick, "parts of 8 s and 30 unmarked clips alone");
  app.add_option("--json", options.json_file, "the figures as JSON");
  app.add_option("--work", options.work,
                 "directory of what is made, and of the figures so far")
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  if (quick) {
    options.seconds = {8};
    options.false_alarms = 30;
  }
  if (options.seconds == std::vector<int>{0}) options.seconds.clear();
  const longtake::StatusOr<bool> kept = longtake::bench::Run(options);
  if (kept.ok()) return *kept ? 0 : 1;
  fmt::print(stderr, "longtake_watermark_bench: {}\n",
             longtake::Message(kept.status()));
  return 1;
}
