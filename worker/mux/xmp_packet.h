#pragma once
// XMP packets in films of any origin: where the packet is, and what it says.
// Takes any bytes. Private to worker/mux.

#include <istream>
#include <string>

namespace longtake::worker {

// The packet in a top-level uuid box of an ISO base media file
// (origin_marks.h); empty where there is none. Boxes whose sizes can't be,
// packets of more than 16 MiB and more than 10,000 boxes end the search. `in`
// can be sought.
std::string FindXmpPacket(std::istream& in);

// The content of <name>…</name> or name="…" in an XMP packet; empty where there
// is none.
std::string XmpProperty(const std::string& packet, const std::string& name);

}  // namespace longtake::worker
