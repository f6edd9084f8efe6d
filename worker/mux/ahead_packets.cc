#include "worker/mux/ahead_packets.h"

#include <exception>
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
        thread_([this](std::stop_token stop) { Run(std::move(stop)); }) {}

  StatusOr<bool> Next(AVPacket* packet) override {
    const std::optional<AvPacketPtr> made = made_.Pop();
    if (!made) {
      LT_RETURN_IF_ERROR(end_);
      return false;
    }
    av_packet_move_ref(packet, made->get());
    return true;
  }
  const AVCodecParameters& parameters() const override {
    return source_->parameters();
  }
  AVRational time_base() const override { return source_->time_base(); }

 private:
  // Whatever is thrown becomes a status: a thread must not end the process.
  void Run(std::stop_token stop) {
    try {
      end_ = MakeAll(std::move(stop));
    } catch (const std::bad_alloc&) {
      end_ = ResourceExhausted("out of memory");
    } catch (const std::exception& e) {
      end_ = Internal(e.what());
    }
    made_.Close();
  }

  Status MakeAll(std::stop_token stop) {
    while (true) {
      AvPacketPtr packet(av_packet_alloc());
      if (packet == nullptr) return ResourceExhausted("out of memory");
      LT_ASSIGN_OR_RETURN(const bool more, source_->Next(packet.get()));
      if (!more || !made_.Push(std::move(packet), stop)) return OkStatus();
    }
  }

  const std::unique_ptr<PacketSource> source_;
  BoundedQueue<AvPacketPtr> made_{kPacketsAhead};
  Status end_;           // the thread's until the queue is closed
  std::jthread thread_;  // last: it ends before what it uses
};

}  // namespace

std::unique_ptr<PacketSource> MakeAhead(std::unique_ptr<PacketSource> source) {
  return std::make_unique<AheadPackets>(std::move(source));
}

}  // namespace longtake::worker
