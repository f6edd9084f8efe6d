#include "client/preview/hls_playlist.h"

#include <gtest/gtest.h>

namespace longtake::client {
namespace {

TEST(HlsPlaylistTest, WhatAPlayerReads) {
  EXPECT_EQ(PlaylistText({38, 60}, 60, {30, 1}, false),
            "#EXTM3U\n"
            "#EXT-X-VERSION:7\n"
            "#EXT-X-TARGETDURATION:2\n"
            "#EXT-X-MEDIA-SEQUENCE:0\n"
            "#EXT-X-PLAYLIST-TYPE:EVENT\n"
            "#EXT-X-INDEPENDENT-SEGMENTS\n"
            "#EXT-X-START:TIME-OFFSET=0\n"
            "#EXT-X-MAP:URI=\"init.mp4\"\n"
            "#EXTINF:1.266666,\n"
            "segment-00000.m4s\n"
            "#EXTINF:2.000000,\n"
            "segment-00001.m4s\n");
}

TEST(HlsPlaylistTest, OnlyTheEndIsAddedAtTheEnd) {
  const std::string open = PlaylistText({48}, 48, {24000, 1001}, false);
  EXPECT_EQ(PlaylistText({48}, 48, {24000, 1001}, true),
            open + "#EXT-X-ENDLIST\n");
  // 2.002 s round to the target of 2 s.
  EXPECT_NE(open.find("#EXTINF:2.002000,"), std::string::npos);
  EXPECT_NE(open.find("#EXT-X-TARGETDURATION:2\n"), std::string::npos);
}

TEST(HlsPlaylistTest, LengthsAreExactAndTheTargetIsRounded) {
  const std::string ntsc = PlaylistText({38}, 60, {30000, 1001}, false);
  EXPECT_NE(ntsc.find("#EXTINF:1.267933,"), std::string::npos) << ntsc;
  // 2.56 s round to 3.
  const std::string longer = PlaylistText({64}, 64, {25, 1}, false);
  EXPECT_NE(longer.find("#EXT-X-TARGETDURATION:3\n"), std::string::npos);
  const std::string shorter = PlaylistText({62}, 62, {25, 1}, false);
  EXPECT_NE(shorter.find("#EXT-X-TARGETDURATION:2\n"), std::string::npos);
}

TEST(HlsPlaylistTest, NamesAreKnownAgain) {
  EXPECT_EQ(MediaSegmentName(0), "segment-00000.m4s");
  EXPECT_EQ(MediaSegmentName(123456), "segment-123456.m4s");
  EXPECT_TRUE(IsMediaSegmentName("segment-00000.m4s"));
  for (const char* name : {"segment-.m4s", "segment-x.m4s", "segment-1.mp4",
                           "holiday.m4s", "segment-1.m4s.part"}) {
    EXPECT_FALSE(IsMediaSegmentName(name)) << name;
  }
}

}  // namespace
}  // namespace longtake::client
