// XMP packets of any film, as `longtake verify` reads them.

#include <sstream>

#include "tests/fuzz/fuzz_target.h"
#include "worker/mux/xmp_packet.h"

namespace longtake {
namespace {

void Check(const std::string& bytes) {
  std::istringstream in(bytes);
  const std::string packet = worker::FindXmpPacket(in);
  fuzz::Require(bytes.find(packet) != std::string::npos,
                "a packet is a part of the file");
  for (const std::string& text : {packet, bytes}) {
    for (const char* name : {"xmp:CreatorTool", "dc:identifier",
                             "Iptc4xmpExt:DigitalSourceType"}) {
      const std::string value = worker::XmpProperty(text, name);
      fuzz::Require(text.find(value) != std::string::npos,
                    "a property is a part of the packet");
    }
  }
}

}  // namespace
}  // namespace longtake

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  longtake::Check(longtake::fuzz::TextOf(data, size));
  return 0;
}
