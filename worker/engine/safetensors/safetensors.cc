#include "worker/engine/safetensors/safetensors.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <bit>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <nlohmann/json.hpp>
#include <utility>

namespace longtake::worker {
namespace {

static_assert(std::endian::native == std::endian::little,
              "values are copied as they lie in memory");

constexpr size_t kHeaderAlignment = 8;

template <typename T>
NamedTensor FromValues(DType dtype, std::span<const T> values,
                       std::vector<int64_t> shape) {
  return {dtype, std::move(shape),
          std::string(reinterpret_cast<const char*>(values.data()),
                      values.size_bytes())};
}

template <typename T>
std::vector<T> ToValues(const NamedTensor& tensor) {
  std::vector<T> values(tensor.bytes.size() / sizeof(T));
  if (!values.empty()) {
    std::memcpy(values.data(), tensor.bytes.data(), tensor.bytes.size());
  }
  return values;
}

Status CheckShape(const std::string& name, const NamedTensor& tensor,
                  const std::vector<int64_t>& wanted) {
  bool same = tensor.shape.size() == wanted.size();
  for (size_t i = 0; same && i < wanted.size(); ++i) {
    same = wanted[i] == -1 || wanted[i] == tensor.shape[i];
  }
  if (same) return OkStatus();
  return InvalidArgument(fmt::format("tensor \"{}\": shape [{}], need [{}]",
                                     name, fmt::join(tensor.shape, ", "),
                                     fmt::join(wanted, ", ")));
}

}  // namespace

void Safetensors::Put(const std::string& name, NamedTensor tensor) {
  auto need = TensorSizeBytes(tensor.dtype, tensor.shape);
  if (!need.ok() || *need != tensor.bytes.size()) {
    fmt::print(stderr, "tensor \"{}\": {} bytes don't fill shape [{}]\n", name,
               tensor.bytes.size(), fmt::join(tensor.shape, ", "));
    std::abort();
  }
  tensors_[name] = std::move(tensor);
}

void Safetensors::PutFloats(const std::string& name,
                            std::span<const float> values,
                            std::vector<int64_t> shape) {
  Put(name, FromValues(DType::kF32, values, std::move(shape)));
}

void Safetensors::PutBytes(const std::string& name,
                           std::span<const uint8_t> values,
                           std::vector<int64_t> shape) {
  Put(name, FromValues(DType::kU8, values, std::move(shape)));
}

void Safetensors::PutInts(const std::string& name,
                          std::span<const int32_t> values,
                          std::vector<int64_t> shape) {
  Put(name, FromValues(DType::kI32, values, std::move(shape)));
}

void Safetensors::PutInt64s(const std::string& name,
                            std::span<const int64_t> values,
                            std::vector<int64_t> shape) {
  Put(name, FromValues(DType::kI64, values, std::move(shape)));
}

void Safetensors::PutFloat(const std::string& name, float value) {
  PutFloats(name, std::span<const float>(&value, 1), {});
}

void Safetensors::PutInt64(const std::string& name, int64_t value) {
  PutInt64s(name, std::span<const int64_t>(&value, 1), {});
}

void Safetensors::PutText(const std::string& key, std::string_view text) {
  metadata_[key] = std::string(text);
}

StatusOr<const NamedTensor*> Safetensors::Find(const std::string& name,
                                               DType dtype) const {
  auto it = tensors_.find(name);
  if (it == tensors_.end()) {
    return InvalidArgument(fmt::format("tensor \"{}\" is missing", name));
  }
  if (it->second.dtype != dtype) {
    return InvalidArgument(fmt::format("tensor \"{}\": dtype {}, need {}", name,
                                       DTypeName(it->second.dtype),
                                       DTypeName(dtype)));
  }
  return &it->second;
}

StatusOr<std::vector<float>> Safetensors::GetFloats(
    const std::string& name) const {
  LT_ASSIGN_OR_RETURN(const NamedTensor* tensor, Find(name, DType::kF32));
  return ToValues<float>(*tensor);
}

StatusOr<std::vector<float>> Safetensors::GetFloats(
    const std::string& name, const std::vector<int64_t>& shape) const {
  LT_ASSIGN_OR_RETURN(const NamedTensor* tensor, Find(name, DType::kF32));
  LT_RETURN_IF_ERROR(CheckShape(name, *tensor, shape));
  return ToValues<float>(*tensor);
}

StatusOr<std::vector<uint8_t>> Safetensors::GetBytes(
    const std::string& name) const {
  LT_ASSIGN_OR_RETURN(const NamedTensor* tensor, Find(name, DType::kU8));
  return ToValues<uint8_t>(*tensor);
}

StatusOr<std::vector<uint8_t>> Safetensors::GetBytes(
    const std::string& name, const std::vector<int64_t>& shape) const {
  LT_ASSIGN_OR_RETURN(const NamedTensor* tensor, Find(name, DType::kU8));
  LT_RETURN_IF_ERROR(CheckShape(name, *tensor, shape));
  return ToValues<uint8_t>(*tensor);
}

StatusOr<std::vector<int32_t>> Safetensors::GetInts(
    const std::string& name) const {
  LT_ASSIGN_OR_RETURN(const NamedTensor* tensor, Find(name, DType::kI32));
  return ToValues<int32_t>(*tensor);
}

StatusOr<std::vector<int64_t>> Safetensors::GetInt64s(
    const std::string& name) const {
  LT_ASSIGN_OR_RETURN(const NamedTensor* tensor, Find(name, DType::kI64));
  return ToValues<int64_t>(*tensor);
}

StatusOr<std::vector<int64_t>> Safetensors::GetShape(
    const std::string& name) const {
  auto it = tensors_.find(name);
  if (it == tensors_.end()) {
    return InvalidArgument(fmt::format("tensor \"{}\" is missing", name));
  }
  return it->second.shape;
}

StatusOr<float> Safetensors::GetFloat(const std::string& name) const {
  LT_ASSIGN_OR_RETURN(const NamedTensor* tensor, Find(name, DType::kF32));
  LT_RETURN_IF_ERROR(CheckShape(name, *tensor, {}));
  return ToValues<float>(*tensor)[0];
}

StatusOr<int64_t> Safetensors::GetInt64(const std::string& name) const {
  LT_ASSIGN_OR_RETURN(const NamedTensor* tensor, Find(name, DType::kI64));
  LT_RETURN_IF_ERROR(CheckShape(name, *tensor, {}));
  return ToValues<int64_t>(*tensor)[0];
}

StatusOr<std::string> Safetensors::GetText(const std::string& key) const {
  auto it = metadata_.find(key);
  if (it == metadata_.end()) {
    return InvalidArgument(fmt::format("metadata \"{}\" is missing", key));
  }
  return it->second;
}

std::string Safetensors::Serialize() const {
  std::vector<const std::pair<const std::string, NamedTensor>*> order;
  for (const auto& entry : tensors_) order.push_back(&entry);
  std::stable_sort(order.begin(), order.end(), [](auto* a, auto* b) {
    return DTypeSizeBytes(a->second.dtype) > DTypeSizeBytes(b->second.dtype);
  });

  // nlohmann's default object is a std::map: keys come out sorted.
  nlohmann::json header = nlohmann::json::object();
  if (!metadata_.empty()) header["__metadata__"] = metadata_;
  uint64_t offset = 0;
  for (const auto* entry : order) {
    const auto& [name, tensor] = *entry;
    const uint64_t end = offset + tensor.bytes.size();
    header[name] = {{"dtype", std::string(DTypeName(tensor.dtype))},
                    {"shape", tensor.shape},
                    {"data_offsets", {offset, end}}};
    offset = end;
  }
  std::string text =
      header.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  text.resize((text.size() + kHeaderAlignment - 1) / kHeaderAlignment *
                  kHeaderAlignment,
              ' ');

  std::string out;
  out.reserve(sizeof(uint64_t) + text.size() + offset);
  const uint64_t length = text.size();
  out.append(reinterpret_cast<const char*>(&length), sizeof length);
  out += text;
  for (const auto* entry : order) out += entry->second.bytes;
  return out;
}

}  // namespace longtake::worker
