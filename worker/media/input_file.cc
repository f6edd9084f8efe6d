#include "worker/media/input_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include "worker/media/av_error.h"

namespace longtake::worker {
namespace {

constexpr int kIoBufferBytes = 64 * 1024;
constexpr char kNoProtocol[] = "none";  // no protocol has this name

int RefuseToOpen(AVFormatContext*, AVIOContext**, const char*, int,
                 AVDictionary**) {
  return AVERROR(EPERM);
}

// avformat_find_stream_info with the same options for every stream.
int FindStreamInfo(AVFormatContext* format, int64_t max_pixels) {
  std::vector<AVDictionary*> options(format->nb_streams, nullptr);
  for (AVDictionary*& o : options) {
    av_dict_set(&o, "threads", "1", 0);
    if (max_pixels > 0) av_dict_set_int(&o, "max_pixels", max_pixels, 0);
  }
  const int result = avformat_find_stream_info(
      format, options.empty() ? nullptr : options.data());
  for (AVDictionary*& o : options) av_dict_free(&o);
  return result;
}

}  // namespace

int InputFile::ReadAt(void* self, uint8_t* buffer, int size) {
  auto* file = static_cast<InputFile*>(self);
  ssize_t n;
  do {
    n = pread(file->fd_, buffer, static_cast<size_t>(size), file->position_);
  } while (n < 0 && errno == EINTR);
  if (n < 0) return AVERROR(errno);
  if (n == 0) return AVERROR_EOF;
  file->position_ += n;
  return static_cast<int>(n);
}

int64_t InputFile::Seek(void* self, int64_t offset, int whence) {
  auto* file = static_cast<InputFile*>(self);
  switch (whence & ~AVSEEK_FORCE) {
    case AVSEEK_SIZE:
      return file->size_bytes_;
    case SEEK_SET:
      break;
    case SEEK_CUR:
      offset += file->position_;
      break;
    case SEEK_END:
      offset += file->size_bytes_;
      break;
    default:
      return AVERROR(EINVAL);
  }
  if (offset < 0) return AVERROR(EINVAL);
  file->position_ = offset;
  return offset;
}

InputFile::~InputFile() {
  format_.reset();
  if (io_ != nullptr) {
    av_freep(&io_->buffer);
    avio_context_free(&io_);
  }
  if (fd_ >= 0) close(fd_);
}

StatusOr<std::unique_ptr<InputFile>> InputFile::Open(const std::string& path,
                                                     const Options& options) {
  RouteAvLog();
  std::unique_ptr<InputFile> file(new InputFile);
  // A pipe without a writer is to be refused, not waited for.
  file->fd_ = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat st = {};
  if (file->fd_ < 0 || fstat(file->fd_, &st) != 0) {
    return InvalidArgument(
        fmt::format("{}: cannot be opened ({}): check the path and its "
                    "permissions",
                    options.what, std::strerror(errno)));
  }
  if (!S_ISREG(st.st_mode)) {
    return InvalidArgument(fmt::format("{}: not a regular file: {}",
                                       options.what, options.remedy));
  }
  file->size_bytes_ = st.st_size;
  if (st.st_size == 0) {
    return InvalidArgument(
        fmt::format("{}: the file is empty: {}", options.what, options.remedy));
  }
  if (options.max_bytes > 0 && st.st_size > options.max_bytes) {
    return InvalidArgument(
        fmt::format("{}: {} MiB, the limit is {} MiB: give a smaller file",
                    options.what, st.st_size >> 20, options.max_bytes >> 20));
  }
  auto* buffer = static_cast<uint8_t*>(av_malloc(kIoBufferBytes));
  if (buffer == nullptr) return ResourceExhausted("out of memory");
  file->io_ = avio_alloc_context(buffer, kIoBufferBytes, 0, file.get(), &ReadAt,
                                 nullptr, &Seek);
  AVFormatContext* format = avformat_alloc_context();
  if (file->io_ == nullptr || format == nullptr) {
    av_free(file->io_ == nullptr ? buffer : nullptr);
    avformat_free_context(format);
    return ResourceExhausted("out of memory");
  }
  format->pb = file->io_;
  format->io_open = &RefuseToOpen;
  format->flags |= AVFMT_FLAG_BITEXACT;
  // io_open is not asked by all: a list (ffconcat) opens files and a session
  // description (SDP) waits at the network, unless no protocol is allowed.
  AvDictionary protocols;
  protocols.Set("protocol_whitelist", std::string(kNoProtocol));
  // On failure avformat_open_input frees the context.
  int error = avformat_open_input(&format, "", nullptr, protocols.get());
  if (error >= 0) {
    file->format_.reset(format);
    if (options.probe_streams) {
      error = FindStreamInfo(format, options.max_pixels);
    }
  }
  if (error < 0) {
    return InvalidArgument(
        fmt::format("{}: not {} that FFmpeg can read ({}): {}", options.what,
                    options.kind, AvErrorText(error), options.remedy));
  }
  return file;
}

StatusOr<AvCodecContextPtr> MakeDecoder(const AVStream& stream,
                                        const std::string& what) {
  const AVCodec* codec = avcodec_find_decoder(stream.codecpar->codec_id);
  if (codec == nullptr) {
    return InvalidArgument(
        fmt::format("{}: no decoder for {} in this FFmpeg: convert the file",
                    what, avcodec_get_name(stream.codecpar->codec_id)));
  }
  AvCodecContextPtr context(avcodec_alloc_context3(codec));
  if (context == nullptr ||
      avcodec_parameters_to_context(context.get(), stream.codecpar) < 0) {
    return ResourceExhausted("out of memory");
  }
  context->pkt_timebase = stream.time_base;
  context->thread_count = 1;
  context->flags |= AV_CODEC_FLAG_BITEXACT;
  return context;
}

}  // namespace longtake::worker
