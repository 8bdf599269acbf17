#include "build/contexts/index.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/packing.hpp"
#include "base/unique_fd.hpp"
#include "store/files.hpp"
#include "store/unsynced.hpp"

namespace dhow::build {

namespace {

constexpr std::uint32_t version = 1;
constexpr std::int64_t largest = std::int64_t{4} << 30;

enum Flag : std::uint8_t { has_identity = 1, settled = 2 };

void pack_file(std::string& out, const std::string& path, const KeptFile& file) {
    pack(out, path);
    pack(out, file.mode);
    pack(out, file.size);
    pack(out, file.time);
    auto identity = file.identity.value_or(FileIdentity{0, 0, false});
    pack(out,
         static_cast<std::uint8_t>((file.identity ? has_identity : 0) | (identity.settled ? settled : 0)));
    pack(out, identity.inode);
    pack(out, identity.changed);
    pack(out, file.link);
    pack(out, file.inode);
    pack(out, file.changed);
    pack(out, file.content);
}

KeptFile unpack_file(Unpacker& in) {
    KeptFile file;
    file.mode = in.integer<std::uint32_t>();
    file.size = in.integer<std::int64_t>();
    file.time = in.integer<std::int64_t>();
    auto flags = in.integer<std::uint8_t>();
    FileIdentity identity;
    identity.inode = in.integer<std::uint64_t>();
    identity.changed = in.integer<std::int64_t>();
    identity.settled = (flags & settled) != 0;
    if ((flags & has_identity) != 0) file.identity = identity;
    file.link = in.text();
    file.inode = in.integer<std::uint64_t>();
    file.changed = in.integer<std::int64_t>();
    file.content = in.text();
    return file;
}

}  // namespace

std::optional<KeptFiles> read_index(const std::filesystem::path& path) {
    UniqueFd fd(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    if (!fd) return std::nullopt;
    try {
        auto text = store::read_all(fd.get(), largest, path.native());
        Unpacker in(text);
        if (in.integer<std::uint32_t>() != version || in.text() != store::boot_id()) return std::nullopt;
        auto count = in.integer<std::uint64_t>();
        KeptFiles files;
        // What it says of itself is no reason to reserve more than it can hold.
        files.reserve(std::min<std::size_t>(count, text.size() / 64));
        while (!in.at_end()) {
            std::string name(in.text());
            files[std::move(name)] = unpack_file(in);
        }
        if (files.size() != count) return std::nullopt;
        return files;
    } catch (const Error&) {
        return std::nullopt;
    }
}

void write_index(const std::filesystem::path& path, const KeptFiles& files) {
    std::string text;
    pack(text, version);
    pack(text, store::boot_id());
    std::uint64_t count = 0;
    for (const auto& [name, file] : files) count += file.complete ? 1 : 0;
    pack(text, count);
    for (const auto& [name, file] : files)
        if (file.complete) pack_file(text, name, file);
    auto draft = path;
    draft += ".new";
    UniqueFd fd(check(::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600),
                      "open {}", draft.native()));
    store::write_all(fd.get(), store::as_bytes(text), draft.native());
    check(::rename(draft.c_str(), path.c_str()), "rename {}", draft.native());
}

}  // namespace dhow::build
