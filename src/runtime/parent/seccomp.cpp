#include "runtime/parent/seccomp.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <set>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/random.hpp"
#include "base/unique_fd.hpp"
#include "linux/proc.hpp"

namespace dhow::runtime::parent {

namespace {

constexpr std::uint32_t default_errno = EPERM;

void append(std::string& key, std::string_view text) {
    key += text;
    key += '\0';
}

template <typename Number>
    requires std::is_arithmetic_v<Number>
void append(std::string& key, Number number) {
    key.append(reinterpret_cast<const char*>(&number), sizeof number);
}

/// All that decides what the program is.
std::string key_of(const oci::Seccomp& seccomp) {
    std::string key;
    key.reserve(16 * 1024);
    append(key, linux::seccomp_compiler_version());
    append(key, seccomp.default_action);
    append(key, seccomp.default_errno_ret.value_or(default_errno));
    for (const auto& architecture : seccomp.architectures) append(key, architecture);
    for (const auto& rule : seccomp.syscalls) {
        append(key, "=");
        append(key, rule.action);
        append(key, rule.errno_ret.value_or(default_errno));
        for (const auto& name : rule.names) append(key, name);
        for (const auto& argument : rule.args) {
            append(key, argument.op);
            append(key, argument.index);
            append(key, argument.value);
            append(key, argument.value_two);
        }
    }
    return key;
}

/// FNV-1a: it only has to find the file.
std::uint64_t hash_of(std::string_view text) {
    std::uint64_t hash = 14695981039346656037ULL;
    for (char letter : text) hash = (hash ^ static_cast<unsigned char>(letter)) * 1099511628211ULL;
    return hash;
}

struct Header {
    char magic[16];
    std::uint32_t key_size;
    std::uint32_t instructions;
};
constexpr char magic[16] = "dhow seccomp 2\n";

std::optional<linux::SeccompProgram> read_kept(const std::filesystem::path& path, const std::string& key) {
    auto text = linux::read_small_file(path);
    Header header;
    if (!text || text->size() < sizeof header) return std::nullopt;
    std::memcpy(&header, text->data(), sizeof header);
    std::size_t size = header.instructions * sizeof(sock_filter);
    if (std::memcmp(header.magic, magic, sizeof magic) != 0 || header.key_size != key.size() ||
        text->size() != sizeof header + key.size() + size ||
        text->compare(sizeof header, key.size(), key) != 0)
        return std::nullopt;
    linux::SeccompProgram program(header.instructions);
    std::memcpy(program.data(), text->data() + sizeof header + key.size(), size);
    return program;
}

/// Who brings a profile of his own to every container must not fill the folder.
void make_room(const std::filesystem::path& folder) {
    constexpr std::ptrdiff_t most = 64;
    std::error_code gone;
    auto count = std::distance(std::filesystem::directory_iterator(folder, gone), {});
    if (count < most) return;
    for (std::filesystem::directory_iterator entry(folder, gone), end; entry != end; entry.increment(gone))
        ::unlink(entry->path().c_str());
}

/// A file that cannot be kept is compiled again next time: nothing else is lost.
void keep(const std::filesystem::path& path, const std::string& key, const linux::SeccompProgram& program) {
    Header header;
    std::memcpy(header.magic, magic, sizeof magic);
    header.key_size = static_cast<std::uint32_t>(key.size());
    header.instructions = static_cast<std::uint32_t>(program.size());
    std::string text(reinterpret_cast<const char*>(&header), sizeof header);
    text += key;
    text.append(reinterpret_cast<const char*>(program.data()), program.size() * sizeof(sock_filter));
    ::mkdir(path.parent_path().c_str(), 0700);
    make_room(path.parent_path());
    auto fresh = path.native() + "." + random_hex(4);
    UniqueFd file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!file) return;
    bool whole = ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
    if (!whole || ::rename(fresh.c_str(), path.c_str()) < 0) ::unlink(fresh.c_str());
}

/// An argument that is compared more than once means "one of these", not all: every comparison is a rule
/// then.
bool compares_twice(const std::vector<oci::SeccompArgument>& arguments) {
    std::set<std::uint32_t> seen;
    for (const auto& argument : arguments)
        if (!seen.insert(argument.index).second) return true;
    return false;
}

void add_rule(linux::SeccompBuilder& builder, const oci::SeccompSyscall& rule) {
    std::vector<linux::SeccompComparison> comparisons;
    for (const auto& argument : rule.args)
        comparisons.push_back({argument.index, argument.op, argument.value, argument.value_two});
    auto value = rule.errno_ret.value_or(default_errno);
    for (const auto& name : rule.names) {
        if (!compares_twice(rule.args)) {
            builder.add_rule(rule.action, value, name, comparisons);
            continue;
        }
        for (const auto& comparison : comparisons) builder.add_rule(rule.action, value, name, {comparison});
    }
}

}  // namespace

linux::SeccompBuilder seccomp_builder(const oci::Seccomp& seccomp) {
    linux::SeccompBuilder builder(seccomp.default_action, seccomp.default_errno_ret.value_or(default_errno));
    for (const auto& architecture : seccomp.architectures) builder.add_architecture(architecture);
    for (const auto& rule : seccomp.syscalls) add_rule(builder, rule);
    builder.set_unknown_calls_missing();
    return builder;
}

linux::SeccompProgram seccomp_program(const oci::Seccomp& seccomp, const std::filesystem::path& state_root) {
    if (!seccomp.listener_path.empty() || !seccomp.listener_metadata.empty())
        throw NotImplemented("seccomp listeners are not supported");
    auto key = key_of(seccomp);
    auto path = state_root / ".seccomp" / fmt::format("{:016x}", hash_of(key));
    if (auto kept = read_kept(path, key)) return *std::move(kept);
    auto program = seccomp_builder(seccomp).compile();
    keep(path, key, program);
    return program;
}

unsigned seccomp_flags(const oci::Seccomp& seccomp) {
    unsigned flags = 0;
    for (const auto& flag : seccomp.flags) flags |= linux::seccomp_flag(flag);
    return flags;
}

}  // namespace dhow::runtime::parent
