#include "worker/engine/identity/tfjs_weights.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

namespace longtake::worker {
namespace {

using nlohmann::json;

constexpr int64_t kMaxTensorValues = int64_t{1} << 28;

// How one value lies in the shard.
struct Encoding {
  size_t size_bytes = sizeof(float);
  bool quantised = false;
  double scale = 1;
  double min = 0;
};

StatusOr<std::string> ReadFile(const std::string& path) {
  std::error_code error;
  const uint64_t size = std::filesystem::file_size(path, error);
  std::ifstream in(path, std::ios::binary);
  if (error || !in) {
    return FailedPrecondition(
        fmt::format("read model file {}: not found; install the models with "
                    "`./dev setup`",
                    path));
  }
  if (size > kTfjsMaxFileBytes) {
    return DataLoss(
        fmt::format("read model file {}: {} bytes, too large", path, size));
  }
  std::string bytes(size, '\0');
  if (!in.read(bytes.data(), static_cast<std::streamsize>(size))) {
    return DataLoss(fmt::format("read model file {}: cut short", path));
  }
  return bytes;
}

StatusOr<std::vector<int64_t>> ReadShape(const json& entry, int64_t* count) {
  std::vector<int64_t> shape;
  *count = 1;
  if (!entry.contains("shape") || !entry["shape"].is_array()) {
    return DataLoss("no shape");
  }
  for (const json& item : entry["shape"]) {
    if (!item.is_number_unsigned() || item.get<uint64_t>() == 0 ||
        item.get<uint64_t>() > static_cast<uint64_t>(kMaxTensorValues)) {
      return DataLoss("bad shape");
    }
    shape.push_back(item.get<int64_t>());
    *count *= shape.back();
    if (*count > kMaxTensorValues) return DataLoss("bad shape");
  }
  return shape;
}

StatusOr<Encoding> ReadEncoding(const json& entry) {
  if (!entry.contains("dtype") || entry["dtype"] != "float32") {
    return DataLoss("dtype isn't float32");
  }
  Encoding encoding;
  if (!entry.contains("quantization")) return encoding;
  const json& q = entry["quantization"];
  if (!q.is_object() || !q.contains("dtype") || !q.contains("scale") ||
      !q.contains("min") || !q["scale"].is_number() || !q["min"].is_number()) {
    return DataLoss("quantization needs dtype, scale and min");
  }
  encoding.quantised = true;
  if (q["dtype"] == "uint8") {
    encoding.size_bytes = 1;
  } else if (q["dtype"] == "uint16") {
    encoding.size_bytes = 2;
  } else {
    return DataLoss("quantization isn't uint8 or uint16");
  }
  encoding.scale = q["scale"].get<double>();
  encoding.min = q["min"].get<double>();
  return encoding;
}

template <typename Whole>  // little-endian, as this machine is
void Dequantise(const Encoding& encoding, std::string_view bytes,
                std::vector<float>* values) {
  for (size_t i = 0; i < values->size(); ++i) {
    Whole q;
    std::memcpy(&q, bytes.data() + i * sizeof(q), sizeof(q));
    (*values)[i] = static_cast<float>(q * encoding.scale + encoding.min);
  }
}

std::vector<float> Decode(const Encoding& encoding, std::string_view bytes) {
  std::vector<float> values(bytes.size() / encoding.size_bytes);
  if (!encoding.quantised) {
    std::memcpy(values.data(), bytes.data(), bytes.size());
  } else if (encoding.size_bytes == 1) {
    Dequantise<uint8_t>(encoding, bytes, &values);
  } else {
    Dequantise<uint16_t>(encoding, bytes, &values);
  }
  return values;
}

// Takes one tensor off the front of `rest`.
StatusOr<TfjsTensor> TakeTensor(const json& entry, std::string_view* rest) {
  int64_t count = 0;
  TfjsTensor tensor;
  LT_ASSIGN_OR_RETURN(tensor.shape, ReadShape(entry, &count));
  LT_ASSIGN_OR_RETURN(const Encoding encoding, ReadEncoding(entry));
  const size_t size_bytes = static_cast<size_t>(count) * encoding.size_bytes;
  if (size_bytes > rest->size()) {
    return DataLoss(
        fmt::format("needs {} bytes, {} are left", size_bytes, rest->size()));
  }
  tensor.values = Decode(encoding, rest->substr(0, size_bytes));
  rest->remove_prefix(size_bytes);
  return tensor;
}

StatusOr<json> ParseManifest(const std::string& manifest) {
  json groups = json::parse(manifest, nullptr, /*allow_exceptions=*/false);
  bool good = groups.is_array();
  for (size_t i = 0; good && i < groups.size(); ++i) {
    const json& group = groups[i];
    good = group.is_object() && group.contains("weights") &&
           group["weights"].is_array() && group.contains("paths") &&
           group["paths"].is_array();
  }
  if (!good) return DataLoss("the weights manifest is malformed");
  return groups;
}

}  // namespace

StatusOr<TfjsWeights> DecodeTfjsWeights(const std::string& manifest,
                                        const std::string& shards) {
  LT_ASSIGN_OR_RETURN(const json groups, ParseManifest(manifest));
  TfjsWeights weights;
  std::string_view rest = shards;
  for (const json& group : groups) {
    for (const json& entry : group["weights"]) {
      if (!entry.is_object() || !entry.contains("name") ||
          !entry["name"].is_string()) {
        return DataLoss("a tensor of the weights manifest has no name");
      }
      const std::string name = entry["name"].get<std::string>();
      auto tensor = TakeTensor(entry, &rest);
      if (!tensor.ok()) {
        return Annotate(tensor.status(), fmt::format("tensor {}", name));
      }
      weights[name] = *std::move(tensor);
    }
  }
  if (!rest.empty()) {
    return DataLoss(fmt::format("{} bytes after the last tensor", rest.size()));
  }
  return weights;
}

StatusOr<TfjsWeights> LoadTfjsWeights(const std::string& directory,
                                      const std::string& model_name) {
  const std::string path =
      fmt::format("{}/{}-weights_manifest.json", directory, model_name);
  LT_ASSIGN_OR_RETURN(const std::string manifest, ReadFile(path));
  auto groups = ParseManifest(manifest);
  if (!groups.ok()) return Annotate(groups.status(), path);
  std::string shards;
  for (const json& group : *groups) {
    for (const json& file : group["paths"]) {
      if (!file.is_string() ||
          file.get<std::string>().find('/') != std::string::npos) {
        return DataLoss(path + ": a shard's path isn't a file name");
      }
      LT_ASSIGN_OR_RETURN(const std::string shard,
                          ReadFile(directory + "/" + file.get<std::string>()));
      shards += shard;
    }
  }
  auto weights = DecodeTfjsWeights(manifest, shards);
  if (!weights.ok()) return Annotate(weights.status(), path);
  return weights;
}

}  // namespace longtake::worker
