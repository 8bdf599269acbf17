#pragma once
// Trees are copied: what copy_source() does below the folders that it has found.

#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/unique_fd.hpp"
#include "build/files/tree.hpp"

namespace dhow::build::files {

class Copier {
  public:
    /// Both outlive it.
    Copier(const CopyOptions& options, const Cancellation& stop) : options_(options), stop_(stop) {}
    Copier(const Copier&) = delete;

    /// Copies what is in the folder `from` into the folder `to`, both open. `path` is what patterns see of
    /// it.
    void tree(int from, int to, const std::string& path);

    /// A regular file that is open already; what has the name is replaced.
    void file(int source, int to, const std::string& as, const struct stat& status);

    /// Owner, mode, attributes and time of a file or folder, both open.
    void attributes(int source, int target, const std::string& as, const struct stat& status) const;

  private:
    /// One whose content is to be copied: nothing of it but its own entries changes it, so that its
    /// attributes are final when those stand, whoever copies what is in its folders.
    struct Folder {
        UniqueFd source, target;
        std::string name, path;
        struct stat status;
    };

    void children(int from, int to, const std::string& path);
    void entry(int from, const std::string& name, int to, const std::string& path);
    void folder(int from, const std::string& name, int to, const std::string& path,
                const struct stat& status);
    void finish(const Folder& folder);
    void linked(int from, const std::string& name, int to, const struct stat& status);
    void node(int from, const std::string& name, int to, const struct stat& status) const;
    std::int64_t copy_some(int source, int target, std::int64_t left);
    bool link_known(const struct stat& status, int to, const std::string& as);
    void remember_link(const struct stat& status, int to, const std::string& as);

    /// Leaves a folder to another thread. @return false when the caller is to do it
    bool hand_over(Folder& folder);
    /// Copies folders that were handed over until all is done.
    void work();
    void fail(std::exception_ptr failure);

    const CopyOptions& options_;
    const Cancellation& stop_;
    std::atomic<bool> shares_blocks_ = true;
    std::mutex links_mutex_;
    std::map<std::pair<dev_t, ino_t>, UniqueFd> links_;

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Folder> waiting_;
    std::size_t busy_ = 0;  ///< threads that may hand more over
    std::exception_ptr failure_;
    std::atomic<bool> failed_ = false;
    std::vector<std::jthread> threads_;  // last: they use all the above
};

}  // namespace dhow::build::files
