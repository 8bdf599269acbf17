#pragma once
// Content under the name of its digest: <root>/sha256/<hex>, read-only files, byte for byte as they came.
//
// A blob appears whole or not at all: it grows as <root>/ingest/<random>, is checked, synced and renamed.
// What a crash leaves in ingest/ is removed at the next start.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <string>
#include <vector>

#include "base/unique_fd.hpp"
#include "store/database.hpp"
#include "store/hash.hpp"

namespace dhow::store {

/// Thread-safe: it holds no state but the folder's path.
class Blobs {
  public:
    /// Makes the folders; removes what was left half written.
    explicit Blobs(std::filesystem::path root);

    /// A blob on its way in. Vanishes unless `commit` was called.
    class Ingest {
      public:
        Ingest(Ingest&& other) noexcept;
        Ingest& operator=(Ingest&&) = delete;
        ~Ingest();

        void write(Bytes bytes);
        std::int64_t size() const { return size_; }
        /// The digest of all that was written. To be called once, before commit or instead of it.
        oci::Digest digest();
        /// Syncs and publishes the blob. A blob that exists already is left as it is.
        /// @throws InvalidArgument when `expected` is given and the bytes are others
        oci::Digest commit(const oci::Digest& expected = {});

      private:
        friend class Blobs;
        explicit Ingest(const std::filesystem::path& root);
        /// As commit, but the folder is not synced yet; nor, when relaxed, is the file.
        oci::Digest publish(const oci::Digest& expected, Durability durability);
        std::filesystem::path root_;
        std::filesystem::path path_;  ///< empty once it is gone or published
        UniqueFd file_;
        Sha256 hash_;
        oci::Digest digest_;
        std::int64_t size_ = 0;
    };

    Ingest ingest() { return Ingest(root_); }
    /// Stores a small document. @return its digest
    oci::Digest put(std::string_view content) { return put_all({content}).front(); }
    /// Stores several with one sync of their folder, or, when relaxed, without any. @return their digests, in
    /// order
    std::vector<oci::Digest> put_all(std::initializer_list<std::string_view> contents,
                                     Durability durability = Durability::durable);

    bool has(const oci::Digest& digest) const;
    /// @throws NotFound
    UniqueFd open(const oci::Digest& digest) const;
    /// Bytes. @throws NotFound
    std::int64_t size(const oci::Digest& digest) const;
    /// Reads a document of at most `limit` bytes and checks its digest.
    /// @throws NotFound; InternalError when it was damaged on disk
    std::string read(const oci::Digest& digest, std::int64_t limit = 8 << 20) const;
    /// Removes one; nothing happens when there is none.
    void remove(const oci::Digest& digest);

    /// Calls for every blob there is.
    void for_each(const std::function<void(const oci::Digest&)>& visit) const;

  private:
    std::filesystem::path path_of(const oci::Digest& digest) const;
    std::filesystem::path root_;
};

}  // namespace dhow::store
