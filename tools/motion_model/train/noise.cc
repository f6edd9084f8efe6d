#include "tools/motion_model/train/noise.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "worker/engine/engine.h"

namespace longtake::training {
namespace {

constexpr double kRate = worker::kAnalysisSampleRateHz;
constexpr double kTau = 2 * std::numbers::pi;
constexpr double kRms = 0.1;

using Sound = std::vector<float>;

size_t SamplesOf(double seconds) {
  return static_cast<size_t>(seconds * kRate);
}

void AddTo(const Sound& from, double gain, Sound* to) {
  for (size_t i = 0; i < std::min(from.size(), to->size()); ++i) {
    (*to)[i] += static_cast<float>(gain * from[i]);
  }
}

// One-pole low passes in a row make it darker: 0 white, 1 pink-like, 2 brown.
Sound Hiss(size_t samples, Random& random) {
  Sound out(samples);
  const double darkness = random.Uniform(0, 2);
  const double swell_hz = random.Uniform(.05, 1.5);
  const double swell = random.Chance(.4) ? random.Uniform(.2, .9) : 0;
  double one = 0, two = 0;
  for (size_t i = 0; i < samples; ++i) {
    const double white = random.Normal();
    one += .08 * (white - one);
    two += .02 * (one - two);
    const double dark =
        darkness < 1 ? (1 - darkness) * white + darkness * 4 * one
                     : (2 - darkness) * 4 * one + (darkness - 1) * 20 * two;
    const double t = static_cast<double>(i) / kRate;
    out[i] = static_cast<float>(
        dark * (1 - swell * (.5 + .5 * std::sin(kTau * swell_hz * t))));
  }
  return out;
}

Sound Hum(size_t samples, Random& random) {
  Sound out(samples);
  const double base = random.Chance(.5) ? (random.Chance(.5) ? 50 : 60)
                                        : random.Uniform(35, 400);
  const int harmonics = 2 + static_cast<int>(random.Index(25));
  const double fall = random.Uniform(.3, 1.6);
  const double wobble = random.Chance(.4) ? random.Uniform(0, .02) : 0;
  const double wobble_hz = random.Uniform(.1, 6);
  std::vector<double> level, phase;
  for (int h = 1; h <= harmonics; ++h) {
    level.push_back(random.Uniform(.2, 1) / std::pow(h, fall));
    phase.push_back(random.Uniform(0, kTau));
  }
  double turn = 0;
  for (size_t i = 0; i < samples; ++i) {
    const double t = static_cast<double>(i) / kRate;
    turn += kTau * base * (1 + wobble * std::sin(kTau * wobble_hz * t)) / kRate;
    double sum = 0;
    for (int h = 0; h < harmonics; ++h) {
      if (base * (h + 1) < kRate / 2) {
        sum += level[h] * std::sin((h + 1) * turn + phase[h]);
      }
    }
    out[i] = static_cast<float>(sum);
  }
  return out;
}

// One tone with attack, decay and harmonics from *at on.
struct Note {
  double begin = 0, seconds = 0, hz = 0, level = 1;
};
struct Timbre {
  std::vector<double> harmonics;
  double attack = .01, decay = 1;  // seconds
  double vibrato = 0;              // relative
};

Timbre DrawTimbre(Random& random) {
  Timbre timbre;
  const int count = 1 + static_cast<int>(random.Index(16));
  const double fall = random.Uniform(.3, 2.2);
  const bool odd = random.Chance(.3);
  // A resonance, as a wind or a string body has.
  const double peak = random.Uniform(1, 10), width = random.Uniform(1, 5);
  for (int h = 1; h <= count; ++h) {
    double level = std::pow(h, -fall) * random.Uniform(.4, 1);
    level *= 1 + 2 * std::exp(-std::pow((h - peak) / width, 2));
    timbre.harmonics.push_back(odd && h % 2 == 0 ? 0.1 * level : level);
  }
  timbre.attack = random.Uniform(.002, .2);
  timbre.decay = random.Uniform(.1, 4);
  timbre.vibrato = random.Chance(.4) ? random.Uniform(.002, .02) : 0;
  return timbre;
}

void Play(const Note& note, const Timbre& timbre, Sound* out) {
  const size_t first = SamplesOf(note.begin);
  const size_t last = std::min(out->size(), first + SamplesOf(note.seconds));
  double turn = 0;
  for (size_t i = first; i < last; ++i) {
    const double t = static_cast<double>(i - first) / kRate;
    const double left = note.seconds - t;
    const double envelope = std::min(1.0, t / timbre.attack) *
                            std::exp(-t / timbre.decay) *
                            std::min(1.0, left / .03);
    turn += kTau * note.hz * (1 + timbre.vibrato * std::sin(kTau * 5.5 * t)) /
            kRate;
    double sum = 0;
    for (size_t h = 0; h < timbre.harmonics.size(); ++h) {
      const double multiple = static_cast<double>(h + 1);
      if (note.hz * multiple > kRate / 2) break;
      sum += timbre.harmonics[h] * std::sin(multiple * turn);
    }
    (*out)[i] += static_cast<float>(note.level * envelope * sum);
  }
}

Sound Tones(size_t samples, Random& random) {
  Sound out(samples);
  const double seconds = static_cast<double>(samples) / kRate;
  const bool pure = random.Chance(.6);
  const bool sweep = random.Chance(.25);
  double at = random.Uniform(0, .5);
  while (at < seconds) {
    Note note{at, random.Uniform(.05, 1.5), random.Uniform(100, 3500), 1};
    Timbre timbre = pure ? Timbre{{1}, .005, 60, 0} : DrawTimbre(random);
    if (sweep) timbre.vibrato = random.Uniform(.05, .4);
    Play(note, timbre, &out);
    if (random.Chance(.5)) {  // two together, as telephones dial
      note.hz = random.Uniform(300, 1700);
      Play(note, timbre, &out);
    }
    at += note.seconds + (random.Chance(.3) ? 0 : random.Uniform(.02, .8));
  }
  return out;
}

// A short burst of filtered noise.
void Knock(double begin, double seconds, double hz, double level,
           Random& random, Sound* out) {
  const size_t first = SamplesOf(begin);
  const size_t last = std::min(out->size(), first + SamplesOf(6 * seconds));
  // A resonator of two poles.
  const double radius = random.Uniform(.6, .98);
  const double a = 2 * radius * std::cos(kTau * hz / kRate);
  double y1 = 0, y2 = 0;
  for (size_t i = first; i < last; ++i) {
    const double t = static_cast<double>(i - first) / kRate;
    const double y = random.Normal() * std::exp(-t / seconds) * (1 - radius) +
                     a * y1 - radius * radius * y2;
    y2 = y1;
    y1 = y;
    (*out)[i] += static_cast<float>(level * y);
  }
}

Sound Knocks(size_t samples, Random& random) {
  Sound out(samples);
  const double seconds = static_cast<double>(samples) / kRate;
  const double rate = random.Uniform(1, 9);
  const bool even = random.Chance(.4);
  const double length = random.Uniform(.002, .04);
  const double hz = random.Uniform(200, 4000);
  double at = random.Uniform(0, .3);
  while (at < seconds) {
    Knock(at, length * random.Uniform(.5, 1.5), hz * random.Uniform(.7, 1.4),
          random.Uniform(.3, 1), random, &out);
    at += even ? 1 / rate : -std::log(random.Uniform(1e-3, 1)) / rate;
  }
  return out;
}

constexpr std::array<std::array<int, 3>, 6> kChords = {
    {{0, 4, 7}, {0, 3, 7}, {0, 5, 9}, {-3, 0, 4}, {-5, 0, 4}, {2, 5, 9}}};
constexpr std::array<int, 7> kScale = {0, 2, 4, 5, 7, 9, 11};

double HzOfSemitone(double root_hz, int semitone) {
  return root_hz * std::pow(2.0, semitone / 12.0);
}

Sound Music(size_t samples, Random& random) {
  Sound out(samples);
  const double seconds = static_cast<double>(samples) / kRate;
  const double beat = 60 / random.Uniform(60, 170);
  const double root = random.Uniform(90, 260);
  const Timbre pad = DrawTimbre(random), lead = DrawTimbre(random),
               bass = DrawTimbre(random);
  const bool has_lead = random.Chance(.8), has_drums = random.Chance(.6);
  for (double bar = 0; bar < seconds; bar += 4 * beat) {
    const auto& chord =
        kChords[static_cast<size_t>(random.Index(kChords.size()))];
    for (int tone : chord) {
      Play({bar, 4 * beat, HzOfSemitone(2 * root, tone), .4}, pad, &out);
    }
    Play({bar, 2 * beat, HzOfSemitone(root / 2, chord[0]), .9}, bass, &out);
    for (int step = 0; step < 8; ++step) {
      const double at = bar + step * beat / 2;
      if (has_lead && random.Chance(.65)) {
        const int tone =
            kScale[static_cast<size_t>(random.Index(kScale.size()))] +
            12 * static_cast<int>(random.Index(2));
        Play({at, beat * random.Uniform(.3, 1.5), HzOfSemitone(2 * root, tone),
              .8},
             lead, &out);
      }
      if (!has_drums) continue;
      if (step % 4 == 0) Knock(at, .06, 70, 6, random, &out);
      if (step % 4 == 2) Knock(at, .05, 1500, 3, random, &out);
      if (random.Chance(.7)) Knock(at, .012, 6500, 2, random, &out);
    }
  }
  return out;
}

void Level(Sound* sound) {
  double sum = 0;
  for (float s : *sound) sum += static_cast<double>(s) * s;
  const double rms = std::sqrt(sum / static_cast<double>(sound->size()));
  if (rms < 1e-9) return;
  for (float& s : *sound) s = static_cast<float>(s * kRms / rms);
}

}  // namespace

std::string_view NoiseName(NoiseKind kind) {
  constexpr std::array<std::string_view, kNoiseKinds> kNames = {
      "hiss", "hum", "tones", "knocks", "music", "machine"};
  return kNames[static_cast<size_t>(kind)];
}

std::vector<float> MakeNoise(NoiseKind kind, double seconds, Random& random) {
  const size_t samples = SamplesOf(seconds);
  Sound out;
  switch (kind) {
    case NoiseKind::kHiss:
      out = Hiss(samples, random);
      break;
    case NoiseKind::kHum:
      out = Hum(samples, random);
      break;
    case NoiseKind::kTones:
      out = Tones(samples, random);
      break;
    case NoiseKind::kKnocks:
      out = Knocks(samples, random);
      break;
    case NoiseKind::kMusic:
      out = Music(samples, random);
      break;
    case NoiseKind::kMachine:
      out = Hum(samples, random);
      Level(&out);
      for (Sound part : {Hiss(samples, random), Knocks(samples, random)}) {
        Level(&part);
        AddTo(part, random.Uniform(.1, 1), &out);
      }
      break;
  }
  Level(&out);
  // A little hiss under everything: no recording is without.
  Sound hiss = Hiss(samples, random);
  Level(&hiss);
  AddTo(hiss, std::pow(10, -random.Uniform(25, 60) / 20), &out);
  return out;
}

}  // namespace longtake::training
