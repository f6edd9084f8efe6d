#include "worker/media/audio_length.h"

#include <fmt/format.h>

#include <memory>

#include "worker/media/audio_decoder.h"

namespace longtake::worker {

StatusOr<AudioLength> MeasureAudio(const std::string& path,
                                   const std::string& display_name,
                                   int64_t enough_us) {
  LT_ASSIGN_OR_RETURN(const std::unique_ptr<AudioDecoder> decoder,
                      AudioDecoder::Create(path, display_name));
  AudioLength length;
  do {
    LT_ASSIGN_OR_RETURN(const AVFrame* const frame, decoder->Next());
    length = {decoder->account().heard, decoder->account().sample_rate};
    if (frame == nullptr) break;
  } while (av_rescale(length.samples, 1000000, length.sample_rate_hz) <
           enough_us);
  if (length.samples == 0) {
    return InvalidArgument(fmt::format(
        "audio {}: nothing in it can be decoded, or it is empty: give a WAV, "
        "MP3, M4A or FLAC file with speech",
        display_name));
  }
  return length;
}

StatusOr<int64_t> StatedAudioMicros(const std::string& path,
                                    const std::string& display_name) {
  LT_ASSIGN_OR_RETURN(const AudioSource source,
                      OpenAudioSource(path, display_name));
  const AVFormatContext& format = *source.file->format();
  if (format.duration_estimation_method == AVFMT_DURATION_FROM_BITRATE ||
      source.stream->duration == AV_NOPTS_VALUE ||
      source.stream->duration <= 0) {
    return 0;
  }
  return av_rescale_q(source.stream->duration, source.stream->time_base,
                      {1, 1000000});
}

}  // namespace longtake::worker
