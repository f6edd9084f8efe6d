#pragma once
// A media file that FFmpeg demuxes, and nothing but that file: it is read
// through our own I/O, so that no name is taken for a URL or a pattern
// ("%03d"), and a playlist can't reach for other files or the network.

#include <cstdint>
#include <memory>
#include <string>

#include "common/status/status.h"
#include "worker/media/av_handles.h"

namespace longtake::worker {

// One thread only.
class InputFile {
 public:
  // Opens and probes by content, whatever the file's name. `what` begins every
  // message: "portrait p.jpg". `max_bytes`: larger files are refused; 0 is no
  // limit. `max_pixels`: bound on what probing may decode; 0 is FFmpeg's own.
  // `remedy` ends the message for content that FFmpeg does not know.
  // All errors of the file itself are InvalidArgument.
  struct Options {
    std::string what;
    std::string kind;  // "an image"
    std::string remedy;
    int64_t max_bytes = 0;
    int64_t max_pixels = 0;
    bool probe_streams = true;  // false: the header tells all that is needed
  };
  static StatusOr<std::unique_ptr<InputFile>> Open(const std::string& path,
                                                   const Options& options);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  // Owned by this.
  AVFormatContext* format() const { return format_.get(); }
  int64_t size_bytes() const { return size_bytes_; }

 private:
  InputFile() = default;
  static int ReadAt(void* self, uint8_t* buffer, int size);
  static int64_t Seek(void* self, int64_t offset, int whence);

  int fd_ = -1;
  int64_t size_bytes_ = 0;
  int64_t position_ = 0;
  AVIOContext* io_ = nullptr;  // owned; outlives format_
  AvFormatInputPtr format_;
};

// A decoder for the stream, single-threaded and bit-exact, not yet opened.
StatusOr<AvCodecContextPtr> MakeDecoder(const AVStream& stream,
                                        const std::string& what);

}  // namespace longtake::worker
