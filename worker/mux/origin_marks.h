#pragma once
// What a take's container and stream say of its origin, as bytes.
//
// XMP: a packet (Adobe, XMP Specification Part 1, 7) with IPTC's
// Iptc4xmpExt:DigitalSourceType (IPTC Photo Metadata Standard, IPTC Extension),
// in a top-level `uuid` box (Part 3, 1.2.7, MPEG-4; ISO/IEC 14496-12, 11.1) at
// the file's end. SEI: user data unregistered (ISO/IEC 14496-10, D.1.7) with a
// UUID of our own, in each IDR access unit. Nothing in either is of the run.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/status/status.h"
#include "worker/media/av_handles.h"

namespace longtake::worker {

inline constexpr std::string_view kSoftware = "Longtake";
inline constexpr std::string_view kDigitalSourceTypeBase =
    "http://cv.iptc.org/newscodes/digitalsourcetype/";

inline constexpr std::array<uint8_t, 16> kXmpUuid = {
    0xBE, 0x7A, 0xCF, 0xCB, 0x97, 0xA9, 0x42, 0xE8,
    0x9C, 0x71, 0x99, 0x94, 0x91, 0xE3, 0xAF, 0xAC};
// 9d4f6a3e-71b2-4c58-a6e3-1f8b52d7c094. What follows it is kTagPrefix
// (take_tag.h) and the digest of the job's inputs, 64 hex digits.
inline constexpr std::array<uint8_t, 16> kSeiUuid = {
    0x9D, 0x4F, 0x6A, 0x3E, 0x71, 0xB2, 0x4C, 0x58,
    0xA6, 0xE3, 0x1F, 0x8B, 0x52, 0xD7, 0xC0, 0x94};

// For people: the `description` tag of MP4. (FFmpeg writes its own name as the
// encoding tool, or none.)
inline constexpr char kOriginKey[] = "description";
std::string OriginText(std::string_view digital_source_type);

// The packet's text. `digital_source_type` is one of kDigitalSourceTypes
// (common/job/provenance.h), `tag` hex digits.
std::string XmpPacket(std::string_view digital_source_type,
                      std::string_view tag);
// The box around a packet.
std::string XmpBox(std::string_view packet);

// A whole NAL unit of type 6, without length or start code, with emulation
// prevention.
std::string OriginSei(std::string_view tag);

// Puts `nal` before the first slice of a packet whose NAL units have lengths of
// `length_bytes` bytes (1 to 4). DataLoss where the packet is no such thing.
Status InsertBeforeSlices(std::string_view nal, int length_bytes,
                          AVPacket* packet);

// Of avcC extradata (ISO/IEC 14496-15, 5.3.3.1); 0 where it is none.
int NalLengthBytes(const AVCodecParameters& parameters);

}  // namespace longtake::worker
