#include "image/archive.hpp"

#include <algorithm>
#include <cstring>

#include "base/error.hpp"
#include "image/layer/tree.hpp"

namespace dhow::image {

namespace {

constexpr std::int64_t largest_document = 8 << 20;
constexpr std::int64_t all_documents = 64 << 20;

/// The payload of the archive's entry at hand.
class EntrySource final : public Source {
  public:
    explicit EntrySource(TarReader& tar) : tar_(tar) {}
    std::size_t read(std::span<std::byte> buffer) override {
        if (rest_.empty()) rest_ = tar_.take();
        auto count = std::min(rest_.size(), buffer.size());
        if (count == 0) return 0;
        std::memcpy(buffer.data(), rest_.data(), count);
        rest_ = rest_.subspan(count);
        return count;
    }

  private:
    TarReader& tar_;
    Bytes rest_;
};

/// Whether a file begins as a layer does: packed, a tar's header, or the zeros of an empty tar.
bool looks_like_layer(Bytes start) {
    if (tar::begins_as_archive(start)) return true;
    return start.size() >= tar::tar_block &&
           std::ranges::all_of(start, [](std::byte byte) { return byte == std::byte{0}; });
}

/// Archives name layers by digest: "blobs/sha256/<hex>", "<hex>.tar", "<hex>/layer.tar".
std::optional<oci::Digest> digest_in(std::string_view path) {
    for (std::size_t start = 0; start < path.size();) {
        auto end = std::min(path.find_first_of("/.", start), path.size());
        auto part = path.substr(start, end - start);
        start = end + 1;
        if (part.size() == 64 && oci::is_hex(part)) return oci::Digest::sha256(part);
    }
    return std::nullopt;
}

}  // namespace

std::string blob_path(const oci::Digest& digest) {
    return fmt::format("blobs/{}/{}", digest.algorithm(), digest.hex());
}

void Archive::read(Source& source) {
    PeekSource peek(source);
    auto plain = decompress(peek, detect_compression(peek.peek(6)));
    TarReader tar(*plain);
    TarEntry entry;
    while (tar.next(entry)) {
        std::string path = clean_entry_path(entry.path);
        switch (entry.type) {
            case TarEntry::Type::file:
                read_file(tar, path, entry.size);
                break;
            case TarEntry::Type::hard_link:
                links_[path] = clean_entry_path(entry.link);
                break;
            case TarEntry::Type::symlink: {
                auto target = std::filesystem::path(path).parent_path() / entry.link;
                links_[path] = clean_entry_path(target.lexically_normal().string());
                break;
            }
            case TarEntry::Type::directory:
                break;
            default:
                throw InvalidArgument("invalid archive: it holds a special file, \"{}\"", entry.path);
        }
    }
    wait_for_disk();
}

void Archive::read_file(TarReader& tar, const std::string& path, std::int64_t size) {
    EntrySource entry(tar);
    PeekSource peek(entry);
    if (looks_like_layer(peek.peek(tar::tar_block))) return read_layer(peek, path, size);
    if (size > largest_document) return;  // nothing that is read from an archive is as large
    documents_size_ += size;
    if (documents_size_ > all_documents)
        throw InvalidArgument("invalid archive: its documents are larger than 64 MiB");
    std::string content(static_cast<std::size_t>(size), '\0');
    auto rest = std::as_writable_bytes(std::span(content));
    while (!rest.empty()) rest = rest.subspan(peek.read(rest));
    documents_[path] = std::move(content);
}

void Archive::read_layer(Source& source, const std::string& path, std::int64_t size) {
    auto named = digest_in(path);
    std::string id = named ? named->short_id() : path.substr(0, 12);
    if (named)
        if (auto known = store_.layers().find(*named)) {
            add_layer(path, known_layer(std::move(*known)));
            return;
        }
    try {
        std::int64_t shown = 0;
        auto layer = receive_layer(store_, source, Packed::keep, [&](std::int64_t bytes) {
            // A step of half a MiB, as docker's: clients draw each.
            if (!progress_ || (bytes - shown < (512 << 10) && bytes != size)) return;
            shown = bytes;
            progress_({.id = id, .status = "Loading layer", .current = bytes, .total = size});
        });
        keep(path, std::move(layer));
    } catch (const InvalidArgument& error) {
        // It may be no layer at all. If an image names it, this is what it is told.
        failures_[path] = error.message();
    }
}

void Archive::keep(const std::string& path, ArrivedLayer layer) {
    wait_for_disk();
    arriving_path_ = path;
    arriving_ = std::async(std::launch::async, [layer = std::move(layer)]() mutable { return layer.keep(); });
}

void Archive::wait_for_disk() {
    if (arriving_.valid()) add_layer(arriving_path_, arriving_.get());
}

void Archive::add_layer(const std::string& path, IngestedLayer layer) {
    layers_.erase(path);
    layers_.emplace(path, std::move(layer));
}

std::string Archive::resolve(std::string_view path) const {
    std::string resolved = clean_entry_path(path);
    for (int steps = 0; steps < 8; ++steps) {
        auto link = links_.find(resolved);
        if (link == links_.end()) break;
        resolved = link->second;
    }
    return resolved;
}

const std::string* Archive::document(std::string_view path) const {
    auto found = documents_.find(resolve(path));
    return found == documents_.end() ? nullptr : &found->second;
}

const std::string& Archive::need_document(std::string_view path) const {
    if (const auto* found = document(path)) return *found;
    throw InvalidArgument("invalid archive: it names \"{}\", which it does not hold", path);
}

const std::string* Archive::document(const oci::Digest& digest) const {
    const auto* found = document(blob_path(digest));
    if (found && store::sha256(*found) != digest)
        throw InvalidArgument("invalid archive: the content of {} is other than its name says",
                              digest.text());
    return found;
}

const IngestedLayer& Archive::layer(std::string_view path) const {
    auto resolved = resolve(path);
    if (auto found = layers_.find(resolved); found != layers_.end()) return found->second;
    if (auto failure = failures_.find(resolved); failure != failures_.end())
        throw InvalidArgument("invalid layer \"{}\": {}", path, failure->second);
    throw InvalidArgument("invalid archive: it names the layer \"{}\", which it does not hold", path);
}

}  // namespace dhow::image
