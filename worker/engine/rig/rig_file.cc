#include "worker/engine/rig/rig_file.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <set>
#include <span>
#include <vector>

#include "fmt/format.h"
#include "opencv2/core.hpp"
#include "worker/engine/rig/rig_fields.h"

namespace longtake::worker {
namespace {

constexpr char kPrefix[] = "rig.";
constexpr char kVersionKey[] = "rig_version";

static_assert(sizeof(Vec2) == 2 * sizeof(float));

class Writer {
 public:
  explicit Writer(Safetensors* file) : file_(*file) {}

  template <typename Rig>
  void Size(const std::string& name, const Rig& rig) {
    PutInts(name, {rig.height, rig.width});
  }
  void Box(const std::string& name, const RigEye& e) {
    PutInts(name, {e.x0, e.y0, e.x1, e.y1});
  }
  void Flag(const std::string& name, bool value) {
    const int32_t v = value;
    file_.PutInts(kPrefix + name, {&v, 1}, {});
  }
  void Float(const std::string& name, float value) {
    file_.PutFloat(kPrefix + name, value);
  }
  void Vec(const std::string& name, const Vec2& v) {
    file_.PutFloats(kPrefix + name, {&v.x, 2}, {2});
  }
  void Colour(const std::string& name, const Rgb& c) {
    file_.PutFloats(kPrefix + name, c, {3});
  }
  void Floats(const std::string& name, const std::vector<float>& v, int64_t n) {
    file_.PutFloats(kPrefix + name, v, {n});
  }
  void Points(const std::string& name, std::span<const Vec2> v, int64_t n) {
    file_.PutFloats(kPrefix + name, {&v.front().x, v.size() * 2}, {n, 2});
  }
  void Marks(const std::string& name, const std::array<Vec2, 68>& v) {
    Points(name, v, 68);
  }
  void Levels(const std::string& name, const Plane& p, int64_t h, int64_t w) {
    PutBytes(name, p, 1, {h, w, 3});
  }
  void Unit(const std::string& name, const Plane& p, int64_t h, int64_t w) {
    PutBytes(name, p, 255, {h, w});
  }
  void Half(const std::string& name, const Plane& p, int64_t h, int64_t w) {
    NamedTensor tensor{DType::kF16, {h, w}, {}};
    tensor.bytes.resize(p.data.size() * sizeof(cv::float16_t));
    char* out = tensor.bytes.data();
    for (const float v : p.data) {
      const cv::float16_t half(v);
      std::memcpy(out, &half, sizeof(half));
      out += sizeof(half);
    }
    file_.Put(kPrefix + name, std::move(tensor));
  }

 private:
  void PutInts(const std::string& name, const std::vector<int32_t>& v) {
    file_.PutInts(kPrefix + name, v, {static_cast<int64_t>(v.size())});
  }
  void PutBytes(const std::string& name, const Plane& p, float gain,
                std::vector<int64_t> shape) {
    std::vector<uint8_t> bytes;
    bytes.reserve(p.data.size());
    for (const float v : p.data) {
      bytes.push_back(
          static_cast<uint8_t>(std::lround(std::clamp(v * gain, 0.f, 255.f))));
    }
    file_.PutBytes(kPrefix + name, bytes, std::move(shape));
  }

  Safetensors& file_;
};

// Keeps the first error and skips what follows it.
class Reader {
 public:
  explicit Reader(const Safetensors& file) : file_(file) {}

  const Status& status() const { return status_; }
  const std::set<std::string>& names() const { return names_; }

  void Size(const std::string& name, FaceRig& rig) {
    const std::vector<int32_t> v = Ints(name, 2);
    if (!status_.ok()) return;
    rig.height = v[0];
    rig.width = v[1];
    if (std::min(v[0], v[1]) < 1 || std::max(v[0], v[1]) > kRigLargestSide) {
      Fail(name, fmt::format("{} x {} pixels", v[1], v[0]));
    }
  }
  void Box(const std::string& name, RigEye& e) {
    const std::vector<int32_t> v = Ints(name, 4);
    if (!status_.ok()) return;
    for (const int32_t side : v) {
      if (std::abs(static_cast<int64_t>(side)) > 2 * kRigLargestSide) {
        return Fail(name, "out of range");
      }
    }
    if (v[2] <= v[0] || v[3] <= v[1]) return Fail(name, "an empty box");
    e.x0 = v[0];
    e.y0 = v[1];
    e.x1 = v[2];
    e.y1 = v[3];
  }
  void Flag(const std::string& name, bool& value) {
    const std::vector<int32_t> v = Ints(name, -1);
    if (!status_.ok()) return;
    if (v[0] != 0 && v[0] != 1) return Fail(name, "neither 0 nor 1");
    value = v[0] == 1;
  }
  void Float(const std::string& name, float& value) {
    ReadFloats(name, {}, &value, 1);
  }
  void Vec(const std::string& name, Vec2& v) { ReadFloats(name, {2}, &v.x, 2); }
  void Colour(const std::string& name, Rgb& c) {
    ReadFloats(name, {3}, c.data(), 3);
  }
  void Floats(const std::string& name, std::vector<float>& v, int64_t n) {
    v.resize(n);
    ReadFloats(name, {n}, v.data(), n);
  }
  void Points(const std::string& name, std::vector<Vec2>& v, int64_t n) {
    v.resize(n);
    ReadFloats(name, {n, 2}, &v.front().x, 2 * n);
  }
  void Marks(const std::string& name, std::array<Vec2, 68>& v) {
    ReadFloats(name, {68, 2}, &v.front().x, 2 * v.size());
  }
  void Levels(const std::string& name, Plane& p, int64_t h, int64_t w) {
    ReadBytes(name, {h, w, 3}, 1, &p);
  }
  void Unit(const std::string& name, Plane& p, int64_t h, int64_t w) {
    ReadBytes(name, {h, w}, 255, &p);
  }
  void Half(const std::string& name, Plane& p, int64_t h, int64_t w) {
    const NamedTensor* tensor = Find(name, DType::kF16, {h, w});
    if (tensor == nullptr) return;
    p = Plane(static_cast<int>(w), static_cast<int>(h), 1);
    const char* in = tensor->bytes.data();
    for (float& v : p.data) {
      cv::float16_t half;
      std::memcpy(&half, in, sizeof(half));
      in += sizeof(half);
      v = static_cast<float>(half);
      if (!std::isfinite(v))
        return Fail(name, "holds a value that is no number");
    }
  }

 private:
  void Fail(const std::string& name, const std::string& what) {
    if (status_.ok()) {
      status_ = InvalidArgument(
          fmt::format("parse rig: {}{}: {}", kPrefix, name, what));
    }
  }

  // null, with the status set, where the tensor isn't as expected.
  const NamedTensor* Find(const std::string& name, DType dtype,
                          const std::vector<int64_t>& shape) {
    if (!status_.ok()) return nullptr;
    names_.insert(kPrefix + name);
    const auto found = file_.tensors().find(kPrefix + name);
    if (found == file_.tensors().end()) {
      Fail(name, "missing");
      return nullptr;
    }
    const NamedTensor& tensor = found->second;
    if (tensor.dtype != dtype || tensor.shape != shape) {
      Fail(name,
           fmt::format("{} of shape [{}], expected {} of shape [{}]",
                       DTypeName(tensor.dtype), fmt::join(tensor.shape, ", "),
                       DTypeName(dtype), fmt::join(shape, ", ")));
      return nullptr;
    }
    return &tensor;
  }

  // n values in a list, or a scalar for n = -1; empty on failure.
  std::vector<int32_t> Ints(const std::string& name, int64_t n) {
    const std::vector<int64_t> shape =
        n < 0 ? std::vector<int64_t>{} : std::vector<int64_t>{n};
    const NamedTensor* tensor = Find(name, DType::kI32, shape);
    if (tensor == nullptr) return {};
    std::vector<int32_t> v(tensor->bytes.size() / sizeof(int32_t));
    std::memcpy(v.data(), tensor->bytes.data(), tensor->bytes.size());
    return v;
  }

  void ReadFloats(const std::string& name, const std::vector<int64_t>& shape,
                  float* out, size_t n) {
    const NamedTensor* tensor = Find(name, DType::kF32, shape);
    if (tensor == nullptr) return;
    std::memcpy(out, tensor->bytes.data(), n * sizeof(float));
    if (!std::all_of(out, out + n, [](float v) { return std::isfinite(v); })) {
      Fail(name, "holds a value that is no number");
    }
  }

  void ReadBytes(const std::string& name, const std::vector<int64_t>& shape,
                 float unit, Plane* p) {
    const NamedTensor* tensor = Find(name, DType::kU8, shape);
    if (tensor == nullptr) return;
    *p = Plane(static_cast<int>(shape[1]), static_cast<int>(shape[0]),
               shape.size() == 3 ? 3 : 1);
    for (size_t i = 0; i < p->data.size(); ++i) {
      p->data[i] = static_cast<uint8_t>(tensor->bytes[i]) / unit;
    }
  }

  const Safetensors& file_;
  Status status_;
  std::set<std::string> names_;  // seen so far, with the prefix
};

// What the drawer divides by.
Status CheckUnits(const FaceRig& rig) {
  for (const auto& [name, value] :
       {std::pair<const char*, float>{"iod_px", rig.iod_px},
        {"source_scale", rig.source_scale},
        {"softness_px", rig.softness_px},
        {"mouth_half_width", rig.mouth_half_width},
        {"head_half_width", rig.head_half_width},
        {"head_half_height", rig.head_half_height},
        {"eyes.0.half_width", rig.eyes[0].half_width},
        {"eyes.1.half_width", rig.eyes[1].half_width},
        {"eyes.0.iris_radius", rig.eyes[0].iris_radius},
        {"eyes.1.iris_radius", rig.eyes[1].iris_radius}}) {
    if (!(value > 0)) {
      return InvalidArgument(fmt::format("parse rig: {}{}: {}, must be > 0",
                                         kPrefix, name, value));
    }
  }
  return OkStatus();
}

}  // namespace

void AddRig(const FaceRig& rig, Safetensors* file) {
  Writer writer(file);
  WalkRig(writer, rig);
  file->PutText(kVersionKey, kRigVersion);
}

StatusOr<FaceRig> ReadRig(const Safetensors& file) {
  LT_ASSIGN_OR_RETURN(const std::string version, file.GetText(kVersionKey));
  if (version != kRigVersion) {
    return InvalidArgument(
        fmt::format("parse rig: version \"{}\", this program reads \"{}\"; fit "
                    "the portrait again",
                    version, kRigVersion));
  }
  FaceRig rig;
  Reader reader(file);
  WalkRig(reader, rig);
  LT_RETURN_IF_ERROR(reader.status());
  for (const auto& [name, tensor] : file.tensors()) {
    if (name.starts_with(kPrefix) && !reader.names().contains(name)) {
      return InvalidArgument(fmt::format("parse rig: unknown tensor {}", name));
    }
  }
  LT_RETURN_IF_ERROR(CheckUnits(rig));
  return rig;
}

std::string SerializeRig(const FaceRig& rig) {
  Safetensors file;
  AddRig(rig, &file);
  return file.Serialize();
}

StatusOr<FaceRig> ParseRig(std::string_view bytes) {
  LT_ASSIGN_OR_RETURN(const Safetensors file, Safetensors::Parse(bytes));
  for (const auto& [name, tensor] : file.tensors()) {
    if (!name.starts_with(kPrefix)) {
      return InvalidArgument(fmt::format("parse rig: unknown tensor {}", name));
    }
  }
  return ReadRig(file);
}

}  // namespace longtake::worker
