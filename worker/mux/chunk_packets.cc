#include "worker/mux/chunk_packets.h"

#include <fmt/format.h>

#include <cstring>

#include "worker/media/av_error.h"
#include "worker/mux/origin_marks.h"

namespace longtake::worker {
namespace {

std::string Name(const FrameRange& r) {
  return fmt::format("chunk [{}, {})", r.begin, r.end);
}

Status CheckCover(const TakeInputs& inputs) {
  FrameIndex expected = inputs.first_frame;
  for (const ChunkFile& c : inputs.chunks) {
    if (c.range.begin != expected || c.range.empty()) {
      return DataLoss(fmt::format("{} follows where frame {} is due",
                                  Name(c.range), expected));
    }
    expected = c.range.end;
  }
  const int64_t frames = expected - inputs.first_frame;
  if (frames != inputs.total_frames || frames == 0) {
    return DataLoss(fmt::format("the chunks hold {} frames of the take's {}",
                                frames, inputs.total_frames));
  }
  return OkStatus();
}

}  // namespace

StatusOr<std::unique_ptr<ChunkPackets>> ChunkPackets::Open(
    const TakeInputs& inputs) {
  LT_RETURN_IF_ERROR(CheckCover(inputs));
  std::unique_ptr<ChunkPackets> packets(new ChunkPackets(inputs));
  LT_RETURN_IF_ERROR(packets->OpenChunk());
  return packets;
}

Status ChunkPackets::OpenChunk() {
  StatusOr<std::unique_ptr<InputFile>> file =
      InputFile::Open(chunk().path, {.what = Name(chunk().range),
                                     .kind = "a chunk",
                                     .remedy = "render it again",
                                     .probe_streams = false});
  if (!file.ok()) return DataLoss(Message(file.status()));
  file_ = std::move(*file);
  if (file_->format()->nb_streams != 1) {
    return DataLoss(fmt::format("{}: {} streams where one is due",
                                Name(chunk().range),
                                file_->format()->nb_streams));
  }
  const AVStream& stream = *file_->format()->streams[0];
  if (parameters_ == nullptr) {
    parameters_.reset(avcodec_parameters_alloc());
    if (!parameters_ ||
        avcodec_parameters_copy(parameters_.get(), stream.codecpar) < 0) {
      return ResourceExhausted("out of memory");
    }
    parameters_->codec_tag = 0;
    parameters_->bit_rate = 0;  // would be the first chunk's
  }
  in_chunk_ = 0;
  seen_.assign(static_cast<size_t>(chunk().range.size()), false);
  return CheckSame(stream);
}

Status ChunkPackets::CheckSame(const AVStream& stream) const {
  const AVCodecParameters& p = *stream.codecpar;
  const AVCodecParameters& first = *parameters_;
  if (p.codec_id != AV_CODEC_ID_H264 || p.width != first.width ||
      p.height != first.height) {
    return DataLoss(fmt::format("{} is {} {}x{}, the take is h264 {}x{}",
                                Name(chunk().range),
                                avcodec_get_name(p.codec_id), p.width, p.height,
                                first.width, first.height));
  }
  if (stream.time_base.num != 1 || stream.time_base.den != inputs_.rate.num) {
    return DataLoss(
        fmt::format("{} counts in {}/{} s, the take's rate is {}/{}",
                    Name(chunk().range), stream.time_base.num,
                    stream.time_base.den, inputs_.rate.num, inputs_.rate.den));
  }
  if (p.extradata_size != first.extradata_size || p.extradata_size == 0 ||
      std::memcmp(p.extradata, first.extradata,
                  static_cast<size_t>(p.extradata_size)) != 0) {
    return DataLoss(fmt::format(
        "{} was encoded with other settings than the first chunk (parameter "
        "sets of {} and {} bytes differ)",
        Name(chunk().range), p.extradata_size, first.extradata_size));
  }
  return OkStatus();
}

Status ChunkPackets::CheckComplete() const {
  if (in_chunk_ == chunk().range.size()) return OkStatus();
  return DataLoss(fmt::format("{} holds {} frames of its {}",
                              Name(chunk().range), in_chunk_,
                              chunk().range.size()));
}

StatusOr<bool> ChunkPackets::Next(AVPacket* packet) {
  while (file_ != nullptr) {
    const int error = av_read_frame(file_->format(), packet);
    if (error >= 0) {
      LT_RETURN_IF_ERROR(Place(packet));
      LT_RETURN_IF_ERROR(Mark(packet));
      return true;
    }
    if (error != AVERROR_EOF) {
      return DataLoss(fmt::format("{}: reading packet {}: {}",
                                  Name(chunk().range), in_chunk_,
                                  AvErrorText(error)));
    }
    LT_RETURN_IF_ERROR(CheckComplete());
    ++chunk_;
    if (chunk_ == inputs_.chunks.size()) {
      file_.reset();
    } else {
      LT_RETURN_IF_ERROR(OpenChunk());
    }
  }
  return false;
}

Status ChunkPackets::Mark(AVPacket* packet) const {
  if (inputs_.digital_source_type.empty() ||
      (packet->flags & AV_PKT_FLAG_KEY) == 0) {
    return OkStatus();
  }
  const int length_bytes = NalLengthBytes(*parameters_);
  if (length_bytes == 0) {
    return DataLoss(Name(chunk().range) + ": its parameter sets are damaged");
  }
  return Annotate(
      InsertBeforeSlices(OriginSei(inputs_.tag), length_bytes, packet),
      Name(chunk().range));
}

Status ChunkPackets::Place(AVPacket* packet) {
  const int64_t ticks = inputs_.rate.den;
  const FrameRange range = chunk().range;
  const bool first = in_chunk_ == 0;
  const int64_t index = packet->pts / ticks;
  if (packet->pts == AV_NOPTS_VALUE || packet->pts % ticks != 0 || index < 0 ||
      index >= range.size() || seen_[static_cast<size_t>(index)]) {
    return DataLoss(fmt::format(
        "{}: packet {} has pts {}: a frame that is missing, doubled or out of "
        "range",
        Name(range), in_chunk_, packet->pts));
  }
  seen_[static_cast<size_t>(index)] = true;
  if (first) {
    const int64_t reorder = (packet->pts - packet->dts) / ticks;
    if (chunk_ == 0) reorder_ = reorder;
    if (index != 0 || (packet->flags & AV_PKT_FLAG_KEY) == 0 ||
        reorder != reorder_) {
      return DataLoss(
          fmt::format("{} does not begin with a keyframe of the take's reorder "
                      "depth (frame {}, depth {}, take {})",
                      Name(range), index, reorder, reorder_));
    }
  }
  const FrameIndex begin = range.begin - inputs_.first_frame;
  packet->pts = (begin + index) * ticks;
  packet->dts = (begin + in_chunk_ - reorder_) * ticks;
  packet->duration = ticks;
  packet->pos = -1;
  ++in_chunk_;
  if (packet->dts > packet->pts) {
    return DataLoss(fmt::format("{}: frame {} comes too late in it",
                                Name(range), range.begin + index));
  }
  return OkStatus();
}

}  // namespace longtake::worker
