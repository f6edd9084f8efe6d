// Speed and memory of whole renders, as users see them, and their ratio to
// encoding the same frames alone. Run by ./dev bench.
//
//   longtake_bench [--quick] [--minutes 45] [--json FILE]

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "common/status/status.h"
#include "worker/encode/segment_encoder.h"
#include "worker/encode/yuv_converter.h"

namespace longtake {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr int kShortSeconds = 60;
constexpr int kEncodeFrames = 600;  // kept in memory: 236 MB of YUV
constexpr int kSide = 512;
constexpr char kBin[] = LONGTAKE_BIN_DIR "/longtake";
constexpr char kPortrait[] = LONGTAKE_SHARE_DIR "/demo/astronaut.png";
constexpr char kText[] =
    "The quick brown fox jumps over the lazy dog. Bring me a map, please; "
    "perhaps both of them. How many people will be there tomorrow evening? ";

// Standard output of a shell command; empty when it fails.
std::string Capture(const std::string& command) {
  std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"),
                                             pclose);
  std::string out;
  std::array<char, 65536> buffer;
  size_t n = 0;
  while (pipe && (n = fread(buffer.data(), 1, buffer.size(), pipe.get())) > 0) {
    out.append(buffer.data(), n);
  }
  return out;
}

// About `seconds` of speech: a spoken minute, looped and cut.
std::string MakeSpeech(const fs::path& dir, int seconds) {
  const std::string phrase = dir / "phrase.wav";
  const std::string out = dir / ("speech" + std::to_string(seconds) + ".wav");
  std::string text;
  for (int i = 0; i < 6; ++i) text += kText;
  Capture("espeak-ng -v en -s 150 -w " + phrase + " '" + text + "'");
  Capture("ffmpeg -v error -y -stream_loop -1 -i " + phrase + " -t " +
          std::to_string(seconds) + " -c:a pcm_s16le " + out);
  return out;
}

// One `longtake render` from an empty cache; its --json object.
StatusOr<json> Render(const fs::path& dir, const std::string& audio,
                      int workers) {
  const fs::path cache = dir / "cache";
  fs::remove_all(cache);
  std::string command = std::string(kBin) + " render --json --force" +
                        " --portrait " + kPortrait + " --audio " + audio +
                        " --cache-dir " + cache.string() + " -o " +
                        (dir / "take.mp4").string();
  if (workers > 0) command += " --workers " + std::to_string(workers);
  const json result = json::parse(Capture(command + " 2>/dev/null"), nullptr,
                                  /*allow_exceptions=*/false);
  if (!result.is_object() || !result.contains("frames")) {
    return Internal("render failed: " + command);
  }
  return result;
}

// The first frames of a film, as the encoder gets them.
StatusOr<std::vector<worker::YuvFrame>> Decode(const std::string& film) {
  const std::string raw = Capture("ffmpeg -v error -i " + film + " -frames:v " +
                                  std::to_string(kEncodeFrames) +
                                  " -f rawvideo -pix_fmt yuv420p -");
  worker::YuvFrame frame(kSide, kSide);
  const size_t luma = frame.y.size(), chroma = frame.u.size();
  std::vector<worker::YuvFrame> frames;
  for (size_t at = 0; at + luma + 2 * chroma <= raw.size();
       at += luma + 2 * chroma) {
    const auto* p = reinterpret_cast<const uint8_t*>(raw.data()) + at;
    std::copy_n(p, luma, frame.y.begin());
    std::copy_n(p + luma, chroma, frame.u.begin());
    std::copy_n(p + luma + chroma, chroma, frame.v.begin());
    frames.push_back(frame);
  }
  if (frames.empty()) return Internal("cannot decode " + film);
  return frames;
}

// Frames a second of encoding alone: one encoder a core, as the farm does it.
StatusOr<double> EncodeAlone(const fs::path& dir, const std::string& film) {
  LT_ASSIGN_OR_RETURN(const std::vector<worker::YuvFrame> frames, Decode(film));
  const unsigned cores = std::max(1u, std::thread::hardware_concurrency());
  std::vector<Status> outcome(cores);
  const auto begin = std::chrono::steady_clock::now();
  {
    std::vector<std::jthread> threads;
    for (unsigned t = 0; t < cores; ++t) {
      threads.emplace_back([&, t] {
        outcome[t] = [&]() -> Status {
          worker::EncodeSettings settings;
          settings.crf = 20;
          const int64_t n = static_cast<int64_t>(frames.size());
          LT_ASSIGN_OR_RETURN(
              const auto encoder,
              worker::SegmentEncoder::Create(
                  settings, {0, n}, dir / ("chunk" + std::to_string(t))));
          for (const auto& frame : frames) {
            LT_RETURN_IF_ERROR(encoder->Add(frame));
          }
          return encoder->Finish().status();
        }();
      });
    }
  }
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin)
          .count();
  for (const Status& s : outcome) LT_RETURN_IF_ERROR(s);
  return static_cast<double>(cores * frames.size()) / seconds;
}

void PrintRow(const char* what, const json& r) {
  std::printf(
      "%-28s %8lld frames %8.1f s %7.2f x real time %8.1f fps %6.0f MB\n", what,
      r["frames"].get<long long>(), r["wall_seconds"].get<double>(),
      r["realtime_factor"].get<double>(),
      r["frames"].get<double>() / r["wall_seconds"].get<double>(),
      r["peak_rss_bytes"].get<double>() / 1e6);
  std::fflush(stdout);
}

Status RunAll(bool quick, int minutes, const std::string& json_file) {
  const fs::path dir = fs::temp_directory_path() /
                       ("longtake_bench." + std::to_string(getpid()));
  fs::create_directories(dir);
  json all;
  const std::string speech = MakeSpeech(dir, kShortSeconds);
  LT_ASSIGN_OR_RETURN(all["one_worker"], Render(dir, speech, 1));
  PrintRow("60 s, 1 worker", all["one_worker"]);
  LT_ASSIGN_OR_RETURN(all["end_to_end"], Render(dir, speech, 0));
  PrintRow("60 s, default workers", all["end_to_end"]);
  LT_ASSIGN_OR_RETURN(const double encode_fps,
                      EncodeAlone(dir, dir / "take.mp4"));
  const double render_fps = all["end_to_end"]["frames"].get<double>() /
                            all["end_to_end"]["wall_seconds"].get<double>();
  all["encode_alone_fps"] = encode_fps;
  all["encode_ratio"] = encode_fps / render_fps;
  std::printf("%-28s %68.1f fps\n%-28s %68.2f\n", "encoding alone", encode_fps,
              "render time / encode time", encode_fps / render_fps);
  if (!quick) {
    LT_ASSIGN_OR_RETURN(all["long"],
                        Render(dir, MakeSpeech(dir, 60 * minutes), 0));
    PrintRow((std::to_string(minutes) + " min, default workers").c_str(),
             all["long"]);
  }
  if (!json_file.empty()) std::ofstream(json_file) << all.dump(2) << "\n";
  fs::remove_all(dir);
  return OkStatus();
}

}  // namespace
}  // namespace longtake

int main(int argc, char** argv) {
  bool quick = false;
  int minutes = 45;
  std::string json_file;
  CLI::App app("Speed and memory of whole renders.");
  app.add_flag("--quick", quick, "leave the long job out");
  app.add_option("--minutes", minutes, "length of the long job");
  app.add_option("--json", json_file, "also write the figures to this file");
  CLI11_PARSE(app, argc, argv);
  const longtake::Status status = longtake::RunAll(quick, minutes, json_file);
  if (!status.ok()) {
    std::fprintf(stderr, "longtake_bench: %s\n",
                 longtake::Message(status).c_str());
    return 1;
  }
}
