#pragma once
// Makes a set of speech with phone times in a directory:
//
//   <engine>/<voice>/<nnnnn>.wav     16-bit mono, the engine's own rate
//   <engine>/<voice>/<nnnnn>.phones  see phone_track.h
//   recipe                           what the set was made from
//   manifest.tsv                     written last: a line for each utterance
//
// manifest.tsv has tabs between path without suffix, engine, voice, language
// and seconds, and begins with a line of these names; `voice` is the speaker,
// with espeak-ng's variant ("en-us+f3").
//
// Voices speak in the order of their indices until they have said their share,
// each utterance in a process of its own or a few a process. What is already
// there is kept; what an engine cannot speak is left out.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/status/status.h"
#include "tools/motion_model/speech_data/synthesizer.h"
#include "tools/motion_model/speech_data/voices.h"

namespace longtake::speech_data {

struct SpeechSetOptions {
  std::string directory;
  // Of a whole set; an engine says EngineShare of it, made or not.
  double hours = 12;
  uint64_t seed = 1;
  int jobs = 2;
  std::vector<Engine> engines;
};

struct ManifestLine {
  std::string path;  // relative to the set's directory, without suffix
  std::string engine;
  std::string voice;
  std::string language;
  double seconds = 0;

  bool operator==(const ManifestLine&) const = default;
};

std::string FormatManifest(const std::vector<ManifestLine>& lines);
// DataLoss with the line's number when `text` is no manifest.
StatusOr<std::vector<ManifestLine>> ParseManifest(std::string_view text);

using Vocabularies = std::map<std::string, Vocabulary, std::less<>>;
using Synthesizers = std::map<Engine, std::unique_ptr<Synthesizer>>;

// Makes what is missing and writes the manifest, whose lines it returns.
// InvalidArgument for options out of range and FailedPrecondition when the
// directory holds a set of another recipe, both before anything is touched;
// FailedPrecondition when a voice cannot speak: then there is no manifest. The
// process must have one thread: it forks.
StatusOr<std::vector<ManifestLine>> MakeSpeechSet(
    const SpeechSetOptions& options, const Vocabularies& vocabularies,
    const Synthesizers& synthesizers);

}  // namespace longtake::speech_data
