#include "coordinator/store/redis/redis_url.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace longtake::coordinator::redis {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

struct Good {
  const char* url;
  const char* shown;
};

TEST(RedisUrlTest, RightUrlsAreUnderstoodAndShownWithoutPassword) {
  const Good table[] = {
      {"redis://localhost", "redis://localhost:6379"},
      {"redis://10.0.0.1:7000/", "redis://10.0.0.1:7000"},
      {"redis://h:1/3", "redis://h:1/3"},
      {"redis://[::1]:7000/2", "redis://[::1]:7000/2"},
      {"redis://:secret@h", "redis://:***@h:6379"},
      {"redis://ann:sec@ret/x@h:1", "redis://ann:***@h:1"},
      {"redis://a:1,b:2,c", "redis://a:1,b:2,c:6379"},
      {"redis-sentinel://s1,s2:5/lt", "redis-sentinel://s1:26379,s2:5/lt"},
      {"redis-sentinel://u:secret@s1/lt/4",
       "redis-sentinel://u:***@s1:26379/lt/4"},
  };
  for (const Good& good : table) {
    const auto target = ParseRedisUrl(good.url);
    ASSERT_TRUE(target.ok()) << good.url << ": " << target.status();
    EXPECT_EQ(target->ToString(), good.shown);
  }
}

TEST(RedisUrlTest, LoginIsPercentDecoded) {
  const auto target = ParseRedisUrl("redis://a%40b:p%3aw%25%00@h:1");
  ASSERT_TRUE(target.ok()) << target.status();
  EXPECT_EQ(target->user, "a@b");
  EXPECT_EQ(target->password, std::string("p:w%\0", 5));
  EXPECT_THAT(target->servers, ElementsAre(Endpoint{"h", 1}));
}

struct Bad {
  const char* url;
  const char* reason;
};

TEST(RedisUrlTest, WrongUrlsSayWhichPartAndNeverQuoteIt) {
  const Bad table[] = {
      {"", "begin with redis://"},
      {"hidden", "begin with redis://"},
      {"http://hidden", "begin with redis://"},
      {"rediss://hidden:1", "TLS"},
      {"redis://", "valid host"},
      {"redis://user:hidden", "port must be a number"},
      {"redis://:hidden@h:0", "port must be a number"},
      {"redis://:hidden@h:65536", "port must be a number"},
      {"redis://h:1x", "port must be a number"},
      {"redis://hidden@h", "user:password"},
      {"redis://u:@h", "user:password"},
      {"redis://u:hidden%4@h", "two hex digits"},
      {"redis://u:hidden%zz@h", "two hex digits"},
      {"redis://a,,b", "valid host"},
      {"redis://h/one", "database must be a number"},
      {"redis://h/-1", "database must be a number"},
      {"redis://h/1/2", "too many"},
      {"redis://[::1:7", "lacks its ]"},
      {"redis://[::1]7", "after the ]"},
      {"redis-sentinel://u:hidden@s1", "master-name"},
      {"redis-sentinel://s1//0", "master-name"},
      {"redis-sentinel://s1/lt/1/2", "too many"},
  };
  for (const Bad& bad : table) {
    const Status status = ParseRedisUrl(bad.url).status();
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << bad.url;
    EXPECT_THAT(Message(status), HasSubstr(bad.reason)) << bad.url;
    EXPECT_THAT(Message(status), Not(HasSubstr("hidden"))) << bad.url;
    EXPECT_THAT(Message(status), Not(HasSubstr("\n")));
  }
}

}  // namespace
}  // namespace longtake::coordinator::redis
