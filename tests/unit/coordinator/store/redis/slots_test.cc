#include "coordinator/store/redis/slots.h"

#include "gtest/gtest.h"

namespace longtake::coordinator::redis {
namespace {

// Slots as the cluster specification and `CLUSTER KEYSLOT` give them.
TEST(SlotsTest, KeysHashLikeTheServer) {
  EXPECT_EQ(KeySlot("123456789"), 0x31C3 % kSlotCount);
  EXPECT_EQ(KeySlot("foo"), 12182);
  EXPECT_EQ(KeySlot(""), 0);
}

TEST(SlotsTest, OnlyTheFirstFullHashTagCounts) {
  EXPECT_EQ(KeySlot("lt:{ab12}:job"), KeySlot("ab12"));
  EXPECT_EQ(KeySlot("lt:{ab12}:tasks"), KeySlot("lt:{ab12}:job"));
  EXPECT_EQ(KeySlot("{a}{b}"), KeySlot("a"));
  EXPECT_EQ(KeySlot("x{{a}}"), KeySlot("{a"));
  EXPECT_NE(KeySlot("x{}{a}"), KeySlot("a"));
  EXPECT_NE(KeySlot("x{a"), KeySlot("a"));
}

TEST(SlotsTest, LookUpEndsAtTheEdgesOfRanges) {
  const SlotTable table = {{0, 99, {"a", 1}}, {200, 16383, {"b", 2}}};
  EXPECT_EQ(FindMaster(table, 0)->host, "a");
  EXPECT_EQ(FindMaster(table, 99)->host, "a");
  EXPECT_EQ(FindMaster(table, 100), nullptr);
  EXPECT_EQ(FindMaster(table, 199), nullptr);
  EXPECT_EQ(FindMaster(table, 200)->host, "b");
  EXPECT_EQ(FindMaster(table, 16383)->host, "b");
  EXPECT_EQ(FindMaster({}, 5), nullptr);
}

TEST(SlotsTest, RedirectionsNameHostAndPort) {
  const Endpoint asked{"10.0.0.9", 1};
  EXPECT_EQ(*ParseRedirect("MOVED 3999 127.0.0.1:6381", asked),
            (Endpoint{"127.0.0.1", 6381}));
  EXPECT_EQ(*ParseRedirect("ASK 3999 ::1:6381", asked),
            (Endpoint{"::1", 6381}));
  EXPECT_EQ(*ParseRedirect("MOVED 3999 :6381", asked),
            (Endpoint{"10.0.0.9", 6381}));
  EXPECT_FALSE(ParseRedirect("MOVED", asked).ok());
  EXPECT_FALSE(ParseRedirect("MOVED 1 host", asked).ok());
}

}  // namespace
}  // namespace longtake::coordinator::redis
