#include "worker/mux/ahead_packets.h"

#include <new>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>

#include "common/concurrency/bounded_queue.h"

namespace longtake::worker {
namespace {

class AheadPackets : public PacketSource {
 public:
  explicit AheadPackets(std::unique_ptr<PacketSource> source)
      : source_(std::move(source)),
        thread_([this](std::stop_token stop) { MakeAll(std::move(stop)); }) {}

  StatusOr<bool> Next(AVPacket* packet) override {
    const std::optional<Made> made = made_.Pop();
    if (!made) return false;
    LT_RETURN_IF_ERROR(made->status);
    av_packet_move_ref(packet, made->packet.get());
    return true;
  }
  const AVCodecParameters& parameters() const override {
    return source_->parameters();
  }
  AVRational time_base() const override { return source_->time_base(); }

 private:
  struct Made {
    Status status;
    AvPacketPtr packet;  // null at the end and with an error
  };

  void MakeAll(std::stop_token stop) {
    while (true) {
      Made made = Make();
      const bool more = made.packet != nullptr;
      const bool ended = !more && made.status.ok();
      if (ended || !made_.Push(std::move(made), stop) || !more) break;
    }
    made_.Close();
  }

  Made Make() {
    AvPacketPtr packet(av_packet_alloc());
    if (packet == nullptr) return {ResourceExhausted("out of memory"), nullptr};
    try {
      const StatusOr<bool> got = source_->Next(packet.get());
      if (!got.ok()) return {got.status(), nullptr};
      if (!*got) packet.reset();
      return {OkStatus(), std::move(packet)};
    } catch (const std::bad_alloc&) {
      return {ResourceExhausted("out of memory"), nullptr};
    }
  }

  const std::unique_ptr<PacketSource> source_;
  BoundedQueue<Made> made_{kPacketsAhead};
  std::jthread thread_;  // last: it ends before what it uses
};

}  // namespace

std::unique_ptr<PacketSource> MakeAhead(std::unique_ptr<PacketSource> source) {
  return std::make_unique<AheadPackets>(std::move(source));
}

}  // namespace longtake::worker
