#pragma once
// The seam between the maker of a speech set and the engines.

#include <functional>
#include <string>
#include <vector>

#include "common/status/status.h"
#include "tools/motion_model/speech_data/utterance.h"

namespace longtake::speech_data {

// Called with each finished utterance, in order.
using SpeechSink = std::function<Status(const Utterance&, const Speech&)>;

// Speaks in a process of its own, that the caller forked: an engine that
// crashes takes only this process along. One thread only.
class Synthesizer {
 public:
  virtual ~Synthesizer() = default;

  // How many utterances one process should speak.
  virtual int batch_size() const = 0;
  // Speaks the utterances in order into `sink`, leaving out those that fail;
  // `scratch` is an empty directory, removed by the caller. Returns the sink's
  // error, or the engine's own when it ended before the last utterance.
  virtual Status Speak(const Voice& voice,
                       const std::vector<Utterance>& utterances,
                       const std::string& scratch, const SpeechSink& sink) = 0;
};

}  // namespace longtake::speech_data
