#include "tests/support/synthetic_engine.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "common/digest/sha256.h"
#include "fmt/format.h"
#include "tests/support/synthetic_renderer.h"
#include "worker/engine/guides/motion_guides.h"

namespace longtake::worker {
namespace {

constexpr int64_t kKeySamples = kAnalysisSampleRateHz;  // one key a second

StatusOr<float> JawStrength(
    const std::map<std::string, std::string>& controls) {
  float jaw = 1.f;
  for (const auto& [name, value] : controls) {
    char* end = nullptr;
    jaw = std::strtof(value.c_str(), &end);
    if (name != "jaw" || value.empty() || *end != '\0' ||
        !(jaw >= 0.f && jaw <= 2.f)) {
      return InvalidArgument(fmt::format(
          "control {}={}: the synthetic engine knows only jaw, 0 to 2", name,
          value));
    }
  }
  return jaw;
}

// The guide "nod": a number from 0 to 1 that turns the whole head.
StatusOr<float> NodOf(const Guides& guides) {
  float nod = 0;
  for (const auto& [role, guide] : guides) {
    if (role == kTranscriptRole) continue;
    char* end = nullptr;
    nod = std::strtof(guide.text.c_str(), &end);
    if (role != "nod" || guide.text.empty() || *end != '\0' ||
        !(nod >= 0.f && nod <= 1.f)) {
      return InvalidArgument(
          fmt::format("{} {}: the synthetic engine knows only nod, 0 to 1",
                      role, guide.name));
    }
  }
  return nod;
}

// The guide "transcript": a second a line; those with a ? are not believed.
std::vector<TranscriptClause> ClausesOf(const Guides& guides) {
  std::vector<TranscriptClause> clauses;
  const auto guide = guides.find(kTranscriptRole);
  if (guide == guides.end()) return clauses;
  std::istringstream lines(guide->second.text);
  for (std::string line; std::getline(lines, line);) {
    const auto n = static_cast<int64_t>(clauses.size());
    const bool believed = line.find('?') == std::string::npos;
    clauses.push_back({n + 1, line, believed, n * 1000000, (n + 1) * 1000000,
                       believed ? 1. : 0.});
  }
  return clauses;
}

float MeanMagnitude(const std::vector<float>& samples) {
  double sum = 0;
  for (float s : samples) sum += std::abs(s);
  return samples.empty() ? 0.f : static_cast<float>(sum / samples.size());
}

// Even in [0, 1), keyed by (seed, index): the finaliser of SplitMix64.
float Noise(uint64_t seed, FrameIndex index) {
  uint64_t z =
      seed + 0x9e3779b97f4a7c15ull * (static_cast<uint64_t>(index) + 1);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
  return static_cast<float>((z ^ (z >> 31)) >> 40) / (1 << 24);
}

int64_t KeyOf(FrameIndex index, FrameRate rate) {
  return SampleAtFrame(index, kAnalysisSampleRateHz, rate) / kKeySamples;
}

Status CheckKeys(const MotionRequest& request, const std::string& keys,
                 FrameRange range) {
  if (range.begin < 0 || range.end > request.total_frames || range.empty()) {
    return InvalidArgument(
        fmt::format("frames [{}, {}) are not within the job's {}", range.begin,
                    range.end, request.total_frames));
  }
  if (KeyOf(range.end - 1, request.rate) >= static_cast<int64_t>(keys.size())) {
    return DataLoss("key motions are shorter than the job");
  }
  return OkStatus();
}

}  // namespace

SyntheticEngine::SyntheticEngine(SyntheticOptions options)
    : description_(std::move(options.description)),
      shared_(std::make_shared<Shared>()) {
  shared_->faults = options.faults;
}

const EngineDescription& SyntheticEngine::Describe() const {
  return description_;
}

StatusOr<EncodedIdentity> SyntheticEngine::EncodeIdentity(
    const Image& portrait, const IdentityOptions& options) const {
  std::array<int64_t, 3> sum{};
  bool flat = true;
  for (size_t i = 0; i < portrait.rgb.size(); ++i) {
    sum[i % 3] += portrait.rgb[i];
    flat = flat && portrait.rgb[i] == portrait.rgb[i % 3];
  }
  if (flat) {
    return InvalidArgument(
        fmt::format("portrait {}: no face found: give a photograph that shows "
                    "one face from the front",
                    options.portrait_name));
  }
  if (options.face > 1) {
    return InvalidArgument(fmt::format(
        "portrait {}: face {} was asked for, the picture has 1: give 1",
        options.portrait_name, options.face));
  }
  const int64_t pixels = int64_t{portrait.width} * portrait.height;
  SyntheticIdentity identity{options.width, options.height, {}};
  for (int c = 0; c < 3; ++c) {
    identity.colour[c] = static_cast<uint8_t>(sum[c] / pixels);
  }
  EncodedIdentity encoded;
  encoded.latent = EncodeSyntheticIdentity(identity);
  if (portrait.width < options.width) {
    encoded.warnings.push_back(
        fmt::format("portrait {} is only {} pixels wide: it was enlarged",
                    options.portrait_name, portrait.width));
  }
  return encoded;
}

StatusOr<MotionPlan> SyntheticEngine::PlanMotion(
    const MotionRequest& request) const {
  LT_RETURN_IF_ERROR(JawStrength(request.controls).status());
  const int64_t keys = KeyOf(request.total_frames - 1, request.rate) + 1;
  float nod = 0;
  if (request.guides != nullptr) {
    LT_ASSIGN_OR_RETURN(nod, NodOf(*request.guides));
  }
  MotionPlan plan;
  if (request.guides != nullptr) plan.transcript = ClausesOf(*request.guides);
  std::vector<float> second(kKeySamples);
  for (int64_t k = 0; k < keys; ++k) {
    LT_RETURN_IF_ERROR(request.pcm.Read(k * kKeySamples, second));
    plan.key_motions.push_back(static_cast<char>(
        std::lround(std::min(1.f, MeanMagnitude(second) + nod) * 127.f)));
  }
  return plan;
}

StatusOr<std::string> SyntheticEngine::MotionInputDigest(
    const MotionRequest& request, const std::string& key_motions,
    FrameRange range) const {
  LT_ASSIGN_OR_RETURN(const float jaw, JawStrength(request.controls));
  LT_RETURN_IF_ERROR(CheckKeys(request, key_motions, range));
  const int64_t first =
      SampleAtFrame(range.begin, kAnalysisSampleRateHz, request.rate) -
      kSyntheticReachSamples;
  const int64_t last =
      SampleAtFrame(range.end - 1, kAnalysisSampleRateHz, request.rate) +
      kSyntheticReachSamples;
  Sha256 hash;
  std::vector<float> block;
  for (int64_t at = first; at < last; at += kKeySamples) {
    block.resize(static_cast<size_t>(std::min(kKeySamples, last - at)));
    LT_RETURN_IF_ERROR(request.pcm.Read(at, block));
    hash.Update(block.data(), block.size() * sizeof(float));
  }
  const int64_t key = KeyOf(range.begin, request.rate);
  hash.Update(
      key_motions.substr(key, KeyOf(range.end - 1, request.rate) + 1 - key));
  hash.Update(fmt::format("jaw={:a}", jaw));
  return hash.Hex();
}

StatusOr<MotionTrack> SyntheticEngine::SampleMotion(
    const MotionRequest& request, const std::string& key_motions,
    FrameRange range) const {
  LT_ASSIGN_OR_RETURN(const float strength, JawStrength(request.controls));
  LT_RETURN_IF_ERROR(CheckKeys(request, key_motions, range));
  MotionTrack track{request.rate, range, {}};
  track.frames.reserve(range.size());
  std::vector<float> around(2 * kSyntheticReachSamples);
  for (FrameIndex f = range.begin; f < range.end; ++f) {
    const int64_t centre =
        SampleAtFrame(f, kAnalysisSampleRateHz, request.rate);
    LT_RETURN_IF_ERROR(
        request.pcm.Read(centre - kSyntheticReachSamples, around));
    MotionFrame frame{};
    frame[kJawOpen] = std::min(1.f, MeanMagnitude(around) * strength);
    frame[kMouthClose] = 1.f - frame[kJawOpen];
    frame[kBrowInnerUp] = Noise(request.seed, f);
    frame[kHeadYaw] =
        static_cast<float>(key_motions[KeyOf(f, request.rate)]) / 1024.f;
    track.frames.push_back(frame);
  }
  return track;
}

StatusOr<std::unique_ptr<FrameRenderer>> SyntheticEngine::OpenRenderer(
    const std::string& identity_latent) const {
  LT_ASSIGN_OR_RETURN(const SyntheticIdentity identity,
                      DecodeSyntheticIdentity(identity_latent));
  return std::unique_ptr<FrameRenderer>(
      std::make_unique<SyntheticRenderer>(identity, shared_));
}

int64_t SyntheticEngine::frames_drawn() const { return shared_->frames_drawn; }
int SyntheticEngine::renderers_opened() const {
  return shared_->renderers_opened;
}

}  // namespace longtake::worker
