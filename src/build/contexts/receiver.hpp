#pragma once
// Files that a client describes, and then sends where the folder here does not have them yet. What comes is a
// stranger's: a path that is not below the folder, by itself or through a link, is refused. All of it blocks:
// call it on the pool, one call at a time.

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/unique_fd.hpp"
#include "build/contexts/index.hpp"
#include "build/files/contents.hpp"
#include "store/hash.hpp"

namespace dhow::build {

/// A file as its client describes it.
struct SentFile {
    std::string path;        ///< relative to the client's folder: "a/b"
    std::uint32_t mode = 0;  ///< st_mode: type and permissions
    std::int64_t size = 0;
    std::int64_t time = 0;                 ///< its mtime, in nanoseconds
    std::string link;                      ///< where a symbolic link leads
    std::string same_as;                   ///< of a hard link: the path of a file that was described before
    std::optional<FileIdentity> identity;  ///< none: size and time must do
    std::map<std::string, std::string> attributes;
};

class Receiver {
  public:
    /// `files` may hold those of an earlier time, as `index` says: what is as described is kept, the rest
    /// goes. An empty `index`: nothing is written down, and the folder is empty.
    Receiver(std::filesystem::path files, std::filesystem::path index);
    Receiver(const Receiver&) = delete;
    /// What did not come whole is removed; what did is found by the next one.
    ~Receiver();

    /// The next file that the client has; a folder comes before what is in it. @return whether its content is
    ///     needed: then it must be requested by its number, which is how many files were described before it
    /// @throws InvalidArgument, Forbidden for what must not be
    bool describe(const SentFile& file);

    /// All is described: what was not goes.
    void described_all();

    /// Content of the file of that number. @throws InvalidArgument for one that was not asked for
    void receive(std::uint32_t number, store::Bytes bytes);
    /// All of its content has come.
    void complete(std::uint32_t number);
    /// How much of the content of a file that was asked for has not come yet, going by its description.
    std::int64_t lacking(std::uint32_t number) const;

    /// Whether every file that was asked for is here.
    bool is_complete() const { return wanted_.empty(); }

    /// Once it is: the times of folders, and the index. @return what is known of the contents here
    std::shared_ptr<const files::KnownContents> finish();

    /// Of contents, that have come.
    std::int64_t bytes() const { return bytes_; }

  private:
    /// One that was asked for.
    struct File {
        const std::string* path = nullptr;
        KeptFile* entry = nullptr;
        std::map<std::string, std::string> attributes;
        std::int64_t expected = 0;  ///< bytes, by the description
        std::int64_t size = 0;
        UniqueFd fd;  ///< once some of it has come
        std::optional<store::Sha256> hash;
    };

    /// Makes the folder of the file at hand the one that `parent_` is. @throws InvalidArgument
    void enter(const std::string& path);
    void make_folder(const SentFile& file, KeptFile& known);
    bool is_here(const SentFile& file, const KeptFile& known) const;
    void make_node(const SentFile& file, KeptFile& known);
    void make_links();
    void set_times();
    File& find_wanted(std::uint32_t number);
    void open_copy(File& file);
    void note_copy(KeptFile& entry) const;
    /// The index says nothing until it is written again.
    void begin_changes();

    UniqueFd root_;
    std::filesystem::path index_;
    bool changed_ = false;
    bool finished_ = false;
    KeptFiles files_;
    std::uint32_t count_ = 0;
    UniqueFd parent_;  ///< of the file at hand, whose folder is `parent_path_`
    std::string parent_path_;
    std::string name_;  ///< of the file at hand, in there
    std::vector<std::pair<std::string, std::int64_t>> folder_times_;
    std::vector<std::pair<std::string, std::string>> links_;  ///< hard ones, and what they are the same as
    std::unordered_map<std::uint32_t, File> wanted_;
    std::int64_t bytes_ = 0;
};

}  // namespace dhow::build
