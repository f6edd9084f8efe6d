#include "tools/motion_model/train/augment.h"

#include <cmath>
#include <numbers>

#include "worker/engine/audio/mel_spectrum.h"

namespace longtake::training {
namespace {

using torch::Tensor;
using worker::kMelBands;

constexpr int64_t kReverbHops = 50;
constexpr double kLeastPower = 1e-10;
// Of the mel axis: below 1 formants rise, above 1 they fall.
constexpr double kShortestStretch = .78, kLongestStretch = 1.1;
// Deviations: of each half wave's slope, and of a position on the axis.
constexpr double kBend = .06, kDrift = .006;
constexpr int64_t kDriftHops = 24;
// Of the rows that are not degraded, those heard over a telephone.
constexpr double kCleanTelephones = .2;

Tensor Uniform(double low, double high, at::IntArrayRef shape) {
  return torch::rand(shape) * (high - low) + low;
}
Tensor Chance(double probability, at::IntArrayRef shape) {
  return torch::rand(shape) < probability;
}
Tensor FromDecibels(const Tensor& db) { return torch::pow(10, db / 10); }

// Positions of the bands, 0..1.
Tensor BandAxis() { return torch::linspace(0, 1, kMelBands); }

// Other vocal tracts: the mel axis stretched (most voices of synthesizers are
// men's, so further towards short tracts), bent, and moved slowly in time.
Tensor WarpVocalTract(const Tensor& log_mel) {
  constexpr double kPi = std::numbers::pi;
  const int64_t batch = log_mel.size(0), hops = log_mel.size(1);
  namespace F = torch::nn::functional;
  const Tensor stretch = Uniform(kShortestStretch, kLongestStretch, {batch, 1});
  const Tensor shift = Uniform(-.015, .015, {batch, 1});
  const Tensor axis = BandAxis().unsqueeze(0);
  Tensor bent = axis * stretch + shift;
  for (int k = 1; k <= 3; ++k) {
    bent += torch::randn({batch, 1}) * (kBend / (k * kPi)) *
            torch::sin(kPi * k * axis);
  }
  const Tensor drift =
      F::interpolate(torch::randn({batch, 1, 1 + hops / kDriftHops}) * kDrift,
                     F::InterpolateFuncOptions()
                         .size(std::vector<int64_t>{hops})
                         .mode(torch::kLinear)
                         .align_corners(true))
          .squeeze(1);
  const Tensor x = 2 * (bent.unsqueeze(1) + drift.unsqueeze(2)) - 1;
  const Tensor y = torch::linspace(-1, 1, hops)
                       .view({1, hops, 1})
                       .expand({batch, hops, kMelBands});
  return F::grid_sample(log_mel.unsqueeze(1), torch::stack({x, y}, -1),
                        F::GridSampleFuncOptions()
                            .padding_mode(torch::kBorder)
                            .align_corners(true))
      .squeeze(1);
}

// Some rows lose their harmonics, as a hoarse or a lower voice would: a mean of
// each band with its neighbours.
Tensor BlurBands(const Tensor& log_mel) {
  const int64_t batch = log_mel.size(0);
  namespace F = torch::nn::functional;
  const Tensor blurred = F::avg_pool1d(
      log_mel,
      F::AvgPool1dFuncOptions(5).stride(1).padding(2).count_include_pad(false));
  const Tensor share =
      Uniform(0, 1, {batch, 1, 1}) * Chance(.35, {batch, 1, 1});
  return log_mel + (blurred - log_mel) * share;
}

Tensor Equalise(const Tensor& log_mel) {
  const int64_t batch = log_mel.size(0);
  Tensor curve = torch::zeros({batch, kMelBands});
  for (int k = 1; k < 5; ++k) {
    const Tensor phase = Uniform(0, 2 * std::numbers::pi, {batch, 1});
    curve +=
        torch::randn({batch, 1}) * (1.4 / std::sqrt(k)) *
        torch::cos(std::numbers::pi * k * BandAxis().unsqueeze(0) + phase) *
        Chance(.8, {batch, 1});
  }
  return log_mel + curve.unsqueeze(1);
}

Tensor VaryGain(const Tensor& log_mel) {
  const int64_t batch = log_mel.size(0), hops = log_mel.size(1);
  namespace F = torch::nn::functional;
  const Tensor gain = F::interpolate(torch::randn({batch, 1, 5}) * .7,
                                     F::InterpolateFuncOptions()
                                         .size(std::vector<int64_t>{hops})
                                         .mode(torch::kLinear)
                                         .align_corners(true))
                          .squeeze(1);
  return log_mel + gain.unsqueeze(2);
}

// An exponential tail added to each band's power.
Tensor Reverberate(const Tensor& power) {
  const int64_t batch = power.size(0);
  const Tensor seconds = Uniform(.1, .7, {batch, 1});
  Tensor tail = torch::exp(-13.8 * torch::arange(1, kReverbHops).unsqueeze(0) *
                           .01 / seconds);
  tail = tail / tail.sum(1, true) * FromDecibels(Uniform(-18, 0, {batch, 1})) *
         Chance(.45, {batch, 1});
  const Tensor kernel =
      torch::cat({torch::ones({batch, 1}), tail}, 1).flip(1).unsqueeze(1);
  namespace F = torch::nn::functional;
  const Tensor padded =
      F::pad(power.permute({2, 0, 1}), F::PadFuncOptions({kReverbHops - 1, 0}));
  return F::conv1d(padded, kernel, F::Conv1dFuncOptions().groups(batch))
      .permute({1, 2, 0});
}

Tensor DrawNoise(const std::vector<Tensor>& noises, int64_t batch, int64_t hops,
                 Random& random) {
  std::vector<Tensor> rows;
  for (int64_t b = 0; b < batch; ++b) {
    const Tensor& noise = noises[static_cast<size_t>(
        random.Index(static_cast<int64_t>(noises.size())))];
    const int64_t at = random.Index(noise.size(0) - hops + 1);
    rows.push_back(noise.slice(0, at, at + hops).to(torch::kFloat));
  }
  return torch::stack(rows).exp();
}

Tensor AddNoise(const Tensor& power, const std::vector<Tensor>& noises,
                Random& random) {
  const int64_t batch = power.size(0);
  const Tensor speech = power.mean({1, 2}, true);
  Tensor noise;
  if (random.Chance(.3)) {
    noise = torch::full_like(power, 1e-7);
    for (int voice = 0; voice < 3; ++voice) {
      noise = noise + power.index_select(0, torch::randperm(batch));
    }
  } else {
    noise = DrawNoise(noises, batch, power.size(1), random);
  }
  noise = noise / (noise.mean({1, 2}, true) + 1e-9);
  const Tensor snr =
      torch::where(Chance(.55, {batch, 1, 1}), Uniform(3, 35, {batch, 1, 1}),
                   Uniform(35, 70, {batch, 1, 1}));
  return power + noise * speech * FromDecibels(-snr);
}

// Position of a frequency on the bands' axis.
double AxisOf(double hz) {
  const auto mel = [](double f) { return std::log10(1 + f / 700); };
  return (mel(hz) - mel(worker::kMelLowHz)) /
         (mel(worker::kMelHighHz) - mel(worker::kMelLowHz));
}

// Nepers of power by which a frequency `beyond` an edge is weaker.
Tensor EdgeLoss(const Tensor& beyond, int64_t batch) {
  // From gentle loudspeakers to the sharp filters of telephone networks.
  const Tensor steepness = torch::exp(Uniform(4, 7.5, {batch, 1}));
  return torch::minimum(torch::clamp_min(beyond, 0) * steepness,
                        Uniform(8, 18, {batch, 1}));
}

// Telephones (both edges) and small loudspeakers.
Tensor LimitBand(const Tensor& power) {
  const int64_t batch = power.size(0);
  const Tensor axis = BandAxis().unsqueeze(0);
  const Tensor telephone = Chance(.4, {batch, 1});
  const Tensor open_low = Uniform(0, .12, {batch, 1}) * Chance(.5, {batch, 1});
  const Tensor open_high =
      torch::where(Chance(.3, {batch, 1}), Uniform(.5, 1., {batch, 1}),
                   torch::full({batch, 1}, 2.));
  const Tensor low = torch::where(
      telephone, Uniform(AxisOf(150), AxisOf(400), {batch, 1}), open_low);
  const Tensor high = torch::where(
      telephone, Uniform(AxisOf(3000), AxisOf(3900), {batch, 1}), open_high);
  const Tensor loss =
      EdgeLoss(low - axis, batch) + EdgeLoss(axis - high, batch);
  return power * torch::exp(-loss).unsqueeze(1);
}

// What few bits leave: noise that follows the voice's own level, in all bands
// (as after mu-law) or in the low ones alone (when a filter came after it).
Tensor AddQuantisation(const Tensor& power) {
  const int64_t batch = power.size(0);
  const Tensor bits = FromDecibels(Uniform(-45, -28, {batch, 1, 1})) *
                      Chance(.3, {batch, 1, 1});
  const Tensor highest =
      torch::where(Chance(.5, {batch, 1}), Uniform(.5, .75, {batch, 1}),
                   torch::full({batch, 1}, 2.));
  const Tensor bands = (BandAxis().unsqueeze(0) < highest).unsqueeze(1);
  return power +
         power.mean(2, true) * bits * bands * (.5 + torch::rand_like(power));
}

Tensor AddFloor(const Tensor& power, const Tensor& speech) {
  const int64_t batch = power.size(0);
  const Tensor colour =
      torch::exp(-BandAxis().unsqueeze(0) * Uniform(0, 4, {batch, 1}));
  const Tensor floor = FromDecibels(-Uniform(45, 85, {batch, 1, 1})) * speech *
                       colour.unsqueeze(1);
  return power + floor * (.5 + torch::rand_like(power));
}

// A line of 8 kHz and 8 bits: sharp edges, and noise that follows the voice.
Tensor Telephone(const Tensor& power) {
  const int64_t batch = power.size(0);
  const Tensor axis = BandAxis().unsqueeze(0);
  const Tensor low = Uniform(AxisOf(200), AxisOf(400), {batch, 1});
  const Tensor high = Uniform(AxisOf(3100), AxisOf(3800), {batch, 1});
  const auto limited = [&](const Tensor& p) {
    return p * torch::exp(-EdgeLoss(low - axis, batch) -
                          EdgeLoss(axis - high, batch))
                   .unsqueeze(1);
  };
  const Tensor carried = (axis < AxisOf(4000)).to(torch::kFloat).unsqueeze(1);
  const Tensor bits = FromDecibels(Uniform(-42, -30, {batch, 1, 1}));
  const Tensor heard = limited(power);
  return heard +
         heard.mean(2, true) * bits * carried * (.5 + torch::rand_like(power));
}

Tensor AnotherVoice(const Tensor& log_mel) {
  return VaryGain(Equalise(BlurBands(WarpVocalTract(log_mel))));
}

}  // namespace

Tensor Degrade(const Tensor& log_mel, const std::vector<Tensor>& noises,
               Random& random) {
  Tensor power = Reverberate(AnotherVoice(log_mel).exp());
  const Tensor speech = power.mean({1, 2}, true);
  power = AddQuantisation(LimitBand(AddNoise(power, noises, random)));
  const Tensor x = torch::log(AddFloor(power, speech) + kLeastPower);
  const Tensor middle = x.mean({1, 2}, true);
  return middle + (x - middle) * Uniform(.85, 1.15, {x.size(0), 1, 1});
}

Tensor Floor(const Tensor& log_mel) {
  const Tensor power = AnotherVoice(log_mel).exp();
  const int64_t batch = power.size(0);
  const Tensor floor =
      power.mean({1, 2}, true) * FromDecibels(-Uniform(40, 75, {batch, 1, 1}));
  const Tensor in_room = power + floor * (.5 + torch::rand_like(power));
  return torch::log(torch::where(Chance(kCleanTelephones, {batch, 1, 1}),
                                 Telephone(in_room), in_room) +
                    kLeastPower);
}

Tensor MaskSome(const Tensor& features) {
  const int64_t batch = features.size(0), hops = features.size(1);
  Tensor x = features;
  const Tensor bands = torch::arange(kMelBands).unsqueeze(0);
  for (int i = 0; i < 2; ++i) {
    const Tensor first = torch::randint(0, kMelBands - 8, {batch, 1});
    const Tensor width = torch::randint(0, 10, {batch, 1});
    x = x.masked_fill(((bands >= first) & (bands < first + width)).unsqueeze(1),
                      0);
  }
  const Tensor times = torch::arange(hops).unsqueeze(0);
  const Tensor first = torch::randint(0, hops - 10, {batch, 1});
  const Tensor width = torch::randint(0, 7, {batch, 1});
  return x.masked_fill(
      ((times >= first) & (times < first + width)).unsqueeze(2), 0);
}

}  // namespace longtake::training
