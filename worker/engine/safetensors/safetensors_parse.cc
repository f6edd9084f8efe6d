// The half of safetensors that reads outside data: every number in the header
// is checked before it is used as a size or an offset.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>

#include "worker/engine/safetensors/safetensors.h"

namespace longtake::worker {
namespace {

using nlohmann::json;

constexpr size_t kLengthBytes = sizeof(uint64_t);
constexpr const char* kMetadataKey = "__metadata__";
// Deepest legal value: {name: {"shape": [number]}}.
constexpr int kMaxDepth = 3;

struct DTypeFacts {
  DType dtype;
  std::string_view name;
  size_t size_bytes;
};
constexpr std::array<DTypeFacts, 13> kDTypes = {{
    {DType::kBool, "BOOL", 1},
    {DType::kU8, "U8", 1},
    {DType::kI8, "I8", 1},
    {DType::kI16, "I16", 2},
    {DType::kU16, "U16", 2},
    {DType::kF16, "F16", 2},
    {DType::kBf16, "BF16", 2},
    {DType::kI32, "I32", 4},
    {DType::kU32, "U32", 4},
    {DType::kF32, "F32", 4},
    {DType::kF64, "F64", 8},
    {DType::kI64, "I64", 8},
    {DType::kU64, "U64", 8},
}};

const DTypeFacts& FactsOf(DType dtype) {
  return *std::find_if(kDTypes.begin(), kDTypes.end(),
                       [&](const DTypeFacts& f) { return f.dtype == dtype; });
}

std::optional<DType> DTypeByName(const std::string& name) {
  for (const DTypeFacts& facts : kDTypes) {
    if (facts.name == name) return facts.dtype;
  }
  return std::nullopt;
}

Status Bad(const std::string& what) {
  return InvalidArgument("safetensors: " + what);
}

Status BadTensor(const std::string& name, const std::string& what) {
  return Bad(fmt::format("tensor \"{}\": {}", name, what));
}

// Parses the header; refuses what nlohmann alone would let pass: repeated keys
// (it keeps the last) and nesting without bound.
StatusOr<json> ParseHeader(std::string_view text) {
  std::vector<std::set<std::string>> keys;  // of the objects that are open
  bool repeated = false;
  bool too_deep = false;
  auto watch = [&](int depth, json::parse_event_t event, json& value) {
    switch (event) {
      case json::parse_event_t::object_start:
        keys.emplace_back();
        break;
      case json::parse_event_t::object_end:
        keys.pop_back();
        break;
      case json::parse_event_t::key:
        if (!keys.back().insert(value.get<std::string>()).second) {
          repeated = true;
        }
        break;
      default:
        break;
    }
    if (depth > kMaxDepth) too_deep = true;
    return !too_deep;
  };
  json header = json::parse(text.begin(), text.end(), watch,
                            /*allow_exceptions=*/false);
  if (too_deep) return Bad("the header is nested too deeply");
  if (repeated) return Bad("a key of the header is repeated");
  if (header.is_discarded() || !header.is_object()) {
    return Bad("the header isn't a JSON object");
  }
  return header;
}

// A list of non-negative integers below 2^63.
StatusOr<std::vector<int64_t>> ReadNumbers(const json& list, size_t max_count) {
  if (!list.is_array() || list.size() > max_count) {
    return InvalidArgument(
        fmt::format("isn't a list of at most {} numbers", max_count));
  }
  std::vector<int64_t> numbers;
  for (const json& item : list) {
    if (!item.is_number_unsigned() ||
        item.get<uint64_t>() >
            static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
      return InvalidArgument("holds something that is no size");
    }
    numbers.push_back(item.get<int64_t>());
  }
  return numbers;
}

struct Extent {
  int64_t begin = 0;
  int64_t end = 0;
  std::string name;
};

// Reads one tensor's facts into `tensor` (but not its bytes) and `extent`.
Status ReadFacts(const std::string& name, const json& facts,
                 size_t data_size_bytes, NamedTensor* tensor, Extent* extent) {
  if (!facts.is_object() || facts.size() != 3 || !facts.contains("dtype") ||
      !facts.contains("shape") || !facts.contains("data_offsets")) {
    return BadTensor(name, "needs exactly dtype, shape and data_offsets");
  }
  if (!facts["dtype"].is_string()) return BadTensor(name, "dtype is no text");
  const std::string dtype_name = facts["dtype"].get<std::string>();
  const std::optional<DType> dtype = DTypeByName(dtype_name);
  if (!dtype) {
    return BadTensor(name, fmt::format("dtype \"{}\" is unknown", dtype_name));
  }
  auto shape = ReadNumbers(facts["shape"], kSafetensorsMaxRank);
  if (!shape.ok()) return BadTensor(name, "shape " + Message(shape.status()));
  auto offsets = ReadNumbers(facts["data_offsets"], 2);
  if (!offsets.ok() || offsets->size() != 2 || (*offsets)[0] > (*offsets)[1] ||
      static_cast<uint64_t>((*offsets)[1]) > data_size_bytes) {
    return BadTensor(name, fmt::format("data_offsets don't lie in the {} bytes "
                                       "of data",
                                       data_size_bytes));
  }
  auto need = TensorSizeBytes(*dtype, *shape);
  if (!need.ok()) return BadTensor(name, Message(need.status()));
  const int64_t has = (*offsets)[1] - (*offsets)[0];
  if (static_cast<uint64_t>(has) != *need) {
    return BadTensor(
        name,
        fmt::format("{} bytes of data, but its shape needs {}", has, *need));
  }
  tensor->dtype = *dtype;
  tensor->shape = *std::move(shape);
  *extent = {(*offsets)[0], (*offsets)[1], name};
  return OkStatus();
}

Status CheckCover(std::vector<Extent> extents, size_t data_size_bytes) {
  std::sort(extents.begin(), extents.end(),
            [](const Extent& a, const Extent& b) {
              return std::tie(a.begin, a.end, a.name) <
                     std::tie(b.begin, b.end, b.name);
            });
  int64_t covered = 0;
  for (const Extent& extent : extents) {
    if (extent.begin != covered) {
      return BadTensor(extent.name, extent.begin < covered
                                        ? "overlaps another tensor"
                                        : "leaves a hole before it");
    }
    covered = extent.end;
  }
  if (static_cast<uint64_t>(covered) != data_size_bytes) {
    return Bad(fmt::format("{} bytes after the last tensor",
                           data_size_bytes - static_cast<size_t>(covered)));
  }
  return OkStatus();
}

StatusOr<std::string_view> HeaderText(std::string_view bytes) {
  if (bytes.size() < kLengthBytes) {
    return Bad(fmt::format("{} bytes, too short for a header", bytes.size()));
  }
  uint64_t length = 0;
  std::memcpy(&length, bytes.data(), kLengthBytes);
  if (length > kSafetensorsMaxHeaderBytes ||
      length > bytes.size() - kLengthBytes) {
    return Bad(fmt::format("header of {} bytes, at most {} are there", length,
                           std::min<uint64_t>(bytes.size() - kLengthBytes,
                                              kSafetensorsMaxHeaderBytes)));
  }
  return bytes.substr(kLengthBytes, length);
}

}  // namespace

size_t DTypeSizeBytes(DType dtype) { return FactsOf(dtype).size_bytes; }

std::string_view DTypeName(DType dtype) { return FactsOf(dtype).name; }

StatusOr<uint64_t> TensorSizeBytes(DType dtype,
                                   const std::vector<int64_t>& shape) {
  int64_t size = static_cast<int64_t>(DTypeSizeBytes(dtype));
  for (int64_t dimension : shape) {
    if (dimension < 0 || __builtin_mul_overflow(size, dimension, &size)) {
      return InvalidArgument(
          fmt::format("shape [{}] has no size", fmt::join(shape, ", ")));
    }
  }
  return static_cast<uint64_t>(size);
}

StatusOr<Safetensors> Safetensors::Parse(std::string_view bytes) {
  LT_ASSIGN_OR_RETURN(std::string_view text, HeaderText(bytes));
  const std::string_view data = bytes.substr(kLengthBytes + text.size());
  LT_ASSIGN_OR_RETURN(json header, ParseHeader(text));
  if (header.size() > kSafetensorsMaxTensors) {
    return Bad(fmt::format("{} tensors, at most {} are allowed", header.size(),
                           kSafetensorsMaxTensors));
  }
  Safetensors out;
  std::vector<Extent> extents;
  for (const auto& [name, facts] : header.items()) {
    if (name == kMetadataKey) {
      if (!facts.is_object()) return Bad("__metadata__ isn't an object");
      for (const auto& [key, value] : facts.items()) {
        if (!value.is_string()) return Bad("__metadata__ holds no text");
        out.metadata_[key] = value.get<std::string>();
      }
      continue;
    }
    NamedTensor tensor;
    Extent extent;
    LT_RETURN_IF_ERROR(ReadFacts(name, facts, data.size(), &tensor, &extent));
    out.tensors_[name] = std::move(tensor);
    extents.push_back(std::move(extent));
  }
  LT_RETURN_IF_ERROR(CheckCover(extents, data.size()));
  // Copied only now: overlapping tensors could have asked for the same bytes
  // thousands of times over.
  for (const Extent& extent : extents) {
    out.tensors_[extent.name].bytes =
        data.substr(static_cast<size_t>(extent.begin),
                    static_cast<size_t>(extent.end - extent.begin));
  }
  return out;
}

}  // namespace longtake::worker
