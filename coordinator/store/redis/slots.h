#pragma once
// Redis Cluster's map from keys to nodes.
// https://redis.io/docs/reference/cluster-spec/

#include <string>
#include <string_view>
#include <vector>

#include "common/status/status.h"
#include "coordinator/store/redis/redis_url.h"
#include "coordinator/store/redis/reply.h"

namespace longtake::coordinator::redis {

inline constexpr int kSlotCount = 16384;

// CRC16 (XMODEM) of the key, or of what stands between its first { and the next
// } when that is not empty, modulo kSlotCount. Pure.
int KeySlot(std::string_view key);

// The part of a key that decides its slot: keys of one tag share it. Pure.
std::string_view SlotTag(std::string_view key);

struct SlotRange {
  int first = 0, last = 0;  // both within
  Endpoint master;
  friend bool operator==(const SlotRange&, const SlotRange&) = default;
};

// Sorted by slot. Slots that nobody serves are missing.
using SlotTable = std::vector<SlotRange>;

// From CLUSTER SLOTS; `asked` stands in for a host the node doesn't know.
StatusOr<SlotTable> ParseSlotTable(const Reply& reply, const Endpoint& asked);

// Null for a slot that nobody serves. Owned by the table.
const Endpoint* FindMaster(const SlotTable& table, int slot);

// "MOVED 3999 host:port" or "ASK …": where to go. The host may be missing.
StatusOr<Endpoint> ParseRedirect(const std::string& error_text,
                                 const Endpoint& asked);

}  // namespace longtake::coordinator::redis
