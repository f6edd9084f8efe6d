#include "coordinator/store/redis/keys.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <map>
#include <nlohmann/json.hpp>
#include <tuple>

#include "absl/synchronization/mutex.h"
#include "common/digest/sha256.h"

namespace longtake::coordinator::redis {
namespace {

constexpr size_t kBindingDigestDigits = 16;
constexpr size_t kMaxKnownBindings = 1024;
constexpr char kUnbound[] = "any";

constexpr std::array<std::string_view, 9> kJobParts = {
    "job",    "tasks", "specs",  "results", "backlog",
    "queued", "due",   "leased", "events"};

bool IsPlain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
}

std::string Unescape(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(&text[i + 1], &text[i + 1] + 2, value, 16).ec ==
            std::errc()) {
      out.push_back(static_cast<char>(value));
      i += 2;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

std::vector<std::string> Split(std::string_view text, char at) {
  std::vector<std::string> parts;
  while (true) {
    const size_t end = text.find(at);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

template <typename T>
bool ParseNumber(std::string_view text, T* value) {
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, *value);
  return error == std::errc() && at == end;
}

}  // namespace

std::string Keys::Job(const std::string& job_id, std::string_view part) const {
  return fmt::format("{}{{{}}}:{}", prefix_, job_id, part);
}

std::vector<std::string> Keys::JobKeys(const std::string& job_id) const {
  std::vector<std::string> keys;
  keys.reserve(kJobParts.size());
  for (const std::string_view part : kJobParts) {
    keys.push_back(Job(job_id, part));
  }
  return keys;
}

std::string Keys::Farm(std::string_view name) const {
  return fmt::format("{}farm:{}", prefix_, name);
}

std::string Keys::Tenant(const std::string& tenant) const {
  return fmt::format("{}farm:jobs:{}", prefix_, EscapeName(tenant));
}

std::string Keys::Worker(const std::string& worker_id) const {
  return fmt::format("{}worker:{}", prefix_, EscapeName(worker_id));
}

std::string Keys::Turn(const std::string& what) const {
  return fmt::format("{}turn:{}", prefix_, EscapeName(what));
}

std::string Keys::Queue(const std::string& queue_ref) const {
  const size_t colon = queue_ref.rfind(':');
  return fmt::format("{}queue:{{{}}}{}", prefix_, queue_ref.substr(0, colon),
                     queue_ref.substr(colon));
}

std::string EscapeName(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (IsPlain(c)) {
      out.push_back(c);
    } else {
      out += fmt::format("%{:02x}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

std::string NeedsText(const TaskNeeds& needs) {
  std::string text =
      fmt::format("{}/{}/", EscapeName(needs.pool), needs.gpu_memory_bytes);
  for (const std::string& capability : needs.capabilities) {
    if (text.back() != '/') text.push_back('+');
    text += EscapeName(capability);
  }
  return text;
}

std::optional<TaskNeeds> ParseNeedsText(const std::string& text) {
  const auto parts = Split(text, '/');
  TaskNeeds needs;
  if (parts.size() != 3 || !ParseNumber(parts[1], &needs.gpu_memory_bytes)) {
    return std::nullopt;
  }
  needs.pool = Unescape(parts[0]);
  if (parts[2].empty()) return needs;
  for (const std::string& name : Split(parts[2], '+')) {
    needs.capabilities.insert(Unescape(name));
  }
  return needs;
}

std::string QueueRef(const QueueName& queue) {
  return fmt::format("{}/{}/{}:{}", EscapeName(queue.engine),
                     queue.binding.empty() ? kUnbound : queue.binding,
                     NeedsText(queue.needs), queue.priority);
}

std::optional<QueueName> ParseQueueRef(const std::string& ref) {
  const size_t colon = ref.rfind(':');
  if (colon == std::string::npos) return std::nullopt;
  const auto parts = Split(std::string_view(ref).substr(0, colon), '/');
  QueueName queue;
  if (parts.size() != 5 ||
      !ParseNumber(std::string_view(ref).substr(colon + 1), &queue.priority)) {
    return std::nullopt;
  }
  const auto needs =
      ParseNeedsText(fmt::format("{}/{}/{}", parts[2], parts[3], parts[4]));
  if (!needs) return std::nullopt;
  queue.engine = Unescape(parts[0]);
  if (parts[1] != kUnbound) queue.binding = parts[1];
  queue.needs = *needs;
  return queue;
}

std::string BindingToJson(const EngineBinding& binding) {
  const nlohmann::json json = {
      {"name", binding.name},
      {"version", binding.version},
      {"numerics_class", binding.numerics_class},
      {"overlap_frames", binding.overlap_frames},
      {"repair_overlap_frames", binding.repair_overlap_frames}};
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::optional<EngineBinding> BindingFromJson(const std::string& text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  EngineBinding binding;
  binding.name = json.value("name", "");
  binding.version = json.value("version", "");
  binding.numerics_class = json.value("numerics_class", "");
  binding.overlap_frames = json.value("overlap_frames", 0);
  binding.repair_overlap_frames = json.value("repair_overlap_frames", 0);
  return binding;
}

std::string BindingDigest(const EngineBinding& binding) {
  // A farm has few, and asks for them at every poll.
  using Key = std::tuple<std::string, std::string, std::string, int, int>;
  static absl::Mutex mutex;
  static auto& known = *new std::map<Key, std::string>;
  const Key key(binding.name, binding.version, binding.numerics_class,
                binding.overlap_frames, binding.repair_overlap_frames);
  {
    absl::ReaderMutexLock lock(&mutex);
    if (const auto it = known.find(key); it != known.end()) return it->second;
  }
  const std::string digest =
      Sha256Hex(BindingToJson(binding)).substr(0, kBindingDigestDigits);
  absl::MutexLock lock(&mutex);
  if (known.size() >= kMaxKnownBindings) known.clear();
  known[key] = digest;
  return digest;
}

}  // namespace longtake::coordinator::redis
