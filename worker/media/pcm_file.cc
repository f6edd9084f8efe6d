#include "worker/media/pcm_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>

namespace longtake::worker {
namespace {

static_assert(std::endian::native == std::endian::little);
constexpr int64_t kSampleBytes = 2;
constexpr int64_t kBlockSamples = 8192;

// Fills `size` bytes from `offset`; false with errno 0 where the file ends.
bool ReadFully(int fd, char* out, size_t size, int64_t offset) {
  while (size > 0) {
    const ssize_t n = pread(fd, out, size, offset);
    if (n < 0 && errno == EINTR) continue;
    if (n == 0) errno = 0;
    if (n <= 0) return false;
    out += n;
    offset += n;
    size -= static_cast<size_t>(n);
  }
  return true;
}

}  // namespace

StatusOr<std::unique_ptr<PcmFile>> PcmFile::Open(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat st = {};
  if (fd < 0 || fstat(fd, &st) != 0) {
    const int error = errno;
    if (fd >= 0) close(fd);
    return NotFound(fmt::format("{}: {}", path, std::strerror(error)));
  }
  if (st.st_size % kSampleBytes != 0) {
    close(fd);
    return DataLoss(fmt::format(
        "{}: {} bytes is no whole number of 16-bit samples", path, st.st_size));
  }
  return std::unique_ptr<PcmFile>(
      new PcmFile(path, fd, st.st_size / kSampleBytes));
}

PcmFile::~PcmFile() { close(fd_); }

Status PcmFile::Read(int64_t first, std::span<float> out) const {
  std::fill(out.begin(), out.end(), 0.f);
  const int64_t begin = std::max<int64_t>(first, 0);
  const int64_t end = std::min<int64_t>(first + std::ssize(out), size_samples_);
  std::array<int16_t, kBlockSamples> block;
  for (int64_t at = begin; at < end; at += kBlockSamples) {
    const int64_t n = std::min(kBlockSamples, end - at);
    if (!ReadFully(fd_, reinterpret_cast<char*>(block.data()),
                   static_cast<size_t>(n * kSampleBytes), at * kSampleBytes)) {
      return DataLoss(fmt::format(
          "{}: reading sample {}: {}", path_, at,
          errno == 0 ? "the file became shorter" : std::strerror(errno)));
    }
    for (int64_t i = 0; i < n; ++i) {
      out[static_cast<size_t>(at - first + i)] =
          static_cast<float>(block[static_cast<size_t>(i)]) / 32768.f;
    }
  }
  return OkStatus();
}

}  // namespace longtake::worker
