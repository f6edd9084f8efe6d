#include "worker/watermark/detector.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <utility>

#include "worker/watermark/payload_code.h"
#include "worker/watermark/phase.h"
#include "worker/watermark/tile_search.h"

namespace longtake::worker {
namespace {

constexpr int kTile = kTileCells * kTileCells;
// Frames that are averaged first.
constexpr int kBinFrames = 8;
constexpr int kHoldBins = kHoldFrames / kBinFrames;
static_assert(kHoldFrames % kBinFrames == 0);
// Bins that the first look takes together, and its step of the phase.
constexpr int kCoarseBins = 4;
// Content coarser than this is taken out, pixels each way.
constexpr int kBlurRadius = 8;
constexpr int kPowerRadius = 4;
// About the square of the mark itself; what is left is limited: grey levels.
constexpr float kMarkPower = 0.3f;
constexpr float kLimit = 4;
constexpr double kLeastVisible = 0.88;
constexpr double kMostVisible = 1.012;
// A wrong scale may displace the picture's edges by so many cells.
constexpr double kScaleErrorCells = 0.75;
// From so many frames on the pattern changes its sign well inside.
constexpr int kLongPart = kHoldFrames + kHoldFrames / 4;
constexpr size_t kRefined = 4;
constexpr size_t kCandidates = 6;

using Tile = std::vector<float>;

// The mean over (2 radius + 1)^2 pixels around each; borders repeat.
std::vector<float> Blur(int width, int height, int radius,
                        const std::vector<float>& in) {
  const float scale = 1.0f / static_cast<float>(2 * radius + 1);
  std::vector<float> rows(in.size()), out(in.size());
  for (int y = 0; y < height; ++y) {
    const float* p = &in[static_cast<size_t>(y) * width];
    float* to = &rows[static_cast<size_t>(y) * width];
    const auto at = [&](int i) { return p[std::clamp(i, 0, width - 1)]; };
    float sum = 0;
    for (int i = -radius - 1; i < radius; ++i) sum += at(i);
    for (int x = 0; x < width; ++x) {
      sum += at(x + radius) - at(x - radius - 1);
      to[x] = sum * scale;
    }
  }
  std::vector<float> sums(static_cast<size_t>(width));
  const auto row = [&](int y) {
    return &rows[static_cast<size_t>(std::clamp(y, 0, height - 1)) * width];
  };
  for (int i = -radius - 1; i < radius; ++i) {
    for (int x = 0; x < width; ++x) sums[x] += row(i)[x];
  }
  for (int y = 0; y < height; ++y) {
    const float* enters = row(y + radius);
    const float* leaves = row(y - radius - 1);
    float* to = &out[static_cast<size_t>(y) * width];
    for (int x = 0; x < width; ++x) {
      sums[x] += enters[x] - leaves[x];
      to[x] = sums[x] * scale;
    }
  }
  return out;
}

// What the pattern may be: the picture less its coarse content, trusted where
// little else is (Wiener), limited.
void Flatten(int width, int height, std::vector<float>* picture) {
  std::vector<float>& p = *picture;
  const std::vector<float> mean = Blur(width, height, kBlurRadius, p);
  std::vector<float> power(p.size());
  for (size_t i = 0; i < p.size(); ++i) {
    p[i] -= mean[i];
    power[i] = p[i] * p[i];
  }
  power = Blur(width, height, kPowerRadius, power);
  for (size_t i = 0; i < p.size(); ++i) {
    const float trust = kMarkPower / (kMarkPower + std::max(power[i], 0.0f));
    p[i] = trust * std::clamp(p[i], -kLimit, kLimit);
  }
}

// How the film is looked at: whole, which is all that a short part can give, or
// less its mean over all frames, where what stands still is gone and the
// pattern is not, as far as it changed its sign.
enum class View { kWhole, kChanging };
constexpr size_t kViews = 2;

struct Guess {
  View view = View::kWhole;
  double visible = 1;
  int phase = 0;  // bins
  double fit = 0;
  cv::Point shift = {};
};

}  // namespace

struct WatermarkDetector::State {
  explicit State(const WatermarkKey& key) {
    for (int c = 0; c < kComponents; ++c) {
      patterns.push_back(MakePattern(key, c));
      matchers.emplace_back(patterns.back());
    }
  }

  void CloseBin();
  void MakeViews();
  std::vector<Tile> FoldAll(View view, double visible, int together) const;
  cv::Mat1f Combine(View view, const std::vector<Tile>& tiles, int together,
                    int phase) const;
  Guess LookFor(View view, const std::vector<Tile>& tiles, int together,
                double visible, int phase) const;
  std::vector<Guess> CoarseGuesses() const;
  Guess Refine(Guess guess) const;
  double Step() const;
  void Decode(const Guess& guess, WatermarkDetection* detection) const;
  int PhaseOf(const Guess& guess, uint32_t payload,
              const std::vector<Tile>& tiles) const;

  std::vector<CellPattern> patterns;     // by component
  std::vector<PatternMatcher> matchers;  // of each
  int width = 0, height = 0;
  int frames = 0;
  std::vector<float> sum;  // of the bin at hand
  int in_bin = 0;
  std::vector<std::vector<float>> bins;  // means of kBinFrames frames
  std::array<std::vector<std::vector<float>>, kViews> views;  // flattened
};

void WatermarkDetector::State::CloseBin() {
  if (in_bin == 0) return;
  for (float& value : sum) value /= static_cast<float>(in_bin);
  bins.push_back(std::exchange(sum, {}));
  in_bin = 0;
}

void WatermarkDetector::State::MakeViews() {
  std::vector<float> mean(bins[0].size());
  for (const auto& bin : bins) {
    for (size_t i = 0; i < mean.size(); ++i) mean[i] += bin[i];
  }
  for (float& value : mean) value /= static_cast<float>(bins.size());
  auto& changing = views[static_cast<size_t>(View::kChanging)];
  changing = bins;
  for (auto& bin : changing) {
    for (size_t i = 0; i < mean.size(); ++i) bin[i] -= mean[i];
    Flatten(width, height, &bin);
  }
  if (frames >= kLongPart) {
    bins.clear();
    return;
  }
  auto& whole = views[static_cast<size_t>(View::kWhole)];
  whole = std::move(bins);
  for (auto& bin : whole) Flatten(width, height, &bin);
  bins.clear();
}

std::vector<Tile> WatermarkDetector::State::FoldAll(View view, double visible,
                                                    int together) const {
  const auto& pictures = views[static_cast<size_t>(view)];
  const TileFold fold(width, height, visible);
  std::vector<Tile> tiles;
  std::vector<float> mean(static_cast<size_t>(width) * height);
  for (size_t first = 0; first < pictures.size(); first += together) {
    const size_t last = std::min(pictures.size(), first + together);
    const float* picture = pictures[first].data();
    if (last - first > 1) {
      std::fill(mean.begin(), mean.end(), 0.0f);
      for (size_t b = first; b < last; ++b) {
        for (size_t i = 0; i < mean.size(); ++i) mean[i] += pictures[b][i];
      }
      picture = mean.data();
    }
    tiles.emplace_back(kTile);
    fold.Fold(picture, tiles.back().data());
  }
  return tiles;
}

cv::Mat1f WatermarkDetector::State::Combine(View view,
                                            const std::vector<Tile>& tiles,
                                            int together, int phase) const {
  std::vector<float> signs;
  float mean = 0;
  for (size_t i = 0; i < tiles.size(); ++i) {
    const int bin = phase + static_cast<int>(i) * together;
    // The middle of the frames in the tile.
    signs.push_back(static_cast<float>(
        SignAt(FrameIndex{bin} * kBinFrames + together * kBinFrames / 2)));
    mean += signs.back();
  }
  mean /= static_cast<float>(signs.size());
  if (view == View::kWhole) mean = 0;
  cv::Mat1f combined = cv::Mat1f::zeros(kTileCells, kTileCells);
  float* const out = combined.ptr<float>();
  for (size_t i = 0; i < tiles.size(); ++i) {
    const float weight = signs[i] - mean;
    const float* const tile = tiles[i].data();
    for (int k = 0; k < kTile; ++k) out[k] += weight * tile[k];
  }
  return combined;
}

Guess WatermarkDetector::State::LookFor(View view,
                                        const std::vector<Tile>& tiles,
                                        int together, double visible,
                                        int phase) const {
  Guess guess{.view = view, .visible = visible, .phase = phase};
  const cv::Mat1f fit = matchers[0].Match(
      PatternMatcher::Whiten(Combine(view, tiles, together, phase)));
  // Half a cycle on, all signs are the others.
  double lowest = 0;
  cv::Point lowest_at;
  cv::minMaxLoc(fit, &lowest, &guess.fit, &lowest_at, &guess.shift);
  if (-lowest > guess.fit) {
    guess.fit = -lowest;
    guess.shift = lowest_at;
    guess.phase += kHoldBins;
  }
  return guess;
}

double WatermarkDetector::State::Step() const {
  const double cells = kTilesAcross * kTileCells *
                       static_cast<double>(std::max(width, height)) /
                       std::min(width, height);
  // To half a step on either side, at half the picture's length.
  return 4 * kScaleErrorCells / 2 / cells;
}

std::vector<Guess> WatermarkDetector::State::CoarseGuesses() const {
  std::vector<Guess> guesses;
  const double step = Step();
  const int down = static_cast<int>((1 - kLeastVisible) / step) + 1;
  const int up = static_cast<int>((kMostVisible - 1) / step) + 1;
  for (int i = -down; i <= up; ++i) {
    const double visible = 1 + i * step;
    for (const View view : {View::kChanging, View::kWhole}) {
      if (views[static_cast<size_t>(view)].empty()) continue;
      const std::vector<Tile> tiles = FoldAll(view, visible, kCoarseBins);
      for (int phase = 0; phase < kHoldBins; phase += kCoarseBins) {
        guesses.push_back(LookFor(view, tiles, kCoarseBins, visible, phase));
      }
    }
  }
  const size_t kept = std::min(kRefined, guesses.size());
  std::partial_sort(
      guesses.begin(), guesses.begin() + kept, guesses.end(),
      [](const Guess& a, const Guess& b) { return a.fit > b.fit; });
  guesses.resize(kept);
  return guesses;
}

Guess WatermarkDetector::State::Refine(Guess guess) const {
  const double step = Step();
  const Guess coarse = guess;
  guess.fit = 0;
  for (int i = -2; i <= 2; ++i) {
    const double visible = coarse.visible + i * step / 4;
    const std::vector<Tile> tiles = FoldAll(coarse.view, visible, 1);
    for (int phase = coarse.phase - 2; phase <= coarse.phase + 2; ++phase) {
      const Guess now = LookFor(coarse.view, tiles, 1, visible, phase);
      if (now.fit > guess.fit) guess = now;
    }
  }
  return guess;
}

void WatermarkDetector::State::Decode(const Guess& guess,
                                      WatermarkDetection* detection) const {
  const std::vector<Tile> tiles = FoldAll(guess.view, guess.visible, 1);
  const cv::Mat whitened =
      PatternMatcher::Whiten(Combine(guess.view, tiles, 1, guess.phase));
  CandidateLists lists;
  for (int i = 0; i < kSymbols; ++i) {
    const cv::Mat1f fit = matchers[i + 1].Match(whitened);
    std::vector<SymbolCandidate> all;
    for (int symbol = 0; symbol < 1 << kSymbolBits; ++symbol) {
      const SymbolShift shift = ShiftOf(static_cast<uint16_t>(symbol));
      all.push_back({static_cast<uint16_t>(symbol),
                     fit((guess.shift.y + shift.dy) % kTileCells,
                         (guess.shift.x + shift.dx) % kTileCells)});
    }
    std::partial_sort(all.begin(), all.begin() + kCandidates, all.end(),
                      [](const SymbolCandidate& a, const SymbolCandidate& b) {
                        return a.score > b.score;
                      });
    all.resize(kCandidates);
    lists[i] = std::move(all);
  }
  const auto decoded = DecodeCandidates(lists);
  if (!decoded) return;
  const double confidence =
      (guess.fit + decoded->score) / std::sqrt(double{kComponents});
  if (confidence <= detection->confidence) return;
  detection->confidence = confidence;
  detection->payload = decoded->payload;
  detection->reference = guess.fit;
  detection->weakest = decoded->weakest;
  detection->visible = guess.visible;
  detection->phase = PhaseOf(guess, decoded->payload, tiles);
}

// A whitened fit says little of the phase where there is little noise: what is
// compared here is how much of the pattern is in each bin, and its sign.
int WatermarkDetector::State::PhaseOf(const Guess& guess, uint32_t payload,
                                      const std::vector<Tile>& tiles) const {
  Tile pattern(kTile);
  const Symbols symbols = EncodePayload(payload);
  for (int c = 0; c < kComponents; ++c) {
    const SymbolShift shift = c == 0 ? SymbolShift{} : ShiftOf(symbols[c - 1]);
    const CellPattern cells = Shifted(patterns[c], guess.shift.x + shift.dx,
                                      guess.shift.y + shift.dy);
    for (int i = 0; i < kTile; ++i) pattern[i] += cells[i];
  }
  std::vector<double> amounts;
  double mean = 0;
  for (const Tile& tile : tiles) {
    amounts.push_back(
        std::inner_product(tile.begin(), tile.end(), pattern.begin(), 0.0));
    mean += amounts.back() / static_cast<double>(tiles.size());
  }
  if (guess.view == View::kWhole) mean = 0;
  int best = 0;
  double most = 0;
  for (int phase = 0; phase < 2 * kHoldBins; ++phase) {
    double total = 0, share = 0;
    for (size_t i = 0; i < amounts.size(); ++i) {
      const int sign =
          SignAt(FrameIndex{phase + static_cast<int>(i)} * kBinFrames +
                 kBinFrames / 2);
      total += sign * (amounts[i] - mean);
      share += sign / static_cast<double>(amounts.size());
    }
    if (guess.view == View::kWhole) share = 0;
    const double fit = total / std::sqrt(std::max(1 - share * share, 1e-3));
    if (fit > most) {
      most = fit;
      best = phase;
    }
  }
  return best * kBinFrames;
}

WatermarkDetector::WatermarkDetector(const WatermarkKey& key)
    : state_(std::make_unique<State>(key)) {}
WatermarkDetector::~WatermarkDetector() = default;

int WatermarkDetector::frames() const { return state_->frames; }

void WatermarkDetector::Add(const uint8_t* luma, int width, int height,
                            int stride) {
  State& s = *state_;
  if (s.frames == kMaxDetectorFrames) return;
  if (s.frames == 0) {
    s.width = width;
    s.height = height;
  }
  if (width != s.width || height != s.height) return;
  const size_t pixels = static_cast<size_t>(width) * height;
  if (s.in_bin == 0) s.sum.assign(pixels, 0.0f);
  for (int y = 0; y < height; ++y) {
    const uint8_t* p = luma + static_cast<ptrdiff_t>(y) * stride;
    float* sum = &s.sum[static_cast<size_t>(y) * width];
    for (int x = 0; x < width; ++x) sum[x] += p[x];
  }
  ++s.frames;
  if (++s.in_bin == kBinFrames) s.CloseBin();
}

WatermarkDetection WatermarkDetector::Detect() {
  State& s = *state_;
  s.CloseBin();
  WatermarkDetection detection;
  if (s.bins.empty()) return detection;
  s.MakeViews();
  for (const Guess& guess : s.CoarseGuesses()) {
    const Guess refined = s.Refine(guess);
    detection.reference = std::max(detection.reference, refined.fit);
    s.Decode(refined, &detection);
    if (detection.confidence >= 2 * kDetectionThreshold) break;
  }
  detection.found = detection.confidence >= kDetectionThreshold;
  return detection;
}

}  // namespace longtake::worker
