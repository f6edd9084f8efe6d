#include "worker/mux/take_muxer.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <utility>

#include "worker/media/atomic_file.h"
#include "worker/media/av_error.h"
#include "worker/mux/audio_packets.h"
#include "worker/mux/chunk_packets.h"
#include "worker/mux/origin_marks.h"
#include "worker/mux/take_tag.h"

namespace longtake::worker {
namespace {

// A track and its next packet.
struct Track {
  PacketSource* source = nullptr;
  AVStream* stream = nullptr;
  AvPacketPtr packet;
  bool ended = false;

  Status Advance() {
    av_packet_unref(packet.get());
    LT_ASSIGN_OR_RETURN(const bool got, source->Next(packet.get()));
    ended = !got;
    return OkStatus();
  }
};

StatusOr<Track> AddTrack(AVFormatContext* muxer, PacketSource* source) {
  Track track{.source = source,
              .stream = avformat_new_stream(muxer, nullptr),
              .packet = AvPacketPtr(av_packet_alloc())};
  if (track.stream == nullptr || track.packet == nullptr ||
      avcodec_parameters_copy(track.stream->codecpar, &source->parameters()) <
          0) {
    return ResourceExhausted("out of memory");
  }
  track.stream->time_base = source->time_base();
  track.stream->disposition = AV_DISPOSITION_DEFAULT;
  return track;
}

// Opens the file and writes what comes before the packets.
Status Begin(AVFormatContext* muxer, const TakeInputs& inputs,
             const std::string& url, int audio_timescale) {
  muxer->flags |= AVFMT_FLAG_BITEXACT;
  muxer->avoid_negative_ts = AVFMT_AVOID_NEG_TS_DISABLED;
  const std::string comment = std::string(kTagPrefix) + inputs.tag;
  av_dict_set(&muxer->metadata, kTagKey, comment.c_str(), 0);
  if (!inputs.digital_source_type.empty()) {
    av_dict_set(&muxer->metadata, kOriginKey,
                OriginText(inputs.digital_source_type).c_str(), 0);
  }
  int error = avio_open(&muxer->pb, url.c_str(), AVIO_FLAG_WRITE);
  if (error < 0) return AvStatus(error, "opening it");
  AvDictionary options;
  options.Set("movflags", "faststart");
  options.Set("use_editlist", int64_t{1});
  options.Set("video_track_timescale", int64_t{inputs.rate.num});
  // Edit lists count in the movie's timescale: with the sound's rate its start
  // and its end are exact to a sample.
  options.Set("movie_timescale", int64_t{audio_timescale});
  error = avformat_write_header(muxer, options.get());
  return error < 0 ? AvStatus(error, "writing its header") : OkStatus();
}

// After the last box that FFmpeg wrote.
Status AppendXmp(const TakeInputs& inputs, const std::string& path) {
  if (inputs.digital_source_type.empty()) return OkStatus();
  std::ofstream out(path, std::ios::binary | std::ios::app);
  out << XmpBox(XmpPacket(inputs.digital_source_type, inputs.tag));
  out.close();
  return out ? OkStatus() : ResourceExhausted("writing it: no space left");
}

// All packets, in order of decoding time over both tracks.
Status Interleave(AVFormatContext* muxer, Track* video, Track* audio) {
  LT_RETURN_IF_ERROR(video->Advance());
  LT_RETURN_IF_ERROR(audio->Advance());
  while (!video->ended || !audio->ended) {
    const bool take_video =
        audio->ended ||
        (!video->ended &&
         av_compare_ts(video->packet->dts, video->source->time_base(),
                       audio->packet->dts, audio->source->time_base()) <= 0);
    Track* track = take_video ? video : audio;
    AVPacket* packet = track->packet.get();
    packet->stream_index = track->stream->index;
    av_packet_rescale_ts(packet, track->source->time_base(),
                         track->stream->time_base);
    int error = av_write_frame(muxer, packet);
    if (error >= 0) error = muxer->pb->error;
    if (error < 0) return AvStatus(error, "writing it");
    LT_RETURN_IF_ERROR(track->Advance());
  }
  return OkStatus();
}

Status End(AVFormatContext* muxer) {
  int error = av_write_trailer(muxer);
  if (error >= 0 && muxer->pb != nullptr) error = muxer->pb->error;
  const int close_error = avio_closep(&muxer->pb);
  if (error >= 0) error = close_error;
  return error < 0 ? AvStatus(error, "writing it") : OkStatus();
}

Status WriteTake(const TakeInputs& inputs, PacketSource* video_source,
                 PacketSource* audio_source, const std::string& path) {
  const std::string url = "file:" + path;
  AvOutputContext muxer;
  const int error = avformat_alloc_output_context2(muxer.address(), nullptr,
                                                   "mp4", url.c_str());
  if (error < 0) return AvStatus(error, "MP4");
  LT_ASSIGN_OR_RETURN(Track video, AddTrack(muxer.get(), video_source));
  LT_ASSIGN_OR_RETURN(Track audio, AddTrack(muxer.get(), audio_source));
  video.stream->avg_frame_rate = {inputs.rate.num, inputs.rate.den};
  LT_RETURN_IF_ERROR(
      Begin(muxer.get(), inputs, url, audio_source->time_base().den));
  LT_RETURN_IF_ERROR(Interleave(muxer.get(), &video, &audio));
  LT_RETURN_IF_ERROR(End(muxer.get()));
  return AppendXmp(inputs, path);
}

}  // namespace

StatusOr<MuxedTake> MuxTake(const TakeInputs& inputs,
                            const std::string& out_path) {
  LT_ASSIGN_OR_RETURN(std::unique_ptr<PacketSource> audio,
                      OpenAudioPackets(inputs));
  return MuxTake(inputs, *audio, out_path);
}

StatusOr<MuxedTake> MuxTake(const TakeInputs& inputs, PacketSource& audio,
                            const std::string& out_path) {
  LT_ASSIGN_OR_RETURN(std::unique_ptr<ChunkPackets> video,
                      ChunkPackets::Open(inputs));
  LT_ASSIGN_OR_RETURN(AtomicFile file, AtomicFile::Create(out_path));
  LT_RETURN_IF_ERROR(
      Annotate(WriteTake(inputs, video.get(), &audio, file.temporary_path()),
               "take " + out_path));
  MuxedTake take;
  take.frames = inputs.total_frames;
  take.audio_codec = avcodec_get_name(audio.parameters().codec_id);
  take.audio_copied = inputs.audio.copyable_to_mp4;
  std::error_code ignored;
  take.bytes = static_cast<int64_t>(
      std::filesystem::file_size(file.temporary_path(), ignored));
  LT_RETURN_IF_ERROR(file.Commit());
  return take;
}

}  // namespace longtake::worker
