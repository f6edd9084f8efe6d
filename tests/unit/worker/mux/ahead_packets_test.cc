#include "worker/mux/ahead_packets.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <new>

namespace longtake::worker {
namespace {

// Packets with pts 0, 1, ...; then the end, an error or an exception.
class Counting : public PacketSource {
 public:
  enum class Last { kEnd, kError, kThrow };
  Counting(int64_t count, Last last, std::atomic<int64_t>* made)
      : count_(count), last_(last), made_(made) {}

  StatusOr<bool> Next(AVPacket* packet) override {
    if (*made_ == count_) {
      if (last_ == Last::kError) return DataLoss("cut short");
      if (last_ == Last::kThrow) throw std::bad_alloc();
      return false;
    }
    packet->pts = (*made_)++;
    made_->notify_all();
    return true;
  }
  const AVCodecParameters& parameters() const override { return *parameters_; }
  AVRational time_base() const override { return {1, 48000}; }

 private:
  const int64_t count_;
  const Last last_;
  std::atomic<int64_t>* const made_;
  const AvCodecParametersPtr parameters_{avcodec_parameters_alloc()};
};

std::unique_ptr<PacketSource> Ahead(int64_t count, Counting::Last last,
                                    std::atomic<int64_t>* made) {
  return MakeAhead(std::make_unique<Counting>(count, last, made));
}

// Takes all; the status that ends them.
Status TakeAll(PacketSource& source, int64_t count) {
  const AvPacketPtr packet(av_packet_alloc());
  for (int64_t i = 0;; ++i) {
    av_packet_unref(packet.get());
    LT_ASSIGN_OR_RETURN(const bool got, source.Next(packet.get()));
    if (!got) {
      EXPECT_EQ(i, count);
      return OkStatus();
    }
    EXPECT_EQ(packet->pts, i);
  }
}

TEST(AheadPacketsTest, AllPacketsComeInOrder) {
  for (const int64_t count : {0, 1, 1000, kPacketsAhead + 100}) {
    std::atomic<int64_t> made = 0;
    const auto source = Ahead(count, Counting::Last::kEnd, &made);
    EXPECT_EQ(source->time_base().den, 48000);
    EXPECT_TRUE(TakeAll(*source, count).ok());
  }
}

TEST(AheadPacketsTest, AnErrorComesAfterThePacketsBeforeIt) {
  std::atomic<int64_t> made = 0;
  const auto source = Ahead(10, Counting::Last::kError, &made);
  EXPECT_EQ(TakeAll(*source, 10), DataLoss("cut short"));
  made = 0;
  const auto other = Ahead(10, Counting::Last::kThrow, &made);
  EXPECT_EQ(TakeAll(*other, 10).code(), StatusCode::kResourceExhausted);
  const AvPacketPtr packet(av_packet_alloc());
  EXPECT_EQ(source->Next(packet.get()).status(), DataLoss("cut short"));
}

TEST(AheadPacketsTest, PacketsAreMadeBeforeTheyAreAskedForButNotAllOfThem) {
  std::atomic<int64_t> made = 0;
  const auto source =
      Ahead(3 * int64_t{kPacketsAhead}, Counting::Last::kEnd, &made);
  for (int64_t now = 0; now < kPacketsAhead; now = made) made.wait(now);
  EXPECT_LE(made, kPacketsAhead + 1);
  // Ends without being taken from.
}

}  // namespace
}  // namespace longtake::worker
