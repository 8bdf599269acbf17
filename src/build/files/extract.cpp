#include "build/files/extract.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/error.hpp"
#include "image/layer/decompress.hpp"
#include "image/layer/tree.hpp"
#include "linux/path.hpp"
#include "store/files.hpp"
#include "tar/reader.hpp"

namespace dhow::build::files {

namespace {

using image::TarEntry;

class Extraction {
  public:
    Extraction(image::TarReader& tar, UniqueFd folder, const ExtractOptions& options,
               const Cancellation& stop)
        : tar_(tar), root_(std::move(folder)), options_(options), stop_(stop) {}

    void run() {
        TarEntry entry;
        while (tar_.next(entry)) {
            stop_.check();
            if (++entries_ > options_.most_entries)
                throw InvalidArgument("the archive holds more than {} entries", options_.most_entries);
            apply(entry);
        }
        for (const auto& [path, time] : folder_times_) {
            timespec times[2] = {time, time};
            auto folder = linux::find_in_root(root_.get(), path, O_PATH | O_DIRECTORY);
            if (folder)
                ::utimensat(AT_FDCWD, fmt::format("/proc/self/fd/{}", folder->get()).c_str(), times, 0);
        }
    }

  private:
    void apply(const TarEntry& entry) {
        auto path = image::clean_entry_path(entry.path);
        if (path.empty()) return;
        auto [parent, name_view] = image::split_path(path);
        std::string name(name_view);
        if (parent != folder_path_ || !folder_) {
            folder_ =
                linux::make_directories_in_root(root_.get(), parent.empty() ? "." : std::string(parent));
            folder_path_ = parent;
        }
        if (entry.type == TarEntry::Type::directory) return make_directory(name, path, entry);
        if (entry.type == TarEntry::Type::hard_link) return make_link(name, entry);
        remove_entry(folder_.get(), name);
        if (entry.type == TarEntry::Type::file)
            make_file(name, path, entry);
        else
            make_node(name, path, entry);
        set_attributes(name, entry);
    }

    void make_directory(const std::string& name, const std::string& path, const TarEntry& entry) {
        if (::mkdirat(folder_.get(), name.c_str(), 0700) != 0) {
            struct stat status;
            check(::fstatat(folder_.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW), "stat {}", path);
            if (!S_ISDIR(status.st_mode)) {
                remove_entry(folder_.get(), name);
                check(::mkdirat(folder_.get(), name.c_str(), 0700), "mkdir {}", path);
            }
        }
        set_attributes(name, entry);
        if (folder_times_.size() < 1'000'000) folder_times_[path] = entry.mtime;
    }

    void make_link(const std::string& name, const TarEntry& entry) {
        auto target = image::clean_entry_path(entry.link);
        int found = linux::try_open_in_root(root_.get(), target.c_str(), O_PATH | O_NOFOLLOW, 0,
                                            linux::Symlinks::refuse);
        if (found < 0)
            throw InvalidArgument("the archive holds a hard link \"{}\" to \"{}\", which it does not hold",
                                  entry.path, entry.link);
        UniqueFd existing(found);
        struct stat status;
        check(::fstat(found, &status), "stat {}", target);
        if (S_ISDIR(status.st_mode))
            throw InvalidArgument("the archive holds a hard link to a directory: \"{}\"", entry.path);
        remove_entry(folder_.get(), name);
        check(::linkat(found, "", folder_.get(), name.c_str(), AT_EMPTY_PATH), "link {}", entry.path);
    }

    void make_file(const std::string& name, const std::string& path, const TarEntry& entry) {
        UniqueFd file(check(
            ::openat(folder_.get(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600),
            "create {}", path));
        if (entry.sparse) return write_sparse(file.get(), path, entry);
        for (auto bytes = tar_.take(); !bytes.empty(); bytes = tar_.take()) write(file.get(), bytes, path);
    }

    void write_sparse(int file, const std::string& path, const TarEntry& entry) {
        check(::ftruncate(file, entry.size), "size {}", path);
        image::Bytes bytes;
        for (const auto& run : entry.runs) {
            check(::lseek(file, run.offset, SEEK_SET), "seek in {}", path);
            for (std::int64_t left = run.length; left > 0;) {
                if (bytes.empty()) bytes = tar_.take();
                auto part = bytes.first(std::min<std::size_t>(bytes.size(), static_cast<std::size_t>(left)));
                write(file, part, path);
                bytes = bytes.subspan(part.size());
                left -= static_cast<std::int64_t>(part.size());
            }
        }
    }

    void write(int file, image::Bytes bytes, const std::string& path) {
        stop_.check();
        written_ += static_cast<std::int64_t>(bytes.size());
        if (written_ > options_.most_bytes)
            throw InvalidArgument("the archive holds more than {} bytes", options_.most_bytes);
        store::write_all(file, bytes, path);
    }

    void make_node(const std::string& name, const std::string& path, const TarEntry& entry) {
        int result = 0;
        switch (entry.type) {
            case TarEntry::Type::symlink:
                result = ::symlinkat(entry.link.c_str(), folder_.get(), name.c_str());
                break;
            case TarEntry::Type::fifo:
                result = ::mknodat(folder_.get(), name.c_str(), S_IFIFO | 0600, 0);
                break;
            default: {
                // 0:0 would be a whiteout.
                bool whiteout = entry.major == 0 && entry.minor == 0;
                if (!options_.devices || whiteout)
                    throw InvalidArgument("the archive holds a device: \"{}\"", entry.path);
                auto type = entry.type == TarEntry::Type::block ? S_IFBLK : S_IFCHR;
                result = ::mknodat(folder_.get(), name.c_str(), static_cast<mode_t>(type | 0600),
                                   ::makedev(entry.major, entry.minor));
            }
        }
        check(result, "make {}", path);
    }

    void set_attributes(const std::string& name, const TarEntry& entry) {
        auto owner = options_.owner.value_or(Owner{entry.uid, entry.gid});
        check(::fchownat(folder_.get(), name.c_str(), owner.uid, owner.gid, AT_SYMLINK_NOFOLLOW), "chown {}",
              name);
        auto at = fmt::format("/proc/self/fd/{}/{}", folder_.get(), name);
        for (const auto& [key, value] : entry.xattrs)
            if (key == "security.capability" ||
                (key.starts_with("user.") && !key.starts_with("user.overlay.")))
                check(::lsetxattr(at.c_str(), key.c_str(), value.data(), value.size(), 0),
                      "set the attribute {}", key);
        if (entry.type != TarEntry::Type::symlink)
            check(::fchmodat(folder_.get(), name.c_str(), entry.mode & 07777, 0), "chmod {}", name);
        timespec times[2] = {entry.mtime, entry.mtime};
        ::utimensat(folder_.get(), name.c_str(), times, AT_SYMLINK_NOFOLLOW);
    }

    image::TarReader& tar_;
    UniqueFd root_;
    const ExtractOptions& options_;
    const Cancellation& stop_;
    UniqueFd folder_;
    std::string folder_path_;
    std::map<std::string, timespec> folder_times_;
    std::int64_t entries_ = 0;
    std::int64_t written_ = 0;
};

}  // namespace

void extract(image::Source& archive, int root, const std::string& destination, const ExtractOptions& options,
             const Cancellation& stop) {
    image::PeekSource peek(archive);
    auto plain = image::decompress(peek, image::detect_compression(peek.peek(6)));
    image::TarReader tar(*plain);
    auto folder = make_folders(root, destination, options.owner.value_or(Owner{}));
    Extraction(tar, std::move(folder), options, stop).run();
}

bool is_archive(int file) {
    // The file's own position stays.
    struct Reader final : image::Source {
        explicit Reader(int descriptor) : fd(descriptor) {}
        std::size_t read(std::span<std::byte> buffer) override {
            auto count = check(::pread(fd, buffer.data(), buffer.size(), offset), "read a file");
            offset += count;
            return static_cast<std::size_t>(count);
        }
        int fd;
        off_t offset = 0;
    };
    Reader reader(file);
    try {
        image::PeekSource peek(reader);
        auto plain = image::decompress(peek, image::detect_compression(peek.peek(6)));
        image::TarReader tar(*plain);
        TarEntry entry;
        return tar.next(entry);
    } catch (const Error&) {
        return false;
    }
}

}  // namespace dhow::build::files
