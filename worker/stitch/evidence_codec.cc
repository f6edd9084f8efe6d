#include "worker/stitch/evidence_codec.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <vector>

#include "common/digest/sha256.h"
#include "worker/stitch/evidence.h"

namespace longtake::worker {
namespace {

constexpr size_t kDigestBytes = kSha256HexLength / 2;
constexpr int kWindowBits = 15, kMemoryLevel = 8;  // zlib's defaults

// The planes of one frame after another, with their width.
struct PlaneView {
  std::vector<uint8_t> YuvFrame::*plane;
  int shift;  // width = frame width >> shift
};
constexpr std::array<PlaneView, 3> kPlanes = {
    {{&YuvFrame::y, 0}, {&YuvFrame::u, 1}, {&YuvFrame::v, 1}}};

size_t BytesOf(const YuvFrame& f) {
  return f.y.size() + f.u.size() + f.v.size();
}

// Takes values off the front of a blob. After a failure all reads are zero.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  template <typename T>
  T Value() {
    T value{};
    const std::string_view bytes = Bytes(sizeof(T));
    if (ok_) std::memcpy(&value, bytes.data(), sizeof(T));
    return value;
  }
  std::string_view Bytes(size_t size) {
    if (!ok_ || rest_.size() < size) {
      ok_ = false;
      return {};
    }
    const std::string_view bytes = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return bytes;
  }
  bool ok() const { return ok_; }
  size_t left() const { return rest_.size(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

Status Damaged(const std::string& why) {
  return DataLoss(fmt::format("seam evidence is damaged: {}", why));
}

bool IsSane(const SegmentEvidence& e, uint32_t width, uint32_t height) {
  return e.rendered.begin >= 0 && e.rendered.begin <= e.range.begin &&
         !e.range.empty() && e.range.end <= e.rendered.end &&
         e.rendered.size() <= kMaxEvidenceFrames && width > 0 && height > 0 &&
         width % 2 == 0 && height % 2 == 0 && width <= kMaxEvidenceSide &&
         height <= kMaxEvidenceSide;
}

Status ReadFrame(Reader* in, SegmentEvidence* e) {
  OverlapFrame frame;
  frame.index = in->Value<int64_t>();
  for (float& channel : frame.motion) channel = in->Value<float>();
  frame.sha256 = HexOfBytes(in->Bytes(kDigestBytes));
  const std::string_view stream = in->Bytes(in->Value<uint32_t>());
  if (!in->ok()) return Damaged("it ends within a frame");
  const OverlapFrame* last = e->frames.empty() ? nullptr : &e->frames.back();
  if (!e->rendered.contains(frame.index) ||
      (last != nullptr && last->index >= frame.index)) {
    return Damaged(fmt::format("frame {} is out of place", frame.index));
  }
  const bool delta = last != nullptr && last->index == frame.index - 1;
  frame.planes = YuvFrame(e->width, e->height);
  LT_RETURN_IF_ERROR(
      UnpackPlanes(stream, delta ? &last->planes : nullptr, &frame.planes));
  if (DigestOfPlanes(frame.planes) != frame.sha256) {
    return Damaged(fmt::format(
        "the planes of frame {} don't match their digest", frame.index));
  }
  e->frames.push_back(std::move(frame));
  return OkStatus();
}

}  // namespace

std::string DigestOfPlanes(const YuvFrame& frame) {
  Sha256 hash;
  for (const PlaneView& p : kPlanes) {
    hash.Update((frame.*p.plane).data(), (frame.*p.plane).size());
  }
  return hash.Hex();
}

std::string BytesOfHex(std::string_view hex) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<char>(digit(hex[i]) * 16 + digit(hex[i + 1])));
  }
  return bytes;
}

std::string HexOfBytes(std::string_view bytes) {
  std::string hex;
  for (const char c : bytes) {
    hex += fmt::format("{:02x}", static_cast<uint8_t>(c));
  }
  return hex;
}

StatusOr<std::string> PackPlanes(const YuvFrame& frame,
                                 const YuvFrame* before) {
  std::vector<uint8_t> rest(BytesOf(frame));
  uint8_t* to = rest.data();
  for (const PlaneView& p : kPlanes) {
    const std::vector<uint8_t>& plane = frame.*p.plane;
    const size_t width = static_cast<size_t>(frame.width >> p.shift);
    for (size_t i = 0; i < plane.size(); ++i) {
      const uint8_t guess = before != nullptr ? (before->*p.plane)[i]
                            : i < width       ? 0
                                              : plane[i - width];
      *to++ = static_cast<uint8_t>(plane[i] - guess);
    }
  }
  z_stream z{};
  // What is left over is noise with runs of zeros: other matches are not worth
  // their search.
  if (deflateInit2(&z, Z_BEST_SPEED, Z_DEFLATED, kWindowBits, kMemoryLevel,
                   Z_RLE) != Z_OK) {
    return ResourceExhausted("seam evidence: zlib is out of memory");
  }
  std::string packed(deflateBound(&z, rest.size()), '\0');
  z.next_in = rest.data();
  z.avail_in = static_cast<uInt>(rest.size());
  z.next_out = reinterpret_cast<Bytef*>(packed.data());
  z.avail_out = static_cast<uInt>(packed.size());
  const int end = deflate(&z, Z_FINISH);
  packed.resize(z.total_out);
  deflateEnd(&z);
  if (end != Z_STREAM_END) return Internal("seam evidence: zlib did not end");
  return packed;
}

Status UnpackPlanes(std::string_view packed, const YuvFrame* before,
                    YuvFrame* frame) {
  std::vector<uint8_t> rest(BytesOf(*frame));
  uLongf size = rest.size();
  uLong used = packed.size();
  if (uncompress2(rest.data(), &size,
                  reinterpret_cast<const Bytef*>(packed.data()),
                  &used) != Z_OK ||
      size != rest.size() || used != packed.size()) {
    return Damaged("planes that zlib can't unpack");
  }
  const uint8_t* from = rest.data();
  for (const PlaneView& p : kPlanes) {
    std::vector<uint8_t>& plane = frame->*p.plane;
    const size_t width = static_cast<size_t>(frame->width >> p.shift);
    for (size_t i = 0; i < plane.size(); ++i) {
      const uint8_t guess = before != nullptr ? (before->*p.plane)[i]
                            : i < width       ? 0
                                              : plane[i - width];
      plane[i] = static_cast<uint8_t>(*from++ + guess);
    }
  }
  return OkStatus();
}

const OverlapFrame* SegmentEvidence::Find(FrameIndex index) const {
  const auto at = std::lower_bound(
      frames.begin(), frames.end(), index,
      [](const OverlapFrame& f, FrameIndex i) { return f.index < i; });
  return at != frames.end() && at->index == index ? &*at : nullptr;
}

StatusOr<SegmentEvidence> ParseEvidence(std::string_view blob) {
  Reader in(blob);
  if (in.Bytes(kEvidenceMagic.size()) != kEvidenceMagic) {
    return Damaged("it does not begin with LTEV");
  }
  if (const auto version = in.Value<uint32_t>(); version != kEvidenceVersion) {
    return Damaged(fmt::format("version {}, this program reads {}", version,
                               kEvidenceVersion));
  }
  SegmentEvidence e;
  for (int64_t* frame :
       {&e.range.begin, &e.range.end, &e.rendered.begin, &e.rendered.end}) {
    *frame = in.Value<int64_t>();
  }
  const auto width = in.Value<uint32_t>();
  const auto height = in.Value<uint32_t>();
  const auto channels = in.Value<uint32_t>();
  const auto kept = in.Value<uint32_t>();
  if (!in.ok() || !IsSane(e, width, height) || channels != kMotionChannels ||
      in.left() / sizeof(uint64_t) < static_cast<size_t>(e.rendered.size())) {
    return Damaged("its header makes no sense");
  }
  e.width = static_cast<int>(width);
  e.height = static_cast<int>(height);
  for (FrameIndex f = e.rendered.begin; f < e.rendered.end; ++f) {
    e.luma_sad.push_back(in.Value<uint64_t>());
  }
  for (uint32_t i = 0; i < kept; ++i) LT_RETURN_IF_ERROR(ReadFrame(&in, &e));
  if (in.left() != 0) {
    return Damaged(fmt::format("{} bytes follow its end", in.left()));
  }
  return e;
}

}  // namespace longtake::worker
