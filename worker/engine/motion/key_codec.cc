// Bytes of KeyMotions; the layout stands in the header.
#include <fmt/format.h>

#include <string_view>
#include <type_traits>

#include "worker/engine/motion/key_motions.h"

namespace longtake::worker {
namespace {

constexpr std::string_view kMagic = "LTKEYS02";

template <typename T>
void Put(T value, std::string* out) {
  auto bits = static_cast<std::make_unsigned_t<T>>(value);
  for (size_t i = 0; i < sizeof(T); ++i) {
    out->push_back(static_cast<char>(bits & 0xff));
    if constexpr (sizeof(T) > 1) bits >>= 8;
  }
}

// Reads forward; `ok` falls once and stays down.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : left_(bytes) {}

  template <typename T>
  void Get(T* value) {
    if (left_.size() < sizeof(T)) {
      ok_ = false;
      return;
    }
    std::make_unsigned_t<T> bits = 0;
    for (size_t i = 0; i < sizeof(T); ++i) {
      bits |= static_cast<std::make_unsigned_t<T>>(
          static_cast<std::make_unsigned_t<T>>(
              static_cast<unsigned char>(left_[i]))
          << (8 * i));
    }
    *value = static_cast<T>(bits);
    left_.remove_prefix(sizeof(T));
  }
  bool ok() const { return ok_; }
  size_t left() const { return left_.size(); }

 private:
  std::string_view left_;
  bool ok_ = true;
};

constexpr size_t kPoseBytes = 10, kBlinkBytes = 15, kGlanceBytes = 20,
                 kFixationBytes = 12, kEmotionBytes = 10, kTurnBytes = 14;

// No job is longer than this (about 100 days): keeps time arithmetic exact.
constexpr int64_t kMaxMicros = int64_t{1} << 43;

bool Exact(int64_t value) { return value > -kMaxMicros && value < kMaxMicros; }

template <typename Event>
bool SortedByStart(const std::vector<Event>& events) {
  for (size_t i = 0; i < events.size(); ++i) {
    if (!Exact(events[i].start_us)) return false;
    if (i > 0 && events[i].start_us < events[i - 1].start_us) return false;
  }
  return true;
}

bool Plausible(const std::vector<KeyTurn>& turns) {
  for (size_t i = 0; i < turns.size(); ++i) {
    if (!Exact(turns[i].time_us)) return false;
    if (i > 0 && turns[i].time_us <= turns[i - 1].time_us) return false;
  }
  return true;
}

// Divisors of the easing and the search's window: what evaluation relies on.
bool Plausible(const KeyMotions& keys) {
  if (!Exact(keys.first_pose) || !SortedByStart(keys.blinks) ||
      !SortedByStart(keys.glances) || !SortedByStart(keys.fixations) ||
      !SortedByStart(keys.emotions) || !Plausible(keys.turns)) {
    return false;
  }
  for (const KeyEmotion& e : keys.emotions) {
    if (static_cast<int>(e.emotion) >= kEmotionCount) return false;
  }
  for (const KeyBlink& b : keys.blinks) {
    if (b.close_ms == 0 || b.open_ms == 0 ||
        b.end_us() - b.start_us > kMaxEventMicros) {
      return false;
    }
  }
  for (const KeyGlance& g : keys.glances) {
    if (!Exact(g.end_us) || g.end_us < g.start_us ||
        g.end_us - g.start_us > kMaxEventMicros / 2) {
      return false;
    }
  }
  return true;
}

}  // namespace

std::string SerializeKeyMotions(const KeyMotions& keys) {
  std::string out(kMagic);
  Put(keys.first_pose, &out);
  Put(static_cast<uint32_t>(keys.poses.size()), &out);
  Put(static_cast<uint32_t>(keys.blinks.size()), &out);
  Put(static_cast<uint32_t>(keys.glances.size()), &out);
  Put(static_cast<uint32_t>(keys.fixations.size()), &out);
  Put(static_cast<uint32_t>(keys.emotions.size()), &out);
  Put(static_cast<uint32_t>(keys.turns.size()), &out);
  for (const KeyPose& p : keys.poses) {
    for (int16_t v : {p.yaw, p.pitch, p.roll}) Put(v, &out);
    for (uint8_t v : {p.energy, p.activity, p.emphasis, p.brow}) Put(v, &out);
  }
  for (const KeyBlink& b : keys.blinks) {
    Put(b.start_us, &out);
    for (uint16_t v : {b.close_ms, b.hold_ms, b.open_ms}) Put(v, &out);
    Put(b.depth, &out);
  }
  for (const KeyGlance& g : keys.glances) {
    Put(g.start_us, &out);
    Put(g.end_us, &out);
    for (int16_t v : {g.yaw, g.pitch}) Put(v, &out);
  }
  for (const KeyFixation& f : keys.fixations) {
    Put(f.start_us, &out);
    for (int16_t v : {f.yaw, f.pitch}) Put(v, &out);
  }
  for (const KeyEmotion& e : keys.emotions) {
    Put(e.start_us, &out);
    Put(static_cast<uint8_t>(e.emotion), &out);
    Put(e.intensity, &out);
  }
  for (const KeyTurn& t : keys.turns) {
    Put(t.time_us, &out);
    for (int16_t v : {t.yaw, t.pitch, t.roll}) Put(v, &out);
  }
  return out;
}

StatusOr<KeyMotions> ParseKeyMotions(const std::string& bytes) {
  const auto damaged = [&bytes](const char* what) {
    return DataLoss(fmt::format(
        "key motions of {} bytes: {}; plan the job again", bytes.size(), what));
  };
  if (!bytes.starts_with(kMagic)) return damaged("not LTKEYS02");
  ByteReader in(std::string_view(bytes).substr(kMagic.size()));
  KeyMotions keys;
  uint32_t poses = 0, blinks = 0, glances = 0, fixations = 0, emotions = 0,
           turns = 0;
  in.Get(&keys.first_pose);
  for (uint32_t* n :
       {&poses, &blinks, &glances, &fixations, &emotions, &turns}) {
    in.Get(n);
  }
  const size_t expected = poses * kPoseBytes + blinks * kBlinkBytes +
                          glances * kGlanceBytes + fixations * kFixationBytes +
                          emotions * kEmotionBytes + turns * kTurnBytes;
  if (!in.ok() || in.left() != expected) return damaged("wrong length");
  keys.poses.resize(poses);
  keys.blinks.resize(blinks);
  keys.glances.resize(glances);
  keys.fixations.resize(fixations);
  keys.emotions.resize(emotions);
  keys.turns.resize(turns);
  for (KeyPose& p : keys.poses) {
    for (int16_t* v : {&p.yaw, &p.pitch, &p.roll}) in.Get(v);
    for (uint8_t* v : {&p.energy, &p.activity, &p.emphasis, &p.brow}) in.Get(v);
  }
  for (KeyBlink& b : keys.blinks) {
    in.Get(&b.start_us);
    for (uint16_t* v : {&b.close_ms, &b.hold_ms, &b.open_ms}) in.Get(v);
    in.Get(&b.depth);
  }
  for (KeyGlance& g : keys.glances) {
    in.Get(&g.start_us);
    in.Get(&g.end_us);
    for (int16_t* v : {&g.yaw, &g.pitch}) in.Get(v);
  }
  for (KeyFixation& f : keys.fixations) {
    in.Get(&f.start_us);
    for (int16_t* v : {&f.yaw, &f.pitch}) in.Get(v);
  }
  for (KeyEmotion& e : keys.emotions) {
    uint8_t emotion = 0;
    in.Get(&e.start_us);
    in.Get(&emotion);
    in.Get(&e.intensity);
    e.emotion = static_cast<Emotion>(emotion);
  }
  for (KeyTurn& t : keys.turns) {
    in.Get(&t.time_us);
    for (int16_t* v : {&t.yaw, &t.pitch, &t.roll}) in.Get(v);
  }
  if (!Plausible(keys)) return damaged("events out of order or range");
  return keys;
}

}  // namespace longtake::worker
