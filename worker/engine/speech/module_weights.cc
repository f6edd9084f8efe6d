#include "worker/engine/speech/module_weights.h"

#include <fmt/format.h>

#include <vector>

namespace longtake::worker {
namespace {

// Batch norms count their steps; running them needs no count.
bool IsCounter(const std::string& name) {
  return name.ends_with("num_batches_tracked");
}

StatusOr<torch::Tensor> ToTensor(const std::string& name,
                                 const NamedTensor& stored) {
  const torch::ScalarType type =
      stored.dtype == DType::kF16 ? torch::kHalf : torch::kFloat;
  if (stored.dtype != DType::kF16 && stored.dtype != DType::kF32) {
    return InvalidArgument(fmt::format("weights: {} is {}, not F16 or F32",
                                       name, DTypeName(stored.dtype)));
  }
  // from_blob only borrows; the copy owns.
  return torch::from_blob(const_cast<char*>(stored.bytes.data()), stored.shape,
                          type)
      .to(torch::kFloat, /*non_blocking=*/false, /*copy=*/true);
}

Status LoadInto(const Safetensors& file, const std::string& name,
                torch::Tensor* target) {
  const auto found = file.tensors().find(name);
  if (found == file.tensors().end()) {
    return InvalidArgument(fmt::format("weights: {} is missing", name));
  }
  LT_ASSIGN_OR_RETURN(const torch::Tensor values,
                      ToTensor(name, found->second));
  if (values.sizes() != target->sizes()) {
    return InvalidArgument(fmt::format("weights: {} has another shape", name));
  }
  target->copy_(values);
  return OkStatus();
}

}  // namespace

void PutModule(const torch::nn::Module& module, const std::string& prefix,
               Safetensors* file) {
  const auto put = [&](const std::string& name, const torch::Tensor& value) {
    const torch::Tensor half = value.detach().to(torch::kHalf).contiguous();
    NamedTensor tensor;
    tensor.dtype = DType::kF16;
    tensor.shape.assign(half.sizes().begin(), half.sizes().end());
    tensor.bytes.assign(static_cast<const char*>(half.data_ptr()),
                        half.nbytes());
    file->Put(prefix + name, std::move(tensor));
  };
  for (const auto& p : module.named_parameters()) put(p.key(), p.value());
  for (const auto& b : module.named_buffers()) {
    if (!IsCounter(b.key())) put(b.key(), b.value());
  }
}

Status LoadModule(const Safetensors& file, const std::string& prefix,
                  torch::nn::Module* module) {
  torch::NoGradGuard no_grad;
  for (auto& p : module->named_parameters()) {
    LT_RETURN_IF_ERROR(LoadInto(file, prefix + p.key(), &p.value()));
  }
  for (auto& b : module->named_buffers()) {
    if (IsCounter(b.key())) continue;
    LT_RETURN_IF_ERROR(LoadInto(file, prefix + b.key(), &b.value()));
  }
  return OkStatus();
}

}  // namespace longtake::worker
