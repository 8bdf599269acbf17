#pragma once
// Removal that is fast and cannot be cut in half: a directory is renamed into <root>/trash/ in one step, and
// deleted from there later by a thread of its own. What a crash leaves is deleted at the next start.

#include <atomic>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <mutex>
#include <thread>

namespace dhow::store {

class Trash {
  public:
    /// Makes the folder, and starts to delete what it holds.
    explicit Trash(std::filesystem::path folder);
    /// Stops after the file at hand; the rest goes at the next start.
    ~Trash();
    Trash(const Trash&) = delete;
    Trash& operator=(const Trash&) = delete;

    /// Takes a file or directory of the same file system away; nothing happens when there is none.
    void take(const std::filesystem::path& path);
    /// Waits until all is deleted.
    void drain();

  private:
    void run();

    std::filesystem::path folder_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::filesystem::path> waiting_;
    bool busy_ = false;
    std::atomic<bool> stop_ = false;
    std::thread thread_;  // last: it uses all the above
};

/// Deletes a tree without following links out of it. Stops early when `stop` (if given) becomes true.
/// What is gone already is no error.
void remove_tree(const std::filesystem::path& path, const std::atomic<bool>* stop = nullptr);

}  // namespace dhow::store
