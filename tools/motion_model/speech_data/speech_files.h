#pragma once
// The files of a speech set. Each appears whole under its name or not at all.

#include <string>
#include <string_view>

#include "common/status/status.h"
#include "tools/motion_model/speech_data/utterance.h"

namespace longtake::speech_data {

// <directory>/<engine>/<voice>, and the utterance's name without suffix in it.
std::string VoicePath(const Voice& voice);
std::string UtterancePath(const Voice& voice, int index);

// Writes a temporary file beside `path` and renames it.
Status WriteFile(const std::string& path, std::string_view bytes);
// NotFound when there is no such file.
StatusOr<std::string> ReadFile(const std::string& path);

// Writes base.wav, then base.phones.
Status WriteSpeech(const std::string& base, const Speech& speech);

// The sound's length when both files of `base` are there and fit each other;
// NotFound when one is missing, DataLoss when they do not fit.
StatusOr<double> SpeechSeconds(const std::string& base);

}  // namespace longtake::speech_data
