#include "worker/media/tap_feed.h"

#include <span>

#include "worker/media/av_error.h"

namespace longtake::worker {

Status TapFeed::Begin(AVFrame& frame) {
  SwrContext* swr = nullptr;
  int error = swr_alloc_set_opts2(&swr, &frame.ch_layout, AV_SAMPLE_FMT_FLT,
                                  frame.sample_rate, &frame.ch_layout,
                                  static_cast<AVSampleFormat>(frame.format),
                                  frame.sample_rate, 0, nullptr);
  swr_.reset(swr);
  if (error >= 0) error = swr_init(swr);
  if (error < 0) return AvStatus(error, "converting the sound's samples");
  return tap_->Begin(frame.sample_rate, frame.ch_layout.nb_channels);
}

Status TapFeed::Add(AVFrame& frame) {
  if (tap_ == nullptr) return OkStatus();
  if (swr_ == nullptr) LT_RETURN_IF_ERROR(Begin(frame));
  const size_t channels = static_cast<size_t>(frame.ch_layout.nb_channels);
  samples_.resize(static_cast<size_t>(frame.nb_samples) * channels);
  uint8_t* out = reinterpret_cast<uint8_t*>(samples_.data());
  const int n = swr_convert(swr_.get(), &out, frame.nb_samples,
                            const_cast<const uint8_t**>(frame.extended_data),
                            frame.nb_samples);
  if (n < 0) return AvStatus(n, "converting the sound's samples");
  return tap_->Add(
      std::span(samples_).first(static_cast<size_t>(n) * channels));
}

}  // namespace longtake::worker
