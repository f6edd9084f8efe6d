#include "tests/support/synthetic_renderer.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "fmt/format.h"
#include "fmt/printf.h"

namespace longtake::worker {
namespace {

constexpr char kIdentityFormat[] = "synthetic-identity 1 %d %d %d %d %d\n";
constexpr int kPeriodPx = 64;
constexpr int kScrollPxPerFrame = 2;

// A triangle wave: even slopes, so that every scroll step changes the picture
// by the same amount.
int Stripe(int64_t x) {
  const int64_t p = ((x % kPeriodPx) + kPeriodPx) % kPeriodPx;
  const int64_t half = kPeriodPx / 2;
  return static_cast<int>((p < half ? p : kPeriodPx - p) * 128 / half);
}

uint8_t Clamp(int v) { return static_cast<uint8_t>(std::clamp(v, 0, 255)); }

// Takes one of `limit` uses; false once they are gone.
bool TakeOne(std::atomic<int>& used, int limit) {
  int seen = used.load();
  while (seen < limit) {
    if (used.compare_exchange_weak(seen, seen + 1)) return true;
  }
  return false;
}

}  // namespace

std::string EncodeSyntheticIdentity(const SyntheticIdentity& identity) {
  return fmt::sprintf(kIdentityFormat, identity.width, identity.height,
                      identity.colour[0], identity.colour[1],
                      identity.colour[2]);
}

StatusOr<SyntheticIdentity> DecodeSyntheticIdentity(const std::string& bytes) {
  SyntheticIdentity identity;
  int r = 0, g = 0, b = 0;
  const int fields = std::sscanf(bytes.c_str(), kIdentityFormat,
                                 &identity.width, &identity.height, &r, &g, &b);
  identity.colour = {Clamp(r), Clamp(g), Clamp(b)};
  if (fields != 5 || EncodeSyntheticIdentity(identity) != bytes) {
    return DataLoss("not a synthetic identity");
  }
  return identity;
}

SyntheticRenderer::SyntheticRenderer(
    const SyntheticIdentity& identity,
    std::shared_ptr<SyntheticEngine::Shared> shared)
    : identity_(identity), shared_(std::move(shared)) {
  ++shared_->renderers_opened;
}

int SyntheticRenderer::ShiftAt(FrameIndex index) {
  if (index != last_ + 1 || run_begin_ < 0) {
    run_begin_ = index;
    run_shifted_ = false;
  }
  last_ = index;
  const SyntheticFaults& faults = shared_->faults;
  if (faults.shift_from < 0 || run_begin_ > faults.shift_from) return 0;
  if (index == faults.shift_from) {
    run_shifted_ = TakeOne(shared_->shifted_runs, faults.shift_runs);
  }
  return run_shifted_ ? faults.shift_pixels : 0;
}

Status SyntheticRenderer::FailureAt(FrameIndex index) {
  const SyntheticFaults& faults = shared_->faults;
  if (index != faults.fail_at ||
      !TakeOne(shared_->failures, faults.fail_times)) {
    return OkStatus();
  }
  return MakeStatus(faults.fail_code,
                    fmt::format("planted failure at frame {}", index));
}

Status SyntheticRenderer::Render(const MotionFrame& motion, FrameIndex index,
                                 Image* out) {
  if (shared_->faults.wait_per_frame > absl::ZeroDuration()) {
    absl::SleepFor(shared_->faults.wait_per_frame);
  }
  LT_RETURN_IF_ERROR(FailureAt(index));
  const int64_t scroll = index * kScrollPxPerFrame + ShiftAt(index);
  ++shared_->frames_drawn;
  if (out->width != identity_.width || out->height != identity_.height) {
    *out = Image(identity_.width, identity_.height);
  }
  const int jaw = static_cast<int>(std::lround(motion[kJawOpen] * 16.f));
  const size_t row_bytes = static_cast<size_t>(identity_.width) * 3;
  for (int x = 0; x < identity_.width; ++x) {
    const int stripe = Stripe(x + scroll);
    for (int c = 0; c < 3; ++c) {
      out->rgb[static_cast<size_t>(x) * 3 + c] =
          Clamp(identity_.colour[c] / 2 + stripe - (c == 0 ? 0 : jaw));
    }
  }
  for (int y = 1; y < identity_.height; ++y) {
    std::memcpy(&out->rgb[y * row_bytes], out->rgb.data(), row_bytes);
  }
  return OkStatus();
}

}  // namespace longtake::worker
