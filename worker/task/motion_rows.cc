#include "worker/task/motion_rows.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <cstring>
#include <utility>

#include "fmt/format.h"

namespace longtake::worker {
namespace {

static_assert(std::endian::native == std::endian::little,
              "rows are written as they lie in memory");

constexpr char kMagic[8] = {'L', 'T', 'M', 'R', 'O', 'W', 'S', '1'};
constexpr int64_t kRowBytes = sizeof(MotionFrame);
static_assert(kRowBytes == kMotionChannels * 4);

struct Header {
  char magic[8];
  int32_t rate_num;
  int32_t rate_den;
  int64_t frames;
};
static_assert(sizeof(Header) == 24);

Status ReadExactly(int fd, void* out, int64_t size, int64_t offset) {
  char* at = static_cast<char*>(out);
  while (size > 0) {
    const ssize_t got = ::pread(fd, at, static_cast<size_t>(size), offset);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) {
      return DataLoss(
          fmt::format("motion rows: {} bytes missing at {}", size, offset));
    }
    at += got;
    size -= got;
    offset += got;
  }
  return OkStatus();
}

}  // namespace

StatusOr<std::unique_ptr<MotionRows>> MotionRows::Open(
    const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    return Unavailable(
        fmt::format("motion rows: cannot open: {}", std::strerror(errno)));
  }
  Header header{};
  struct stat about {};
  const Status read = ReadExactly(fd, &header, sizeof(header), 0);
  if (!read.ok() || std::memcmp(header.magic, kMagic, sizeof(kMagic)) != 0 ||
      header.rate_num <= 0 || header.rate_den <= 0 || header.frames < 0 ||
      ::fstat(fd, &about) != 0 ||
      (about.st_size - static_cast<int64_t>(sizeof(header))) / kRowBytes !=
          header.frames) {
    ::close(fd);
    return DataLoss("motion rows: not such a file, or damaged");
  }
  return std::unique_ptr<MotionRows>(
      new MotionRows(fd, {header.rate_num, header.rate_den}, header.frames));
}

MotionRows::~MotionRows() { ::close(fd_); }

StatusOr<MotionTrack> MotionRows::Read(FrameRange range) const {
  if (range.begin < 0 || range.end > frames_ || range.empty()) {
    return OutOfRange(fmt::format("motion rows: frames [{}, {}) of {}",
                                  range.begin, range.end, frames_));
  }
  MotionTrack track{rate_, range, {}};
  track.frames.resize(range.size());
  LT_RETURN_IF_ERROR(ReadExactly(
      fd_, track.frames.data(), range.size() * kRowBytes,
      static_cast<int64_t>(sizeof(Header)) + range.begin * kRowBytes));
  return track;
}

StatusOr<std::unique_ptr<MotionRowsWriter>> MotionRowsWriter::Create(
    ArtifactStore& store, FrameRate rate, int64_t frames) {
  LT_ASSIGN_OR_RETURN(auto blob, store.CreateBlob());
  Header header{{}, rate.num, rate.den, frames};
  std::memcpy(header.magic, kMagic, sizeof(kMagic));
  LT_RETURN_IF_ERROR(blob->Append(&header, sizeof(header)));
  return std::unique_ptr<MotionRowsWriter>(
      new MotionRowsWriter(std::move(blob), frames));
}

Status MotionRowsWriter::Append(const MotionTrack& track) {
  if (track.range.begin != written_ ||
      static_cast<int64_t>(track.frames.size()) != track.range.size()) {
    return Internal(fmt::format("motion rows: frame {} came where {} belongs",
                                track.range.begin, written_));
  }
  LT_RETURN_IF_ERROR(
      blob_->Append(track.frames.data(), track.frames.size() * kRowBytes));
  written_ = track.range.end;
  return OkStatus();
}

StatusOr<BlobRef> MotionRowsWriter::Commit() {
  if (written_ != frames_) {
    return Internal(
        fmt::format("motion rows: {} of {} frames", written_, frames_));
  }
  return blob_->Commit();
}

}  // namespace longtake::worker
