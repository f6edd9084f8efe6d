#pragma once
// A LibTorch module's parameters and buffers as named tensors. For this room
// and the trainer.

#include <torch/torch.h>

#include <string>

#include "common/status/status.h"
#include "worker/engine/safetensors/safetensors.h"

namespace longtake::worker {

// Names are prefix + the module's own ("blocks.0.wide.weight"); values as F16:
// a network trained in 32 bits loses nothing that can be heard or seen.
void PutModule(const torch::nn::Module& module, const std::string& prefix,
               Safetensors* file);

// InvalidArgument, with the tensor's name, where one is missing, has another
// shape, or isn't F16 or F32.
Status LoadModule(const Safetensors& file, const std::string& prefix,
                  torch::nn::Module* module);

}  // namespace longtake::worker
