#include "client/batch/batch_file.h"

#include <fmt/format.h>
#include <glob.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <utility>

#include "client/batch/batch_keys.h"
#include "client/batch/batch_settings.h"
#include "client/batch/batch_spec.h"
#include "client/cli/dial_flags.h"
#include "common/config/config_node.h"
#include "common/job/job_json.h"

namespace longtake::client {
namespace {

using Kind = ConfigNode::Kind;
using Values = std::map<std::string, std::string>;

bool IsPattern(const std::string& path) {
  return path.find_first_of("*?[") != std::string::npos;
}

// The files that a path stands for, in order of their names. A file that is
// called like a pattern is itself.
std::vector<std::string> Expand(const std::string& path) {
  std::error_code error;
  if (!IsPattern(path) || std::filesystem::exists(path, error)) return {path};
  glob_t found = {};
  std::vector<std::string> paths;
  if (::glob(path.c_str(), 0, nullptr, &found) == 0) {
    paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  }
  ::globfree(&found);
  return paths;
}

std::string Stem(const std::string& path) {
  return std::filesystem::path(path).stem().string();
}

// Reads one file's text into jobs.
class Reader {
 public:
  Reader(const std::string& file, Mistakes* mistakes)
      : directory_(std::filesystem::path(file).parent_path().string()),
        mistakes_(mistakes) {
    batch_.file = file;
  }

  Batch Read(const ConfigNode& root);

 private:
  void ReadJobs(const ConfigNode& list);
  void ReadEntry(const ConfigNode& entry);
  void CheckJobDials(const BatchSettings& settings, const BatchJob& job);
  std::vector<std::string> Inputs(const BatchSettings& settings,
                                  const std::string& key);
  void AddJob(const BatchSettings& settings, BatchJob job);
  std::string Fill(const BatchSettings& settings, const std::string& key,
                   const std::string& text, const Values& values);
  void CheckNames();

  // Paths in the file are seen from where the file is.
  std::string Path(const std::string& path) const {
    if (path.empty() || directory_.empty()) return path;
    return (std::filesystem::path(directory_) / path).string();
  }

  const std::string directory_;
  Mistakes* const mistakes_;
  const ConfigNode* defaults_ = nullptr;
  std::string tenant_;
  Batch batch_;
};

Batch Reader::Read(const ConfigNode& root) {
  if (root.kind != Kind::kMap) {
    mistakes_->Add(root.line > 0 ? root.line : 1,
                   "give 'batch: NAME' and 'jobs:'; docs/formats.md has an "
                   "example");
    return std::move(batch_);
  }
  CheckKeys(root, "batch file", BatchKeys(), mistakes_);
  const BatchSettings top(root, nullptr, mistakes_);
  top.Text("batch", &batch_.name);
  top.Text("tenant", &tenant_);
  const bool name_ok = batch_.name.size() <= kMaxBatchNameBytes &&
                       IsPlainUtf8(batch_.name) &&
                       batch_.name.find('/') == std::string::npos;
  if (top.LineOf("batch") == 0) {
    mistakes_->Add(1,
                   "batch: is missing: give the batch a name, the same in "
                   "every run");
  } else if (!name_ok) {
    mistakes_->Add(top.LineOf("batch"),
                   fmt::format("batch: give at most {} bytes of text without "
                               "'/'",
                               kMaxBatchNameBytes));
  }
  if (const ConfigNode::Entry* defaults = FindEntry(root, "defaults")) {
    if (defaults->value.kind == Kind::kMap) {
      defaults_ = &defaults->value;
      CheckKeys(*defaults_, "defaults", JobKeys(), mistakes_);
    } else if (defaults->value.kind != Kind::kEmpty) {
      mistakes_->Add(defaults->line, "defaults: give settings, one a line");
    }
  }
  const ConfigNode::Entry* jobs = FindEntry(root, "jobs");
  if (jobs == nullptr) {
    mistakes_->Add(1, "jobs: is missing: give a list of jobs");
  } else {
    ReadJobs(jobs->value);
  }
  CheckNames();
  return std::move(batch_);
}

void Reader::ReadJobs(const ConfigNode& list) {
  if (list.kind != Kind::kList || list.items.empty()) {
    mistakes_->Add(list.line,
                   "jobs: give a list, each job beginning with '- '");
    return;
  }
  for (const ConfigNode& entry : list.items) {
    if (entry.kind != Kind::kMap) {
      mistakes_->Add(entry.line,
                     "jobs: give each job settings of its own, "
                     "'- audio: FILE'");
      continue;
    }
    CheckKeys(entry, "job", JobKeys(), mistakes_);
    ReadEntry(entry);
    if (batch_.jobs.size() > kMaxBatchJobs) {
      mistakes_->Add(entry.line,
                     fmt::format("more than {} jobs: give several batches",
                                 kMaxBatchJobs));
      return;
    }
  }
}

void Reader::CheckJobDials(const BatchSettings& settings, const BatchJob& job) {
  const Status status = CheckDials(job.spec.engine, job.spec.controls,
                                   job.guides, !job.motion.empty());
  std::vector<std::string> keys = {"controls"};
  keys.insert(keys.end(), DialNames().begin(), DialNames().end());
  keys.insert(keys.end(), GuideRoles().begin(), GuideRoles().end());
  int line = 0;
  for (const auto& key : keys) line = std::max(line, settings.LineOf(key));
  mistakes_->AddUnlessOk(line > 0 ? line : job.line, status);
}

std::vector<std::string> Reader::Inputs(const BatchSettings& settings,
                                        const std::string& key) {
  std::vector<std::string> given;
  settings.Texts(key, &given);
  std::vector<std::string> paths;
  for (const std::string& text : given) {
    std::vector<std::string> found = Expand(Path(text));
    if (found.empty()) {
      mistakes_->Add(settings.LineOf(key),
                     fmt::format("{}: no file is like {}", key, Path(text)));
    }
    paths.insert(paths.end(), found.begin(), found.end());
  }
  return paths;
}

void Reader::ReadEntry(const ConfigNode& entry) {
  const BatchSettings settings(entry, defaults_, mistakes_);
  BatchJob job;
  job.line = entry.line;
  job.lines = settings.Lines();
  job.tenant = tenant_;
  settings.Text("tenant", &job.tenant);
  if (!job.tenant.empty()) {
    mistakes_->AddUnlessOk(settings.LineOf("tenant"),
                           ValidateJobKey(job.tenant, "any"));
  }
  ReadJobSpec(settings, mistakes_, &job.spec);
  for (const char* key : {"portrait", "audio"}) {
    if (settings.LineOf(key) == 0) {
      mistakes_->Add(entry.line, fmt::format("job: {} is missing", key));
    }
  }
  const std::vector<std::string> portraits = Inputs(settings, "portrait");
  const std::vector<std::string> audios = Inputs(settings, "audio");
  for (const std::string& portrait : portraits) {
    for (const std::string& audio : audios) {
      job.portrait = portrait;
      job.audio = audio;
      AddJob(settings, job);
    }
  }
}

std::string Reader::Fill(const BatchSettings& settings, const std::string& key,
                         const std::string& text, const Values& values) {
  StatusOr<std::string> filled = FillTemplate(text, values);
  if (filled.ok()) return *std::move(filled);
  mistakes_->Add(settings.LineOf(key),
                 fmt::format("{}: {}", key, Message(filled.status())));
  return "";
}

void Reader::AddJob(const BatchSettings& settings, BatchJob job) {
  Values values = {{"batch", batch_.name},
                   {"audio_stem", Stem(job.audio)},
                   {"portrait_stem", Stem(job.portrait)}};
  std::string name = "{audio_stem}";
  settings.Text("name", &name);
  job.name = Fill(settings, "name", name, values);
  values["name"] = job.name;
  std::string motion;
  std::string output;
  settings.Text("motion", &motion);
  settings.Text("output", &output);
  job.motion = Path(Fill(settings, "motion", motion, values));
  job.output = Path(Fill(settings, "output", output, values));
  for (const std::string& role : GuideRoles()) {
    std::string path;
    settings.Text(role, &path);
    if (path.empty()) continue;
    job.guides[role] = Path(Fill(settings, role, path, values));
  }
  CheckJobDials(settings, job);
  for (auto& [label, value] : job.spec.labels) {
    value = Fill(settings, "labels", value, values);
  }
  batch_.jobs.push_back(std::move(job));
}

// Names tell jobs apart in keys and messages, outputs on the disk.
void Reader::CheckNames() {
  std::map<std::string, int> names;
  std::map<std::string, std::string> outputs;
  for (const BatchJob& job : batch_.jobs) {
    const int line = job.LineOf("name");
    if (job.name.empty() || job.name.size() > kMaxBatchJobNameBytes ||
        !IsPlainUtf8(job.name)) {
      mistakes_->Add(line, fmt::format("name '{}': give 1 to {} bytes of text",
                                       job.name, kMaxBatchJobNameBytes));
    }
    const auto [name, fresh] = names.emplace(job.name, line);
    if (!fresh) {
      mistakes_->Add(line, fmt::format("name '{}' is there twice (line {}): "
                                       "give each job a name of its own",
                                       job.name, name->second));
    }
    if (job.output.empty()) continue;
    const auto [output, free] = outputs.emplace(
        std::filesystem::path(job.output).lexically_normal().string(),
        job.name);
    if (!free) {
      mistakes_->Add(job.LineOf("output"),
                     fmt::format("output {}: {} and {} would both write it",
                                 job.output, output->second, job.name));
    }
  }
}

}  // namespace

int BatchJob::LineOf(const std::string& key) const {
  const auto it = lines.find(key);
  return it == lines.end() ? line : it->second;
}

StatusOr<std::string> FillTemplate(
    const std::string& text, const std::map<std::string, std::string>& values) {
  std::string filled;
  size_t at = 0;
  while (at < text.size()) {
    const size_t open = text.find('{', at);
    filled += text.substr(at, open - at);
    if (open == std::string::npos) break;
    const size_t close = text.find('}', open);
    const std::string key = close == std::string::npos
                                ? text.substr(open + 1)
                                : text.substr(open + 1, close - open - 1);
    const auto value = values.find(key);
    if (close == std::string::npos || value == values.end()) {
      std::string known;
      for (const auto& [name, unused] : values) known += " {" + name + "}";
      return InvalidArgument(fmt::format(
          "'{}': {{{}}} is not known: there is{}", text, key, known));
    }
    filled += value->second;
    at = close + 1;
  }
  return filled;
}

StatusOr<std::string> ReadBatchText(const std::string& file) {
  struct Close {
    void operator()(FILE* f) const { (void)std::fclose(f); }
  };
  const std::unique_ptr<FILE, Close> opened(std::fopen(file.c_str(), "rbe"));
  if (!opened) {
    return NotFound(fmt::format("read {}: {}", file, std::strerror(errno)));
  }
  std::string text(static_cast<size_t>(kMaxBatchFileBytes) + 1, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), opened.get()));
  if (std::ferror(opened.get()) != 0) {
    return InvalidArgument(
        fmt::format("read {}: {}", file, std::strerror(errno)));
  }
  if (text.size() > static_cast<size_t>(kMaxBatchFileBytes)) {
    return InvalidArgument(
        fmt::format("{}: larger than {} MiB", file, kMaxBatchFileBytes >> 20));
  }
  return text;
}

StatusOr<Batch> ReadBatch(const std::string& text, const std::string& file,
                          Mistakes* mistakes) {
  LT_ASSIGN_OR_RETURN(const ConfigNode root, ParseYaml(text, file));
  return Reader(file, mistakes).Read(root);
}

std::string BatchJobKey(const std::string& batch, const std::string& job,
                        const std::string& inputs_digest) {
  return fmt::format("batch/{}/{}/{}", batch, job, inputs_digest);
}

}  // namespace longtake::client
