#pragma once
// Any picture that FFmpeg reads, as 8-bit RGB the right way up; and PNG files
// out. Functions are thread-safe.

#include <cstdint>
#include <string>

#include "common/status/status.h"
#include "worker/engine/image.h"

namespace longtake::worker {

// A larger portrait is refused before its pixels are allocated.
inline constexpr int64_t kMaxImagePixels = 64'000'000;  // unless told
inline constexpr int64_t kMaxImageBytes = int64_t{256} << 20;
inline constexpr int kMinImageSide = 16;

// The first picture in the file at `path`. Grey, palette, CMYK and 16-bit
// pictures become 8-bit RGB; transparency is laid over mid grey; the camera's
// orientation tag (EXIF) is applied. Colour profiles are not: the values are
// taken as sRGB. `display_name` is what messages call the file.
// InvalidArgument, with the remedy, for anything that is not such a picture.
StatusOr<Image> DecodeImage(const std::string& path,
                            const std::string& display_name,
                            int64_t max_pixels = kMaxImagePixels);

// Writes a PNG, atomically; the same image gives the same bytes.
// InvalidArgument: empty image, unwritable place. ResourceExhausted: full disk.
Status WritePng(const Image& image, const std::string& path);

}  // namespace longtake::worker
