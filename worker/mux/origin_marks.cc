#include "worker/mux/origin_marks.h"

#include <fmt/format.h>

#include <cstring>

#include "worker/media/av_error.h"
#include "worker/mux/take_tag.h"

namespace longtake::worker {
namespace {

constexpr uint8_t kSeiNal = 6;
constexpr uint8_t kFirstSliceNal = 1, kLastSliceNal = 5;
constexpr uint8_t kUserDataUnregistered = 5;
constexpr uint8_t kStopBit = 0x80;
constexpr size_t kBoxHeaderBytes = 8;

void AppendBigEndian(uint64_t value, int bytes, std::string* out) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    out->push_back(static_cast<char>(value >> shift & 0xFF));
  }
}

// ISO/IEC 14496-10, 7.3.1: 00 00 followed by 00 to 03 gets 03 between.
std::string WithEmulationPrevention(std::string_view raw) {
  std::string out;
  int zeros = 0;
  for (const char c : raw) {
    const uint8_t byte = static_cast<uint8_t>(c);
    if (zeros >= 2 && byte <= 3) {
      out.push_back(3);
      zeros = 0;
    }
    out.push_back(c);
    zeros = byte == 0 ? zeros + 1 : 0;
  }
  return out;
}

}  // namespace

std::string OriginText(std::string_view digital_source_type) {
  return fmt::format("Made with {}. Digital source type: {}{}", kSoftware,
                     kDigitalSourceTypeBase, digital_source_type);
}

std::string XmpPacket(std::string_view digital_source_type,
                      std::string_view tag) {
  return fmt::format(
      "<?xpacket begin=\"\xEF\xBB\xBF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"
      "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n"
      " <rdf:RDF "
      "xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n"
      "  <rdf:Description rdf:about=\"\"\n"
      "    xmlns:Iptc4xmpExt=\"http://iptc.org/std/Iptc4xmpExt/2008-02-29/\"\n"
      "    xmlns:dc=\"http://purl.org/dc/elements/1.1/\"\n"
      "    xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\">\n"
      "   <Iptc4xmpExt:DigitalSourceType>{}{}"
      "</Iptc4xmpExt:DigitalSourceType>\n"
      "   <dc:identifier>{}{}</dc:identifier>\n"
      "   <xmp:CreatorTool>{}</xmp:CreatorTool>\n"
      "  </rdf:Description>\n"
      " </rdf:RDF>\n"
      "</x:xmpmeta>\n"
      "<?xpacket end=\"w\"?>",
      kDigitalSourceTypeBase, digital_source_type, kTagPrefix, tag, kSoftware);
}

std::string XmpBox(std::string_view packet) {
  std::string box;
  AppendBigEndian(kBoxHeaderBytes + kXmpUuid.size() + packet.size(), 4, &box);
  box += "uuid";
  box.append(kXmpUuid.begin(), kXmpUuid.end());
  box += packet;
  return box;
}

std::string OriginSei(std::string_view tag) {
  std::string payload(kSeiUuid.begin(), kSeiUuid.end());
  payload += kTagPrefix;
  payload += tag;
  std::string raw;
  raw.push_back(static_cast<char>(kUserDataUnregistered));
  size_t size = payload.size();
  for (; size >= 255; size -= 255) raw.push_back(static_cast<char>(255));
  raw.push_back(static_cast<char>(size));
  raw += payload;
  raw.push_back(static_cast<char>(kStopBit));
  return static_cast<char>(kSeiNal) + WithEmulationPrevention(raw);
}

Status InsertBeforeSlices(std::string_view nal, int length_bytes,
                          AVPacket* packet) {
  const size_t size = static_cast<size_t>(packet->size);
  const size_t header = static_cast<size_t>(length_bytes);
  size_t at = 0;
  while (at + header < size) {
    const uint8_t type = packet->data[at + header] & 0x1F;
    if (type >= kFirstSliceNal && type <= kLastSliceNal) break;
    size_t length = 0;
    for (size_t i = 0; i < header; ++i) {
      length = length << 8 | packet->data[at + i];
    }
    if (length > size - at - header) break;
    at += header + length;
  }
  if (at + header >= size ||
      (packet->data[at + header] & 0x1F) > kLastSliceNal) {
    return DataLoss("a keyframe without a slice: the chunk is damaged");
  }
  std::string unit;
  AppendBigEndian(nal.size(), length_bytes, &unit);
  unit += nal;
  const int error = av_grow_packet(packet, static_cast<int>(unit.size()));
  if (error < 0) return AvStatus(error, "take");
  std::memmove(packet->data + at + unit.size(), packet->data + at, size - at);
  std::memcpy(packet->data + at, unit.data(), unit.size());
  return OkStatus();
}

int NalLengthBytes(const AVCodecParameters& parameters) {
  if (parameters.extradata_size < 7 || parameters.extradata[0] != 1) return 0;
  return (parameters.extradata[4] & 3) + 1;
}

}  // namespace longtake::worker
