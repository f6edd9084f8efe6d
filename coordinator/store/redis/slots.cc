#include "coordinator/store/redis/slots.h"

#include <algorithm>
#include <cstdint>

#include "fmt/format.h"

namespace longtake::coordinator::redis {
namespace {

constexpr uint16_t kCrc16Polynomial = 0x1021;

uint16_t Crc16(std::string_view bytes) {
  uint16_t crc = 0;
  for (const char c : bytes) {
    crc = static_cast<uint16_t>(crc ^ (static_cast<uint8_t>(c) << 8));
    for (int bit = 0; bit < 8; ++bit) {
      crc = static_cast<uint16_t>((crc << 1) ^
                                  ((crc & 0x8000) != 0 ? kCrc16Polynomial : 0));
    }
  }
  return crc;
}

StatusOr<SlotRange> ParseRange(Reply reply, const Endpoint& asked) {
  LT_ASSIGN_OR_RETURN(const auto range, std::move(reply).Array());
  if (range.size() < 3) return Internal("CLUSTER SLOTS: a range has no master");
  LT_ASSIGN_OR_RETURN(const int64_t first, range[0].Integer());
  LT_ASSIGN_OR_RETURN(const int64_t last, range[1].Integer());
  LT_ASSIGN_OR_RETURN(const auto node, range[2].Array());
  if (node.size() < 2) return Internal("CLUSTER SLOTS: a node has no port");
  LT_ASSIGN_OR_RETURN(const auto host, node[0].StringOrNil());
  LT_ASSIGN_OR_RETURN(const int64_t port, node[1].Integer());
  return SlotRange{
      static_cast<int>(first),
      static_cast<int>(last),
      {host.value_or("").empty() ? asked.host : *host, static_cast<int>(port)}};
}

}  // namespace

std::string_view SlotTag(std::string_view key) {
  const size_t open = key.find('{');
  if (open != std::string_view::npos) {
    const size_t close = key.find('}', open + 1);
    if (close != std::string_view::npos && close > open + 1) {
      return key.substr(open + 1, close - open - 1);
    }
  }
  return key;
}

int KeySlot(std::string_view key) { return Crc16(SlotTag(key)) % kSlotCount; }

StatusOr<SlotTable> ParseSlotTable(const Reply& reply, const Endpoint& asked) {
  LT_ASSIGN_OR_RETURN(auto ranges, reply.Array());
  SlotTable table;
  for (Reply& range : ranges) {
    LT_ASSIGN_OR_RETURN(SlotRange parsed, ParseRange(std::move(range), asked));
    table.push_back(std::move(parsed));
  }
  std::sort(
      table.begin(), table.end(),
      [](const SlotRange& a, const SlotRange& b) { return a.first < b.first; });
  return table;
}

const Endpoint* FindMaster(const SlotTable& table, int slot) {
  const auto after = std::upper_bound(
      table.begin(), table.end(), slot,
      [](int s, const SlotRange& range) { return s < range.first; });
  if (after == table.begin() || std::prev(after)->last < slot) return nullptr;
  return &std::prev(after)->master;
}

StatusOr<Endpoint> ParseRedirect(const std::string& error_text,
                                 const Endpoint& asked) {
  const size_t host = error_text.rfind(' ') + 1;
  const size_t colon = error_text.rfind(':');
  if (host == 0 || colon == std::string::npos || colon < host) {
    return Internal(fmt::format("unreadable redirection: {}", error_text));
  }
  LT_ASSIGN_OR_RETURN(Endpoint endpoint,
                      ParseEndpoint("host" + error_text.substr(colon), 0));
  endpoint.host = error_text.substr(host, colon - host);
  if (endpoint.host.empty()) endpoint.host = asked.host;
  return endpoint;
}

}  // namespace longtake::coordinator::redis
