#pragma once
// Named tensors in one string of bytes: the safetensors layout
// (https://huggingface.co/docs/safetensors, "Format"):
//
//   8 bytes   N, length of the header, little-endian
//   N bytes   JSON: {"__metadata__": {text: text},
//                    name: {"dtype": "F32", "shape": [2, 3],
//                           "data_offsets": [begin, end]}, …}
//   the rest  the tensors' raw little-endian values, offsets count from here
//
// Identity latents, key motions and weights travel in it. The bytes are
// canonical: equal contents serialise to equal bytes, so they can be hashed.
// Names and metadata are UTF-8. Value type, thread-compatible.

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/status/status.h"

namespace longtake::worker {

enum class DType {
  kBool,
  kU8,
  kI8,
  kI16,
  kU16,
  kF16,
  kBf16,
  kI32,
  kU32,
  kF32,
  kF64,
  kI64,
  kU64,
};

size_t DTypeSizeBytes(DType dtype);
std::string_view DTypeName(DType dtype);  // "F32"

// Limits on what Parse accepts; larger input is InvalidArgument.
inline constexpr uint64_t kSafetensorsMaxHeaderBytes = 16u << 20;
inline constexpr size_t kSafetensorsMaxTensors = 1u << 16;
inline constexpr size_t kSafetensorsMaxRank = 8;

struct NamedTensor {
  DType dtype = DType::kF32;
  std::vector<int64_t> shape;  // row-major; empty = a scalar
  std::string bytes;           // product(shape) * DTypeSizeBytes(dtype)
  friend bool operator==(const NamedTensor&, const NamedTensor&) = default;
};

class Safetensors {
 public:
  // Reads untrusted bytes. InvalidArgument, with the tensor's name and the
  // fault, on: a short or oversized header, malformed JSON, a duplicate or
  // missing field, an unknown dtype, a shape that overflows or disagrees with
  // its offsets, offsets that overlap, leave a hole or miss the data's end.
  static StatusOr<Safetensors> Parse(std::string_view bytes);

  // The canonical bytes: header keys by name, data by value size (widest first,
  // so that every tensor is aligned) and then by name, header padded with
  // spaces to 8 bytes.
  std::string Serialize() const;

  // Put* replace a tensor of the same name. A shape whose product isn't
  // values.size() is a bug of the caller and aborts.
  void PutFloats(const std::string& name, std::span<const float> values,
                 std::vector<int64_t> shape);
  void PutBytes(const std::string& name, std::span<const uint8_t> values,
                std::vector<int64_t> shape);
  void PutInts(const std::string& name, std::span<const int32_t> values,
               std::vector<int64_t> shape);
  void PutInt64s(const std::string& name, std::span<const int64_t> values,
                 std::vector<int64_t> shape);
  // Tensors of shape [].
  void PutFloat(const std::string& name, float value);
  void PutInt64(const std::string& name, int64_t value);
  void PutText(const std::string& key, std::string_view text);  // metadata

  bool Has(const std::string& name) const { return tensors_.contains(name); }
  // Get* return InvalidArgument where the name is missing or its dtype is
  // another, and, where `shape` is given, where the shape isn't that one; a -1
  // in `shape` stands for any length.
  StatusOr<std::vector<float>> GetFloats(const std::string& name) const;
  StatusOr<std::vector<float>> GetFloats(
      const std::string& name, const std::vector<int64_t>& shape) const;
  StatusOr<std::vector<uint8_t>> GetBytes(const std::string& name) const;
  StatusOr<std::vector<uint8_t>> GetBytes(
      const std::string& name, const std::vector<int64_t>& shape) const;
  StatusOr<std::vector<int32_t>> GetInts(const std::string& name) const;
  StatusOr<std::vector<int64_t>> GetInt64s(const std::string& name) const;
  StatusOr<std::vector<int64_t>> GetShape(const std::string& name) const;
  StatusOr<float> GetFloat(const std::string& name) const;
  StatusOr<int64_t> GetInt64(const std::string& name) const;
  StatusOr<std::string> GetText(const std::string& key) const;

  // All contents, for callers that need another dtype or to enumerate.
  const std::map<std::string, NamedTensor>& tensors() const { return tensors_; }
  const std::map<std::string, std::string>& metadata() const {
    return metadata_;
  }
  // `tensor.bytes` must have the length that dtype and shape say (aborts).
  void Put(const std::string& name, NamedTensor tensor);

  friend bool operator==(const Safetensors&, const Safetensors&) = default;

 private:
  StatusOr<const NamedTensor*> Find(const std::string& name, DType dtype) const;

  std::map<std::string, NamedTensor> tensors_;
  std::map<std::string, std::string> metadata_;
};

// product(shape) * size of a value, or InvalidArgument where a dimension is
// negative or the product doesn't fit 63 bits.
StatusOr<uint64_t> TensorSizeBytes(DType dtype,
                                   const std::vector<int64_t>& shape);

}  // namespace longtake::worker
