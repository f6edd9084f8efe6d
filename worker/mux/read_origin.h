#pragma once
// The marks of origin that a film's container and stream still carry.

#include <string>

#include "common/status/status.h"

namespace longtake::worker {

// Empty where a mark is not there.
struct OriginMarks {
  // Iptc4xmpExt:DigitalSourceType of an XMP packet: the whole URI, whoever
  // wrote it; UTF-8 without control characters.
  std::string digital_source_type;
  std::string software;  // of tag or packet, where it is Longtake
  std::string tag;       // digest of the inputs: of the comment tag,
  std::string xmp_tag;   // of the XMP packet,
  std::string sei_tag;   // and of the stream
  // Anything of ours, or a digital source type.
  bool any() const {
    return !digital_source_type.empty() || !software.empty() || !tag.empty() ||
           !xmp_tag.empty() || !sei_tag.empty();
  }
};

// Looks at the file's boxes, its tags and its first keyframes. InvalidArgument,
// with the remedy, where it is no film that FFmpeg knows. Thread-safe.
StatusOr<OriginMarks> ReadOriginMarks(const std::string& path);

}  // namespace longtake::worker
