#pragma once
// Owning handles of FFmpeg's C objects, and the only place that includes its
// headers. For worker/media, worker/encode and worker/mux; a handle has one
// owner and is as thread-safe as the object in it (one thread at a time).

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/channel_layout.h>
#include <libavutil/display.h>
#include <libavutil/imgutils.h>
#include <libavutil/intreadwrite.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libswresample/swresample.h>
#include <libswscale/swscale.h>
}

#include <memory>
#include <string>

namespace longtake::worker {

struct AvFrameFree {
  void operator()(AVFrame* f) const { av_frame_free(&f); }
};
struct AvPacketFree {
  void operator()(AVPacket* p) const { av_packet_free(&p); }
};
struct AvCodecContextFree {
  void operator()(AVCodecContext* c) const { avcodec_free_context(&c); }
};
struct AvFormatInputFree {
  void operator()(AVFormatContext* f) const { avformat_close_input(&f); }
};
struct AvCodecParametersFree {
  void operator()(AVCodecParameters* p) const { avcodec_parameters_free(&p); }
};
struct SwsContextFree {
  void operator()(SwsContext* s) const { sws_freeContext(s); }
};
struct SwrContextFree {
  void operator()(SwrContext* s) const { swr_free(&s); }
};

using AvFramePtr = std::unique_ptr<AVFrame, AvFrameFree>;
using AvPacketPtr = std::unique_ptr<AVPacket, AvPacketFree>;
using AvCodecContextPtr = std::unique_ptr<AVCodecContext, AvCodecContextFree>;
using AvFormatInputPtr = std::unique_ptr<AVFormatContext, AvFormatInputFree>;
using AvCodecParametersPtr =
    std::unique_ptr<AVCodecParameters, AvCodecParametersFree>;
using SwsContextPtr = std::unique_ptr<SwsContext, SwsContextFree>;
using SwrContextPtr = std::unique_ptr<SwrContext, SwrContextFree>;

// Options for one call; entries a call did not use stay in it.
class AvDictionary {
 public:
  AvDictionary() = default;
  ~AvDictionary() { av_dict_free(&dict_); }
  AvDictionary(const AvDictionary&) = delete;
  AvDictionary& operator=(const AvDictionary&) = delete;

  void Set(const std::string& key, const std::string& value) {
    av_dict_set(&dict_, key.c_str(), value.c_str(), 0);
  }
  void Set(const std::string& key, int64_t value) {
    av_dict_set_int(&dict_, key.c_str(), value, 0);
  }
  AVDictionary** get() { return &dict_; }
  // The first option that no one used, or an empty string.
  std::string FirstUnused() const {
    const AVDictionaryEntry* e =
        av_dict_get(dict_, "", nullptr, AV_DICT_IGNORE_SUFFIX);
    return e == nullptr ? std::string() : e->key;
  }

 private:
  AVDictionary* dict_ = nullptr;
};

// A muxer's context: frees the context, closes its file.
class AvOutputContext {
 public:
  AvOutputContext() = default;
  ~AvOutputContext() {
    if (context_ == nullptr) return;
    avio_closep(&context_->pb);
    avformat_free_context(context_);
  }
  AvOutputContext(const AvOutputContext&) = delete;
  AvOutputContext& operator=(const AvOutputContext&) = delete;

  AVFormatContext** address() { return &context_; }
  AVFormatContext* get() const { return context_; }
  AVFormatContext* operator->() const { return context_; }

 private:
  AVFormatContext* context_ = nullptr;
};

}  // namespace longtake::worker
