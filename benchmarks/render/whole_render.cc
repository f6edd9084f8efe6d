#include "benchmarks/render/whole_render.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <memory>
#include <thread>
#include <vector>

#include "worker/encode/segment_encoder.h"
#include "worker/encode/yuv_frame.h"

namespace longtake::benchmarks {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr int kEncodeFrames = 600;  // kept in memory: 236 MB of YUV
constexpr int kSide = 512;
constexpr int kCrf = 20;  // what renders have by default
constexpr char kBin[] = LONGTAKE_BIN_DIR "/longtake";
constexpr char kPortrait[] = LONGTAKE_SHARE_DIR "/demo/astronaut.png";
constexpr char kText[] =
    "The quick brown fox jumps over the lazy dog. Bring me a map, please; "
    "perhaps both of them. How many people will be there tomorrow evening? ";

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

}  // namespace

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

StatusOr<RenderRun> RenderTake(const fs::path& dir, const std::string& audio,
                               int workers) {
  const fs::path cache = dir / "cache";
  fs::remove_all(cache);
  std::string command =
      std::string(kBin) + " render --json --force --measure none" +
      " --portrait " + kPortrait + " --audio " + audio + " --cache-dir " +
      cache.string() + " -o " + (dir / "take.mp4").string();
  if (workers > 0) command += " --workers " + std::to_string(workers);
  const json result = json::parse(Capture(command + " 2>/dev/null"), nullptr,
                                  /*allow_exceptions=*/false);
  if (!result.is_object() || !result.contains("frames")) {
    return Internal("render failed: " + command);
  }
  RenderRun run;
  run.frames = result["frames"];
  run.seconds = result["wall_seconds"];
  run.realtime_factor = result["realtime_factor"];
  run.peak_rss_mb = result["peak_rss_bytes"].get<double>() / 1e6;
  run.report = result;
  return run;
}

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
          settings.crf = kCrf;
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

}  // namespace longtake::benchmarks
