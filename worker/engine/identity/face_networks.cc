// The layers follow the package's TypeScript (src/tinyFaceDetector,
// src/faceLandmarkNet, src/faceFeatureExtractor, src/faceRecognitionNet);
// tensors here are [1, channels, height, width] instead of its channels-last.

#include "worker/engine/identity/face_networks.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "worker/engine/identity/detector_boxes.h"
#include "worker/engine/identity/tfjs_weights.h"
#include "worker/engine/identity/threading.h"

namespace longtake::worker {
namespace {

using at::Tensor;

constexpr std::array<float, 3> kDetectorMean = {117.001f, 114.697f, 97.404f};
constexpr std::array<float, 3> kFaceMean = {122.782f, 117.001f, 104.298f};
// A literal 0 would be a null string to conv2d's other overload.
constexpr int64_t kNoPadding = 0;
constexpr int kLandmarkInput = 112;
constexpr int kDescriptorInput = 150;
constexpr double kLeakySlope = 0.10000000149011612;

struct Conv {
  Tensor filters;  // [out, in, h, w]
  Tensor bias;     // [out]
};
struct SeparableConv {
  Tensor depthwise;  // [in, 1, 3, 3]
  Tensor pointwise;  // [out, in, 1, 1]
  Tensor bias;       // [out]
};
struct ScaledConv {
  Conv conv;
  Tensor scale, shift;  // [1, out, 1, 1]
};
struct Residual {
  ScaledConv conv1, conv2;
};

// Hands out the tensors of one model by name; remembers the first fault, so
// that a network is built in one go and checked once.
class ParamReader {
 public:
  explicit ParamReader(const TfjsWeights& weights) : weights_(weights) {}

  Tensor Take(const std::string& name, const std::vector<int64_t>& shape) {
    auto it = weights_.find(name);
    if (it == weights_.end() || it->second.shape != shape) {
      if (status_.ok()) {
        status_ =
            DataLoss(fmt::format("model tensor {} of shape [{}] is missing",
                                 name, fmt::join(shape, ", ")));
      }
      return at::zeros(shape);
    }
    at::Tensor out = at::empty(shape, at::kFloat);
    std::copy(it->second.values.begin(), it->second.values.end(),
              out.data_ptr<float>());
    return out;
  }
  Conv TakeConv(const std::string& name, int64_t k, int64_t in, int64_t out) {
    return {Take(name + "/filters", {k, k, in, out})
                .permute({3, 2, 0, 1})
                .contiguous(),
            Take(name + "/bias", {out})};
  }
  SeparableConv TakeSeparable(const std::string& name, int64_t in,
                              int64_t out) {
    return {Take(name + "/depthwise_filter", {3, 3, in, 1})
                .permute({2, 3, 0, 1})
                .contiguous(),
            Take(name + "/pointwise_filter", {1, 1, in, out})
                .permute({3, 2, 0, 1})
                .contiguous(),
            Take(name + "/bias", {out})};
  }
  ScaledConv TakeScaled(const std::string& name, int64_t k, int64_t in,
                        int64_t out) {
    return {TakeConv(name + "/conv", k, in, out),
            Take(name + "/scale/weights", {out}).view({1, out, 1, 1}),
            Take(name + "/scale/biases", {out}).view({1, out, 1, 1})};
  }
  Residual TakeResidual(const std::string& name, int64_t in, int64_t out) {
    return {TakeScaled(name + "/conv1", 3, in, out),
            TakeScaled(name + "/conv2", 3, out, out)};
  }
  const Status& status() const { return status_; }

 private:
  const TfjsWeights& weights_;
  Status status_;
};

// TensorFlow's "same": output ceil(in / stride); where the padding is odd, the
// extra row and column come last, which conv2d's own padding can't express.
Tensor PadSame(const Tensor& x, int64_t kernel, int64_t stride, double value) {
  auto total = [&](int64_t in) {
    const int64_t out = (in + stride - 1) / stride;
    return std::max<int64_t>((out - 1) * stride + kernel - in, 0);
  };
  const int64_t h = total(x.size(2)), w = total(x.size(3));
  if (h == 0 && w == 0) return x;
  return at::constant_pad_nd(x, {w / 2, w - w / 2, h / 2, h - h / 2}, value);
}

// With the channels innermost LibTorch has vector code for it; a greatest value
// is the same in any order.
Tensor MaxPoolSame(const Tensor& x, int64_t stride) {
  const Tensor padded =
      PadSame(x, 2, stride, -std::numeric_limits<float>::infinity());
  return at::max_pool2d(padded.contiguous(at::MemoryFormat::ChannelsLast),
                        {2, 2}, {stride, stride})
      .contiguous();
}

Tensor Separable(const Tensor& x, const SeparableConv& p, int64_t stride) {
  Tensor out = at::conv2d(PadSame(x, 3, stride, 0), p.depthwise, {},
                          {stride, stride}, kNoPadding, 1, x.size(1));
  return at::conv2d(out, p.pointwise, p.bias);
}

struct Detector {
  Conv first, last;
  std::vector<SeparableConv> middle;

  static Detector Build(ParamReader* reader) {
    Detector net;
    net.first = reader->TakeConv("conv0", 3, 3, 16);
    for (int64_t i = 1, in = 16; i <= 5; ++i, in *= 2) {
      net.middle.push_back(
          reader->TakeSeparable(fmt::format("conv{}", i), in, in * 2));
    }
    net.last = reader->TakeConv("conv8", 1, 512, kDetectorChannels);
    return net;
  }
  // [1, 3, s, s] -> [1, anchors * values, s / 32, s / 32]
  Tensor Forward(const Tensor& x) const {
    Tensor out = at::conv2d(x, first.filters, first.bias);
    out = at::leaky_relu(MaxPoolSame(out, 2), kLeakySlope);
    for (size_t i = 0; i < middle.size(); ++i) {
      out = MaxPoolSame(Separable(out, middle[i], 1),
                        i + 1 < middle.size() ? 2 : 1);
      out = at::leaky_relu(out, kLeakySlope);
    }
    return at::conv2d(out, last.filters, last.bias);
  }
};

struct LandmarkNet {
  Conv first;
  // By block: the layers after the first of block 0, all of blocks 1 to 3.
  std::array<std::vector<SeparableConv>, 4> blocks;
  Tensor weights, bias;  // [256, 136], [136]

  static LandmarkNet Build(ParamReader* reader) {
    LandmarkNet net;
    net.first = reader->TakeConv("dense0/conv0", 3, 3, 32);
    for (int64_t block = 0, width = 32; block < 4; ++block, width *= 2) {
      for (int64_t i = block == 0 ? 1 : 0; i < 4; ++i) {
        net.blocks[static_cast<size_t>(block)].push_back(
            reader->TakeSeparable(fmt::format("dense{}/conv{}", block, i),
                                  i == 0 ? width / 2 : width, width));
      }
    }
    net.weights = reader->Take("fc/weights", {256, 136});
    net.bias = reader->Take("fc/bias", {136});
    return net;
  }
  // [1, 3, 112, 112] -> [136] x and y by turns, in units of the input square.
  Tensor Forward(const Tensor& x) const {
    Tensor out = x;
    for (size_t block = 0; block < blocks.size(); ++block) {
      const SeparableConv* layer = blocks[block].data();
      Tensor sum = block == 0 ? at::conv2d(PadSame(out, 3, 2, 0), first.filters,
                                           first.bias, {2, 2})
                              : Separable(out, *layer++, 2);
      sum = at::relu(sum);
      Tensor activated = sum;
      for (int i = 0; i < 3; ++i) {
        sum = sum + Separable(activated, *layer++, 1);
        activated = at::relu(sum);
      }
      out = activated;
    }
    out = at::avg_pool2d(out, {7, 7}, {2, 2}).flatten(1);
    return (at::matmul(out, weights) + bias).flatten().contiguous();
  }
};

struct DescriptorNet {
  struct Stage {
    Residual net;
    bool down = false;
  };
  ScaledConv first;
  std::vector<Stage> stages;
  Tensor weights;  // [256, 128]

  static DescriptorNet Build(ParamReader* reader) {
    DescriptorNet net;
    net.first = reader->TakeScaled("conv32_down", 7, 3, 32);
    auto add = [&](const std::string& name, int64_t in, int64_t out,
                   bool down) {
      net.stages.push_back({reader->TakeResidual(name, in, out), down});
    };
    for (int i : {1, 2, 3}) add(fmt::format("conv32_{}", i), 32, 32, false);
    add("conv64_down", 32, 64, true);
    for (int i : {1, 2, 3}) add(fmt::format("conv64_{}", i), 64, 64, false);
    add("conv128_down", 64, 128, true);
    for (int i : {1, 2}) add(fmt::format("conv128_{}", i), 128, 128, false);
    add("conv256_down", 128, 256, true);
    for (int i : {1, 2}) add(fmt::format("conv256_{}", i), 256, 256, false);
    add("conv256_down_out", 256, 256, true);
    net.weights = reader->Take("fc", {256, 128});
    return net;
  }
  static Tensor Apply(const Tensor& x, const ScaledConv& p, int64_t stride,
                      int64_t padding) {
    return at::conv2d(x, p.conv.filters, p.conv.bias, {stride, stride},
                      {padding, padding}) *
               p.scale +
           p.shift;
  }
  static Tensor Step(const Tensor& x, const Stage& stage) {
    if (!stage.down) {
      Tensor out = at::relu(Apply(x, stage.net.conv1, 1, 1));
      return at::relu(Apply(out, stage.net.conv2, 1, 1) + x);
    }
    Tensor out = at::relu(Apply(x, stage.net.conv1, 2, 0));
    out = Apply(out, stage.net.conv2, 1, 1);
    Tensor pooled = at::avg_pool2d(x, {2, 2}, {2, 2});
    // Zeros fill what the branch lacks: the last row and column, or the new
    // channels.
    out = at::constant_pad_nd(out, {0, pooled.size(3) - out.size(3), 0,
                                    pooled.size(2) - out.size(2)});
    pooled = at::constant_pad_nd(pooled,
                                 {0, 0, 0, 0, 0, out.size(1) - pooled.size(1)});
    return at::relu(pooled + out);
  }
  // [1, 3, 150, 150] -> [128]
  Tensor Forward(const Tensor& x) const {
    Tensor out = at::relu(Apply(x, first, 2, 0));
    out = at::max_pool2d(out, {3, 3}, {2, 2});
    for (const Stage& stage : stages) out = Step(out, stage);
    return at::matmul(out.mean({2, 3}), weights).flatten().contiguous();
  }
};

// Runs `net` on one input and returns its values.
template <typename Net>
StatusOr<std::vector<float>> Run(const Net& net, std::vector<float> input,
                                 int size) {
  SetDeterministicThreading();
  try {
    c10::InferenceMode guard;
    const Tensor x =
        at::from_blob(input.data(), {1, 3, size, size}, at::kFloat);
    const Tensor out = net.Forward(x).contiguous();
    const float* values = out.template data_ptr<float>();
    return std::vector<float>(values, values + out.numel());
  } catch (const std::exception& e) {
    return Internal(fmt::format("run face network: {}", e.what()));
  }
}

template <typename Net>
StatusOr<Net> LoadNet(const std::string& directory, const std::string& name) {
  LT_ASSIGN_OR_RETURN(const TfjsWeights weights,
                      LoadTfjsWeights(directory, name));
  try {
    c10::InferenceMode guard;
    ParamReader reader(weights);
    Net net = Net::Build(&reader);
    if (!reader.status().ok()) return Annotate(reader.status(), name);
    return net;
  } catch (const std::exception& e) {
    return Internal(fmt::format("build {}: {}", name, e.what()));
  }
}

Status CheckCrop(const Image& image, const PixelRect& crop) {
  if (crop.width > 0 && crop.height > 0 && crop.x >= 0 && crop.y >= 0 &&
      crop.width <= image.width - crop.x &&
      crop.height <= image.height - crop.y) {
    return OkStatus();
  }
  return InvalidArgument(fmt::format(
      "face crop {}x{} at {},{} doesn't lie in the {}x{} picture", crop.width,
      crop.height, crop.x, crop.y, image.width, image.height));
}

}  // namespace

struct FaceNetworks::Networks {
  Detector detector;
  LandmarkNet landmarks;
  DescriptorNet descriptor;
};

FaceNetworks::FaceNetworks(std::unique_ptr<const Networks> networks)
    : networks_(std::move(networks)) {}

FaceNetworks::~FaceNetworks() = default;

StatusOr<std::unique_ptr<FaceNetworks>> FaceNetworks::Load(
    const std::string& model_dir) {
  SetDeterministicThreading();
  auto networks = std::make_unique<Networks>();
  LT_ASSIGN_OR_RETURN(networks->detector,
                      LoadNet<Detector>(model_dir, "tiny_face_detector_model"));
  LT_ASSIGN_OR_RETURN(
      networks->landmarks,
      LoadNet<LandmarkNet>(model_dir, "face_landmark_68_model"));
  LT_ASSIGN_OR_RETURN(
      networks->descriptor,
      LoadNet<DescriptorNet>(model_dir, "face_recognition_model"));
  return std::unique_ptr<FaceNetworks>(new FaceNetworks(std::move(networks)));
}

StatusOr<std::vector<FaceBox>> FaceNetworks::Detect(const Image& image,
                                                    int input_size,
                                                    float min_score) const {
  if (input_size < kDetectorStride || input_size > kDetectorMaxInput ||
      input_size % kDetectorStride != 0) {
    return InvalidArgument(
        fmt::format("detector input size {}: need a multiple of {} up to {}",
                    input_size, kDetectorStride, kDetectorMaxInput));
  }
  const PixelRect all = {0, 0, image.width, image.height};
  LT_RETURN_IF_ERROR(CheckCrop(image, all));
  LT_ASSIGN_OR_RETURN(const std::vector<float> raw,
                      Run(networks_->detector,
                          MakeNetInput(image, all, input_size,
                                       SquarePadding::kTopLeft, kDetectorMean),
                          input_size));
  return DecodeBoxes(raw, input_size / kDetectorStride, image.width,
                     image.height, min_score);
}

StatusOr<FaceLandmarks> FaceNetworks::Landmarks(const Image& image,
                                                const PixelRect& crop) const {
  LT_RETURN_IF_ERROR(CheckCrop(image, crop));
  LT_ASSIGN_OR_RETURN(const std::vector<float> raw,
                      Run(networks_->landmarks,
                          MakeNetInput(image, crop, kLandmarkInput,
                                       SquarePadding::kCentred, kFaceMean),
                          kLandmarkInput));
  // The network's unit is the padded square; take the padding away again.
  const double side = std::max(crop.width, crop.height);
  const double left = crop.x - (side - crop.width) / 2;
  const double top = crop.y - (side - crop.height) / 2;
  FaceLandmarks points;
  for (size_t i = 0; i < points.size(); ++i) {
    points[i] = {static_cast<float>(left + raw[2 * i] * side),
                 static_cast<float>(top + raw[2 * i + 1] * side)};
  }
  return points;
}

StatusOr<FaceDescriptor> FaceNetworks::Descriptor(const Image& image,
                                                  const PixelRect& crop) const {
  LT_RETURN_IF_ERROR(CheckCrop(image, crop));
  LT_ASSIGN_OR_RETURN(const std::vector<float> raw,
                      Run(networks_->descriptor,
                          MakeNetInput(image, crop, kDescriptorInput,
                                       SquarePadding::kCentred, kFaceMean),
                          kDescriptorInput));
  FaceDescriptor descriptor;
  std::copy_n(raw.begin(), descriptor.size(), descriptor.begin());
  return descriptor;
}

}  // namespace longtake::worker
