#include <fmt/format.h>

#include <cstdlib>
#include <utility>

#include "worker/stitch/evidence.h"
#include "worker/stitch/evidence_codec.h"

namespace longtake::worker {

uint64_t LumaSad(const YuvFrame& a, const YuvFrame& b) {
  uint64_t sum = 0;
  const size_t width = static_cast<size_t>(a.width);
  for (size_t row = 0; row < a.y.size(); row += width) {
    // A row's sum fits 32 bits, which the compiler adds many at a time.
    uint32_t row_sum = 0;
    for (size_t x = row; x < row + width; ++x) {
      row_sum += static_cast<uint32_t>(std::abs(a.y[x] - b.y[x]));
    }
    sum += row_sum;
  }
  return sum;
}

EvidenceBuilder::EvidenceBuilder(FrameRange range, FrameRange rendered,
                                 int width, int height)
    : range_(range),
      rendered_(rendered),
      width_(width),
      height_(height),
      next_(rendered.begin) {}

bool EvidenceBuilder::Keeps(FrameIndex index) const {
  const int64_t left = range_.begin - rendered_.begin;
  const int64_t right = rendered_.end - range_.end;
  return index < range_.begin + left || index >= range_.end - right;
}

Status EvidenceBuilder::Add(FrameIndex index, const MotionFrame& motion,
                            YuvFrame* planes) {
  if (index != next_ || !rendered_.contains(index)) {
    return InvalidArgument(
        fmt::format("evidence: frame {} where {} of [{}, {}) is due", index,
                    next_, rendered_.begin, rendered_.end));
  }
  if (planes->width != width_ || planes->height != height_) {
    return InvalidArgument(
        fmt::format("evidence: frame {} is {}x{}, the segment is {}x{}", index,
                    planes->width, planes->height, width_, height_));
  }
  const bool first = luma_sad_.empty();
  luma_sad_.push_back(first ? 0 : LumaSad(*planes, previous_));
  if (Keeps(index)) {
    const bool delta = !first && Keeps(index - 1);
    LT_ASSIGN_OR_RETURN(const std::string stream,
                        PackPlanes(*planes, delta ? &previous_ : nullptr));
    AppendValue<int64_t>(index, &packed_);
    for (const float channel : motion) AppendValue(channel, &packed_);
    packed_ += BytesOfHex(DigestOfPlanes(*planes));
    AppendValue(static_cast<uint32_t>(stream.size()), &packed_);
    packed_ += stream;
    ++kept_;
  }
  std::swap(previous_, *planes);
  ++next_;
  return OkStatus();
}

StatusOr<std::string> EvidenceBuilder::Finish() {
  if (next_ != rendered_.end) {
    return FailedPrecondition(
        fmt::format("evidence: {} of the frames [{}, {}) were added",
                    luma_sad_.size(), rendered_.begin, rendered_.end));
  }
  std::string blob(kEvidenceMagic);
  AppendValue(kEvidenceVersion, &blob);
  for (const int64_t frame :
       {range_.begin, range_.end, rendered_.begin, rendered_.end}) {
    AppendValue(frame, &blob);
  }
  AppendValue(static_cast<uint32_t>(width_), &blob);
  AppendValue(static_cast<uint32_t>(height_), &blob);
  AppendValue(static_cast<uint32_t>(kMotionChannels), &blob);
  AppendValue(kept_, &blob);
  for (const uint64_t sad : luma_sad_) AppendValue(sad, &blob);
  blob += packed_;
  return blob;
}

}  // namespace longtake::worker
