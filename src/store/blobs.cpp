#include "store/blobs.hpp"

#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/random.hpp"
#include "store/files.hpp"

namespace dhow::store {

Blobs::Blobs(std::filesystem::path root) : root_(std::move(root)) {
    std::filesystem::remove_all(root_ / "ingest");
    make_private_directory(root_);
    make_private_directory(root_ / "sha256");
    make_private_directory(root_ / "sha512");
    make_private_directory(root_ / "ingest");
}

Blobs::Ingest::Ingest(const std::filesystem::path& root)
    : root_(root), path_(root / "ingest" / random_hex(16)) {
    file_ = UniqueFd(check(::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600), "create {}",
                           path_.string()));
}

Blobs::Ingest::Ingest(Ingest&& other) noexcept
    : root_(std::move(other.root_)),
      path_(std::exchange(other.path_, {})),
      file_(std::move(other.file_)),
      hash_(std::move(other.hash_)),
      digest_(std::move(other.digest_)),
      size_(other.size_) {}

Blobs::Ingest::~Ingest() {
    if (!path_.empty()) ::unlink(path_.c_str());
}

void Blobs::Ingest::write(Bytes bytes) {
    hash_.update(bytes);
    write_all(file_.get(), bytes, path_.string());
    size_ += static_cast<std::int64_t>(bytes.size());
}

oci::Digest Blobs::Ingest::digest() {
    if (!digest_) digest_ = hash_.finish();
    return digest_;
}

oci::Digest Blobs::Ingest::commit(const oci::Digest& expected) {
    oci::Digest found = publish(expected, Durability::durable);
    sync_directory(root_ / found.algorithm());
    return found;
}

oci::Digest Blobs::Ingest::publish(const oci::Digest& expected, Durability durability) {
    oci::Digest found = digest();
    if (expected && found != expected)
        throw InvalidArgument("content does not match its digest: expected {}, got {}", expected.text(),
                              found.text());
    auto target = root_ / found.algorithm() / found.hex();
    bool durable = durability == Durability::durable;
    UniqueFd known(::open(target.c_str(), O_RDONLY | O_CLOEXEC));
    if (known) {
        // Who published it may not have synced it.
        if (durable) check(::fdatasync(known.get()), "sync {}", target.string());
        return found;
    }
    check(::fchmod(file_.get(), 0400), "chmod {}", path_.string());
    if (durable) check(::fdatasync(file_.get()), "sync {}", path_.string());
    check(::rename(path_.c_str(), target.c_str()), "rename {} to {}", path_.string(), target.string());
    path_.clear();
    return found;
}

std::vector<oci::Digest> Blobs::put_all(std::initializer_list<std::string_view> contents,
                                        Durability durability) {
    std::vector<oci::Digest> digests;
    for (auto content : contents) {
        Ingest ingest(root_);
        ingest.write(as_bytes(content));
        digests.push_back(ingest.publish({}, durability));
    }
    if (durability == Durability::durable) sync_directory(root_ / "sha256");
    return digests;
}

std::filesystem::path Blobs::path_of(const oci::Digest& digest) const {
    return root_ / digest.algorithm() / digest.hex();
}

bool Blobs::has(const oci::Digest& digest) const { return ::access(path_of(digest).c_str(), F_OK) == 0; }

UniqueFd Blobs::open(const oci::Digest& digest) const {
    UniqueFd file(::open(path_of(digest).c_str(), O_RDONLY | O_CLOEXEC));
    if (!file && errno == ENOENT) throw NotFound("content {} is not in the store", digest.text());
    check(file.get(), "open blob {}", digest.text());
    return file;
}

std::int64_t Blobs::size(const oci::Digest& digest) const {
    struct stat status;
    if (::stat(path_of(digest).c_str(), &status) != 0)
        throw NotFound("content {} is not in the store", digest.text());
    return status.st_size;
}

std::string Blobs::read(const oci::Digest& digest, std::int64_t limit) const {
    UniqueFd file = open(digest);
    std::string content = read_all(file.get(), limit, digest.text());
    if (digest.algorithm() == "sha256" && sha256(content) != digest)
        throw InternalError("blob {} was damaged on disk", digest.text());
    return content;
}

void Blobs::remove(const oci::Digest& digest) { ::unlink(path_of(digest).c_str()); }

void Blobs::for_each(const std::function<void(const oci::Digest&)>& visit) const {
    for (std::string algorithm : {"sha256", "sha512"})
        for (const auto& entry : std::filesystem::directory_iterator(root_ / algorithm))
            if (auto digest = oci::Digest::find(algorithm + ":" + entry.path().filename().string()))
                visit(*digest);
}

}  // namespace dhow::store
