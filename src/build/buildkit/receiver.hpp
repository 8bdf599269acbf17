#pragma once
// Files that a client describes, and then sends where the folder here does not have them yet: the receiving
// end of fsutil's protocol. What comes is a stranger's: a path that is not below the folder, by itself or
// through a link, is refused. All of it blocks: call it on the pool, one call at a time.
// Source: tonistiigi/fsutil, receive.go.

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/unique_fd.hpp"
#include "build/buildkit/protocol/session.pb.h"

namespace dhow::build::buildkit {

/// os.FileMode of Go.
namespace go_mode {
constexpr std::uint32_t directory = 1U << 31;
constexpr std::uint32_t symlink = 1U << 27;
constexpr std::uint32_t device = 1U << 26;
constexpr std::uint32_t named_pipe = 1U << 25;
constexpr std::uint32_t socket = 1U << 24;
constexpr std::uint32_t set_uid = 1U << 23;
constexpr std::uint32_t set_gid = 1U << 22;
constexpr std::uint32_t char_device = 1U << 21;
constexpr std::uint32_t sticky = 1U << 20;
constexpr std::uint32_t irregular = 1U << 19;
constexpr std::uint32_t type = directory | symlink | device | named_pipe | socket | char_device | irregular;
constexpr std::uint32_t permissions = 0777;
}  // namespace go_mode

class Receiver {
  public:
    /// `folder` may hold files of an earlier time: those that are as described are kept, others go.
    explicit Receiver(UniqueFd folder);

    /// The next file that the client has. @return whether its content is needed: then it must be requested
    ///     by its number, which is how many files were described before it
    /// @throws InvalidArgument, Forbidden for what must not be
    bool describe(const protocol::Stat& stat);

    /// All is described: what was not goes.
    void described_all();

    /// Content of the file of that number; empty: it is complete. @throws InvalidArgument for one that was
    /// not asked for
    void receive(std::uint32_t number, const std::string& bytes);

    /// Whether every file that was asked for is here.
    bool complete() const { return wanted_.empty() && open_.empty(); }

    /// Once it is: the times of folders.
    void finish();

    std::int64_t bytes() const { return bytes_; }

  private:
    struct File {
        std::string path;
        std::uint32_t mode = 0;
        std::int64_t time = 0;
        UniqueFd fd;
    };

    void make_folder(const std::string& path, const protocol::Stat& stat);
    bool keep(int parent, const std::string& name, const protocol::Stat& stat) const;
    void make_link(const std::string& path, const protocol::Stat& stat);
    void open_file(std::uint32_t number, File file);
    void close_file(std::uint32_t number);
    void remove_others(int folder, const std::string& path);
    UniqueFd parent_of(const std::string& path, std::string& name) const;

    UniqueFd root_;
    std::uint32_t count_ = 0;
    std::set<std::string, std::less<>> seen_;
    std::set<std::string, std::less<>> files_;  // regular ones among them
    std::vector<std::pair<std::string, std::int64_t>> folder_times_;
    std::map<std::uint32_t, File> wanted_;  // requested, nothing has come yet
    std::map<std::uint32_t, File> open_;
    std::int64_t bytes_ = 0;
};

}  // namespace dhow::build::buildkit
