// Blobs and manifests on their way to a registry (distribution-spec, "Pushing Blobs").

#include <algorithm>
#include <charconv>

#include "registry/client.hpp"
#include "registry/url.hpp"

namespace dhow::registry {

namespace {

/// What is sent again when a chunk fails, at most. Small enough for proxies that bound a request's body.
constexpr std::int64_t chunk_size = 32 << 20;
constexpr int most_failures = 5;
constexpr int most_starts = 3;  // of a blob, after its first

Scopes push_scopes(const std::string& path, const std::vector<std::string>& neighbours = {}) {
    Scopes scopes{"repository:" + path + ":pull,push"};
    for (const auto& neighbour : neighbours) scopes.push_back("repository:" + neighbour + ":pull");
    return scopes;
}

std::string location_of(const Transfer&, const Head& head) {
    auto location = head.find("location");
    if (location.empty()) throw InvalidArgument("{}: the registry named no place for the upload", head.url);
    return resolve_url(head.url, std::string(location));
}

/// Reads at most `limit` bytes of a blob, and counts them.
struct ChunkReader {
    std::function<std::size_t(std::span<char>)> read;
    std::int64_t left;
    std::int64_t done;  ///< of the whole blob
    const std::function<void(std::int64_t)>& progress;

    std::size_t operator()(std::span<char> buffer) {
        auto most = std::min<std::int64_t>(left, static_cast<std::int64_t>(buffer.size()));
        if (most == 0) return 0;
        auto count = read(buffer.first(static_cast<std::size_t>(most)));
        if (count == 0) throw InternalError("a blob ended {} bytes too early", left);
        left -= static_cast<std::int64_t>(count);
        done += static_cast<std::int64_t>(count);
        if (progress && count > 0) progress(done);
        return count;
    }
};

}  // namespace

std::optional<std::string> Client::start_upload(const std::string& path, const BlobSource& source,
                                                const std::vector<std::string>& neighbours,
                                                PushedBlob& result) {
    // One neighbour after another: a token that may not read one of them must not spoil the others.
    for (const auto& neighbour : neighbours) {
        if (neighbour == path) continue;
        auto url = with_query("v2/" + path + "/blobs/uploads/", "mount", source.digest.text());
        url = with_query(url, "from", neighbour);
        try {
            auto transfer = send({.method = "POST",
                                  .path = url,
                                  .scopes = push_scopes(path, {neighbour}),
                                  .repeatable = false});
            const auto& head = transfer->head();
            if (head.status == 201) {
                result = {Sent::mounted, neighbour};
                return std::nullopt;
            }
            // It began an upload instead.
            if (head.status == 202 && neighbour == neighbours.back()) return location_of(*transfer, head);
        } catch (const Refused&) {
            // No right to read there: it is sent.
        }
    }
    auto transfer = send({.method = "POST",
                          .path = "v2/" + path + "/blobs/uploads/",
                          .scopes = push_scopes(path),
                          .repeatable = false});
    return location_of(*transfer, transfer->head());
}

std::optional<std::int64_t> Client::upload_offset(const std::string& path, std::string& location) {
    try {
        auto transfer = send({.path = location, .scopes = push_scopes(path)});
        const auto& head = transfer->head();
        auto range = head.find("range");
        if (range.starts_with("bytes=")) range.remove_prefix(6);
        std::int64_t last = 0;
        auto dash = range.find('-');
        if (head.status != 204 || dash == range.npos) return std::nullopt;
        auto digits = range.substr(dash + 1);
        auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), last);
        if (error != std::errc() || last < 0) return std::nullopt;
        if (!head.find("location").empty()) location = location_of(*transfer, head);
        // "0-0" is what docker's registry says of nothing.
        return last == 0 ? 0 : last + 1;
    } catch (const Refused&) {
        return std::nullopt;
    }
}

std::string Client::send_chunks(const std::string& path, std::string location, const BlobSource& source,
                                const std::function<void(std::int64_t)>& progress) {
    std::int64_t offset = 0;
    int failures = 0;
    while (offset < source.size || source.size == 0) {
        auto size = std::min(chunk_size, source.size - offset);
        Call call{.method = "PATCH",
                  .path = location,
                  .headers = {"Content-Type: application/octet-stream",
                              fmt::format("Content-Range: {}-{}", offset,
                                          std::max<std::int64_t>(0, offset + size - 1))},
                  .scopes = push_scopes(path),
                  .repeatable = false};
        call.upload = [&] { return Upload{size, ChunkReader{source.open(offset), size, offset, progress}}; };
        try {
            auto transfer = send(call);
            location = location_of(*transfer, transfer->head());
            offset += size;
            failures = 0;
            if (source.size == 0) break;
        } catch (const Error& error) {
            const auto* refused = dynamic_cast<const Refused*>(&error);
            bool temporary = dynamic_cast<const ConnectionFailed*>(&error) ||
                             (refused && (refused->status() >= 500 || refused->status() == 401));
            if (!temporary || ++failures > most_failures) throw;
            transport_.cancellation().sleep(std::chrono::milliseconds(100 << failures));
            auto kept = upload_offset(path, location);
            if (!kept || *kept > source.size) throw;
            offset = *kept;
        }
    }
    return location;
}

PushedBlob Client::push_blob(const std::string& path, const BlobSource& source,
                             const std::vector<std::string>& neighbours,
                             const std::function<void(std::int64_t)>& progress) {
    auto known = send({.method = "HEAD",
                       .path = "v2/" + path + "/blobs/" + source.digest.text(),
                       .scopes = push_scopes(path),
                       .may_be_missing = true});
    if (known->head().status < 400) return {Sent::existed, ""};
    known.reset();
    for (int attempt = 0;; ++attempt) {
        PushedBlob result{Sent::uploaded, ""};
        try {
            // Begun anew, an upload that came to nothing is the registry's to forget.
            auto location =
                start_upload(path, source, attempt == 0 ? neighbours : std::vector<std::string>(), result);
            if (!location) return result;
            auto end = send_chunks(path, *location, source, progress);
            send({.method = "PUT",
                  .path = with_query(end, "digest", source.digest.text()),
                  .headers = {"Content-Type: application/octet-stream"},
                  .scopes = push_scopes(path),
                  .repeatable = false});
            return result;
        } catch (const ConnectionFailed&) {
            // It may have gone while it was being started again: from the start.
            if (attempt == most_starts) throw;
        } catch (const Refused& error) {
            if (attempt == most_starts ||
                (error.status() < 500 && error.status() != 404 && error.status() != 416))
                throw;
        }
        transport_.cancellation().sleep(std::chrono::milliseconds(200 << attempt));
    }
}

void Client::put_manifest(const std::string& path, const std::string& reference, const Document& document) {
    auto transfer = send({.method = "PUT",
                          .path = "v2/" + path + "/manifests/" + reference,
                          .headers = {"Content-Type: " + document.media_type},
                          .body = document.text,
                          .scopes = push_scopes(path)});
    auto said = oci::Digest::find(transfer->head().find("docker-content-digest"));
    if (said && *said != document.digest && !matches(document.text, *said))
        throw InvalidArgument("the registry stored {} as {}", document.digest.text(), said->text());
}

}  // namespace dhow::registry
