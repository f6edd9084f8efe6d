#include "worker/media/audio_file.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <span>
#include <utility>

#include "absl/time/time.h"
#include "worker/engine/engine.h"
#include "worker/media/audio_decoder.h"
#include "worker/media/av_error.h"
#include "worker/media/tap_feed.h"

namespace longtake::worker {
namespace {

struct FileClose {
  void operator()(FILE* f) const { std::fclose(f); }
};

// Codecs that are at home in MP4: players expect them there. (FLAC is allowed
// too, but QuickTime and many televisions refuse it.)
constexpr std::array kMp4Codecs = {AV_CODEC_ID_AAC,  AV_CODEC_ID_MP3,
                                   AV_CODEC_ID_ALAC, AV_CODEC_ID_AC3,
                                   AV_CODEC_ID_EAC3, AV_CODEC_ID_OPUS};

bool Mp4Takes(AVCodecID codec) {
  const AVOutputFormat* mp4 = av_guess_format("mp4", nullptr, nullptr);
  return mp4 != nullptr &&
         std::find(kMp4Codecs.begin(), kMp4Codecs.end(), codec) !=
             kMp4Codecs.end() &&
         avformat_query_codec(mp4, codec, FF_COMPLIANCE_NORMAL) == 1;
}

// Frames of any format to 16 kHz mono in 16 bits, in a file.
class AnalysisCopy {
 public:
  static StatusOr<std::unique_ptr<AnalysisCopy>> Create(const std::string& path,
                                                        AVFrame& like) {
    std::unique_ptr<AnalysisCopy> copy(new AnalysisCopy(path));
    copy->file_.reset(std::fopen(path.c_str(), "wb"));
    if (copy->file_ == nullptr) return copy->WriteError();
    AVChannelLayout mono = AV_CHANNEL_LAYOUT_MONO;
    SwrContext* swr = nullptr;
    int error = swr_alloc_set_opts2(
        &swr, &mono, AV_SAMPLE_FMT_S16, kAnalysisSampleRateHz, &like.ch_layout,
        static_cast<AVSampleFormat>(like.format), like.sample_rate, 0, nullptr);
    copy->swr_.reset(swr);
    if (error >= 0) {
      av_opt_set_int(swr, "dither_method", SWR_DITHER_NONE, 0);
      av_opt_set_int(swr, "exact_rational", 1, 0);
      av_opt_set_sample_fmt(swr, "internal_sample_fmt", AV_SAMPLE_FMT_FLTP, 0);
      error = swr_init(swr);
    }
    if (error < 0) return AvStatus(error, "resampler for the analysis");
    return copy;
  }

  // `frame` null: drains the resampler.
  Status Add(const AVFrame* frame) {
    std::array<int16_t, 4096> block;
    const uint8_t** in =
        frame == nullptr ? nullptr
                         : const_cast<const uint8_t**>(frame->extended_data);
    int in_samples = frame == nullptr ? 0 : frame->nb_samples;
    while (true) {
      uint8_t* out = reinterpret_cast<uint8_t*>(block.data());
      const int n = swr_convert(swr_.get(), &out, block.size(), in, in_samples);
      if (n < 0) return AvStatus(n, "resampling for the analysis");
      LT_RETURN_IF_ERROR(Write(std::span(block).first(static_cast<size_t>(n))));
      if (n < static_cast<int>(block.size())) return OkStatus();
      // The rest waits inside; an input of null pointers would end the stream.
      if (frame != nullptr) {
        in = const_cast<const uint8_t**>(frame->extended_data);
      }
      in_samples = 0;
    }
  }

  // Exactly `samples` in the file: the resampler's count is off by a few.
  Status Finish(int64_t samples) {
    LT_RETURN_IF_ERROR(Add(nullptr));
    while (written_ < samples) {
      const std::array<int16_t, 1> silence = {0};
      LT_RETURN_IF_ERROR(Write(silence));
    }
    if (std::fflush(file_.get()) != 0 ||
        ftruncate(fileno(file_.get()), samples * 2) != 0) {
      return WriteError();
    }
    return OkStatus();
  }

 private:
  explicit AnalysisCopy(std::string path) : path_(std::move(path)) {}

  Status Write(std::span<const int16_t> samples) {
    if (std::fwrite(samples.data(), 2, samples.size(), file_.get()) !=
        samples.size()) {
      return WriteError();
    }
    written_ += std::ssize(samples);
    return OkStatus();
  }
  Status WriteError() const {
    return AvStatus(AVERROR(errno), path_ + ": writing the analysis audio");
  }

  const std::string path_;
  std::unique_ptr<FILE, FileClose> file_;
  SwrContextPtr swr_;
  int64_t written_ = 0;
};

void AddWarnings(const AudioDecoder::Account& account, AudioFacts* facts) {
  auto& warnings = facts->warnings;
  if (account.read_error || account.ends_early) {
    warnings.push_back("The file is cut off; what is there was used.");
  }
  if (account.damaged_packets > 0) {
    warnings.push_back(fmt::format(
        "{} damaged packet(s) were left out; what follows moves up.",
        account.damaged_packets));
  }
  if (account.gaps > 0) {
    warnings.push_back(
        fmt::format("Timestamps jump ahead at {} place(s); the gaps were "
                    "closed.",
                    account.gaps));
  }
  if (facts->start_us > 0) {
    warnings.push_back(fmt::format(
        "The sound starts {} ms into its file; the take starts with the sound.",
        facts->start_us / 1000));
  }
}

AudioFacts FactsOf(const AudioDecoder& decoder) {
  const AudioDecoder::Account& account = decoder.account();
  const AVStream& stream = decoder.stream();
  AudioFacts facts;
  facts.codec = avcodec_get_name(stream.codecpar->codec_id);
  facts.sample_rate_hz = account.sample_rate;
  facts.channels = account.channels;
  facts.samples = account.heard;
  facts.pcm_samples = av_rescale_rnd(account.heard, kAnalysisSampleRateHz,
                                     account.sample_rate, AV_ROUND_UP);
  facts.leading_samples = account.leading;
  facts.trailing_samples = account.trailing;
  const AVFormatContext* format = decoder.format();
  if (stream.start_time != AV_NOPTS_VALUE && format->nb_streams > 1) {
    // Priming shows as a start after 0 in some containers.
    facts.start_us = std::max<int64_t>(
        0, av_rescale_q(stream.start_time, stream.time_base, {1, 1000000}) -
               av_rescale(account.leading, 1000000, account.sample_rate));
  }
  facts.copyable_to_mp4 = Mp4Takes(stream.codecpar->codec_id) &&
                          account.packets_counted && account.hidden == 0 &&
                          account.damaged_packets == 0 && !account.read_error &&
                          stream.codecpar->sample_rate == account.sample_rate;
  AddWarnings(account, &facts);
  return facts;
}

Status TooLong(const std::string& display_name, int64_t max_millis) {
  return InvalidArgument(fmt::format(
      "audio {}: longer than {}, the limit (job_length): split it into several "
      "jobs",
      display_name, absl::FormatDuration(absl::Milliseconds(max_millis))));
}

StatusOr<AudioFacts> Analyze(const std::string& path,
                             const std::string& display_name,
                             const std::string& pcm_out_path,
                             int64_t max_millis, SoundTap* tap) {
  LT_ASSIGN_OR_RETURN(std::unique_ptr<AudioDecoder> decoder,
                      AudioDecoder::Create(path, display_name));
  std::unique_ptr<AnalysisCopy> copy;
  TapFeed feed(tap);
  while (true) {
    LT_ASSIGN_OR_RETURN(AVFrame* const frame, decoder->Next());
    if (frame == nullptr) break;
    if (copy == nullptr) {
      LT_ASSIGN_OR_RETURN(copy, AnalysisCopy::Create(pcm_out_path, *frame));
    }
    LT_RETURN_IF_ERROR(copy->Add(frame));
    LT_RETURN_IF_ERROR(feed.Add(*frame));
    const auto& account = decoder->account();
    if (account.heard > max_millis * account.sample_rate / 1000) {
      return TooLong(display_name, max_millis);
    }
  }
  if (decoder->account().heard == 0) {
    return InvalidArgument(fmt::format(
        "audio {}: nothing in it can be decoded, or it is empty: give a WAV, "
        "MP3, M4A or FLAC file with speech",
        display_name));
  }
  AudioFacts facts = FactsOf(*decoder);
  LT_RETURN_IF_ERROR(copy->Finish(facts.pcm_samples));
  return facts;
}

}  // namespace

StatusOr<AudioFacts> AnalyzeAudio(const std::string& path,
                                  const std::string& display_name,
                                  const std::string& pcm_out_path,
                                  int64_t max_millis, SoundTap* tap) {
  StatusOr<AudioFacts> facts =
      Analyze(path, display_name, pcm_out_path, max_millis, tap);
  if (!facts.ok()) unlink(pcm_out_path.c_str());
  return facts;
}

}  // namespace longtake::worker
