#pragma once
// Reads a tar as images have it: ustar, pax and GNU headers, long names, sparse files, extended attributes.
// Strict: what two readers could understand differently is refused, for strangers write these.

#include <cstdint>
#include <ctime>
#include <map>
#include <string>
#include <vector>

#include "tar/header.hpp"
#include "tar/stream.hpp"

namespace dhow::tar {

/// A run of bytes of a sparse file that is not a hole.
struct SparseRun {
    std::int64_t offset = 0;
    std::int64_t length = 0;
};

struct TarEntry {
    enum class Type { file, hard_link, symlink, character, block, directory, fifo };

    Type type = Type::file;
    std::string path;  ///< as it was written
    std::string link;  ///< target of a hard link or symlink
    std::uint32_t mode = 0;
    std::uint32_t uid = 0, gid = 0;
    std::int64_t size = 0;     ///< of the file
    std::int64_t payload = 0;  ///< bytes in the tar: less than `size` when it is sparse
    timespec mtime{};
    std::uint32_t major = 0, minor = 0;
    std::map<std::string, std::string> xattrs;
    bool sparse = false;
    std::vector<SparseRun> runs;  ///< in order, when it is sparse
};

struct TarExtensions;

/// Sees all bytes of the tar that are no payload the reader's owner took with `unseen`: what is needed beside
/// the files to write the same tar again.
class TarObserver {
  public:
    virtual ~TarObserver() = default;
    virtual void bytes(Bytes bytes) = 0;
};

class TarReader {
  public:
    struct Limits {
        std::int64_t extension = 1 << 20;  ///< bytes of one pax or GNU long-name header
        std::size_t sparse_runs = 1 << 20;
    };

    TarReader(Source& source, TarObserver* observer, Limits limits);
    explicit TarReader(Source& source, TarObserver* observer = nullptr)
        : TarReader(source, observer, Limits{}) {}

    /// Goes to the next entry, over what was not taken of the last one's payload. False at the end; then the
    /// source was read to its end too. @throws InvalidArgument for a tar that is damaged or ends early
    bool next(TarEntry& entry);

    /// The next bytes of the entry's payload, in the reader's own buffer; empty at its end.
    /// `unseen`: the observer is not shown them.
    Bytes take(bool unseen = false);

  private:
    bool fill();
    Bytes need(std::size_t count);
    Bytes block();
    std::string extension_payload(const TarHeader& header);
    std::string payload_line(std::int64_t& used);
    bool read_extension(const TarHeader& header, TarExtensions& extensions);
    void finish_payload();
    void finish_archive();
    void begin_entry(TarEntry& entry, const TarHeader& header, const TarExtensions& extensions);
    void read_old_sparse(TarEntry& entry, Bytes header_block);
    void read_pax_sparse(TarEntry& entry, const TarExtensions& extensions);
    void show(Bytes bytes) {
        if (observer_) observer_->bytes(bytes);
    }

    Source& source_;
    TarObserver* observer_;
    Limits limits_;
    std::vector<std::byte> buffer_;
    std::size_t begin_ = 0, end_ = 0;
    std::int64_t left_ = 0;     // of the payload
    std::int64_t padding_ = 0;  // behind it
};

}  // namespace dhow::tar
