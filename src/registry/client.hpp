#pragma once
// The requests of the distribution specification, one after another, on one thread.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "oci/descriptor.hpp"
#include "registry/refusal.hpp"
#include "registry/session.hpp"
#include "registry/transport.hpp"
#include "registry/verifier.hpp"

namespace dhow::registry {

/// A manifest or an index, checked against its digest.
struct Document {
    std::string media_type;
    oci::Digest digest;
    std::string text;
};

/// A blob to be sent, which can be read again from any offset.
struct BlobSource {
    oci::Digest digest;
    std::int64_t size = 0;
    /// Gives a reader from `offset` on: it fills a buffer and gives the count, 0 at the end.
    std::function<std::function<std::size_t(std::span<char>)>(std::int64_t offset)> open;
};

enum class Sent { existed, mounted, uploaded };

struct PushedBlob {
    Sent how;
    std::string mounted_from;  ///< the repository, when mounted
};

/// One line of a search.
struct SearchResult {
    std::string name, description;
    int star_count = 0;
    bool is_official = false, is_automated = false;
};

class BlobReader;

/// Answers that are worth it are asked for again: broken connections, 5xx, and 429 or 503 with a Retry-After
/// of at most a minute. All calls throw ConnectionFailed, Refused, Cancelled, and InvalidArgument for an
/// answer that lies.
class Client {
  public:
    /// Both must outlive it.
    Client(Session& session, const Cancellation& cancellation);

    /// Whether the registry is there and takes the credentials (GET /v2/).
    void ping();

    /// A manifest or index by tag or digest ("latest", "sha256:..."). @throws Refused (404) when there is
    /// none
    Document manifest(const std::string& path, const std::string& reference);

    /// A blob as it comes: see BlobReader. The client is its own until it goes.
    std::unique_ptr<BlobReader> blob(const std::string& path, const oci::Descriptor& descriptor);

    /// A small blob, checked. @throws InvalidArgument when it is larger than `limit`
    std::string small_blob(const std::string& path, const oci::Descriptor& descriptor,
                           std::int64_t limit = 8 << 20);

    /// All tags, in the registry's order.
    std::vector<std::string> tags(const std::string& path);

    /// Puts a blob there, by the cheapest way: nothing, when it is there; by mounting it from one of
    /// `neighbours`, repositories of the same registry; or by sending it in chunks. A chunk that fails is
    /// sent again from where the registry has it. `progress` gets the count of bytes that were sent.
    PushedBlob push_blob(const std::string& path, const BlobSource& source,
                         const std::vector<std::string>& neighbours,
                         const std::function<void(std::int64_t)>& progress = {});

    /// Names a manifest. @throws InvalidArgument when the registry understood another digest
    void put_manifest(const std::string& path, const std::string& reference, const Document& document);

    /// Repositories with `term` in their name: by the search of version 1 where there is one, else from the
    /// catalogue.
    std::vector<SearchResult> search(const std::string& term, std::size_t limit);

  private:
    friend class BlobReader;
    struct Call {
        std::string method = "GET";
        std::string path;  ///< below the registry's base; or a whole URL, for uploads
        std::vector<std::string> headers{};
        std::string body{};
        std::function<Upload()> upload{};  ///< makes the body; may be called again
        Scopes scopes{};
        bool repeatable = true;       ///< may be sent again when it is not known whether it was done
        bool may_be_missing = false;  ///< 404 is an answer
    };
    std::unique_ptr<Transfer> send(const Call& call);
    std::unique_ptr<Transfer> send_to(Session::Place& place, const Call& call);
    std::unique_ptr<Transfer> send_once(Session::Place& place, const Call& call, const Upload* upload);
    std::optional<std::string> start_upload(const std::string& path, const BlobSource& source,
                                            const std::vector<std::string>& neighbours, PushedBlob& result);
    std::string send_chunks(const std::string& path, std::string location, const BlobSource& source,
                            const std::function<void(std::int64_t)>& progress);
    std::optional<std::int64_t> upload_offset(const std::string& path, std::string& location);
    std::vector<SearchResult> search_catalogue(const std::string& term, std::size_t limit);

    Session& session_;
    Transport transport_;
};

/// A blob's bytes. At the end they are what the descriptor names, or reading throws InvalidArgument. When the
/// connection breaks, the rest is asked for.
class BlobReader {
  public:
    /// Reads at least a byte; 0 at the end.
    std::size_t read(std::span<std::byte> buffer);

  private:
    friend class Client;
    BlobReader(Client& client, std::string path, oci::Descriptor descriptor);
    void open();
    void resume(const ConnectionFailed& failure);

    Client& client_;
    std::string path_;
    oci::Descriptor descriptor_;
    Verifier verifier_;
    std::unique_ptr<Transfer> transfer_;
    std::int64_t position_ = 0;
    std::int64_t skip_ = 0;  ///< bytes that come again
    int failures_ = 0;       ///< since the last byte
    int resumes_ = 0;
    bool done_ = false;
    std::optional<bool> good_;  ///< whether the digest was right; none before the end
};

}  // namespace dhow::registry
