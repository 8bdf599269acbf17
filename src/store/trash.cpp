#include "store/trash.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/random.hpp"
#include "base/unique_fd.hpp"
#include "store/files.hpp"

namespace dhow::store {

namespace {

bool is_dot(const char* name) {
    return name[0] == '.' && (name[1] == '\0' || (name[1] == '.' && name[2] == '\0'));
}

void empty_directory(UniqueFd directory, const std::atomic<bool>* stop) {
    int fd = directory.get();
    DIR* stream = ::fdopendir(fd);
    if (!stream) return;
    (void)directory.release();
    while (const dirent* entry = ::readdir(stream)) {
        if (stop && *stop) break;
        if (is_dot(entry->d_name)) continue;
        if (entry->d_type != DT_DIR && ::unlinkat(fd, entry->d_name, 0) == 0) continue;
        UniqueFd child(::openat(fd, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        if (child) empty_directory(std::move(child), stop);
        ::unlinkat(fd, entry->d_name, AT_REMOVEDIR);
    }
    ::closedir(stream);
}

}  // namespace

void remove_tree(const std::filesystem::path& path, const std::atomic<bool>* stop) {
    if (::unlink(path.c_str()) == 0 || errno == ENOENT) return;
    UniqueFd directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (directory) empty_directory(std::move(directory), stop);
    ::rmdir(path.c_str());
}

Trash::Trash(std::filesystem::path folder) : folder_(std::move(folder)) {
    make_private_directory(folder_);
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) waiting_.push_back(entry.path());
    thread_ = std::thread([this] { run(); });
}

Trash::~Trash() {
    {
        std::lock_guard lock(mutex_);
        stop_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void Trash::take(const std::filesystem::path& path) {
    auto target = folder_ / random_hex(16);
    if (::rename(path.c_str(), target.c_str()) != 0) {
        if (errno == ENOENT) return;
        throw_errno(fmt::format("move {} to the trash", path.string()));
    }
    {
        std::lock_guard lock(mutex_);
        waiting_.push_back(std::move(target));
    }
    changed_.notify_all();
}

void Trash::drain() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiting_.empty() && !busy_; });
}

void Trash::run() {
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [&] { return stop_ || !waiting_.empty(); });
        if (stop_) return;
        auto path = std::move(waiting_.front());
        waiting_.pop_front();
        busy_ = true;
        lock.unlock();
        remove_tree(path, &stop_);
        lock.lock();
        busy_ = false;
        changed_.notify_all();
    }
}

}  // namespace dhow::store
