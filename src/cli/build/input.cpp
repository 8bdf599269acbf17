#include "cli/build/input.hpp"

#include <algorithm>
#include <filesystem>

#include <unistd.h>

#include "base/error.hpp"
#include "cli/build/context_tar.hpp"
#include "cli/copy/streams.hpp"
#include "cli/files.hpp"
#include "tar/compression.hpp"

namespace dhow::cli {

namespace {

std::string read_all(int fd, const char* what) {
    std::string content, chunk(64 << 10, '\0');
    while (auto got = check(::read(fd, chunk.data(), chunk.size()), "read {}", what))
        content.append(chunk, 0, static_cast<std::size_t>(got));
    return content;
}

Input from_standard_input(const std::string& file) {
    Input input;
    input.dockerfile = file.empty() ? "Dockerfile" : file;
    std::string start(512, '\0');
    std::size_t size = 0;
    while (size < start.size()) {
        auto got =
            check(::read(STDIN_FILENO, start.data() + size, start.size() - size), "read standard input");
        if (got == 0) break;
        size += static_cast<std::size_t>(got);
    }
    start.resize(size);
    if (tar::begins_as_archive(tar::as_bytes(start)))
        input.archive = start;
    else
        input.content = start + read_all(STDIN_FILENO, "standard input");
    return input;
}

Input from_remote(const std::string& url, const std::string& file) {
    Input input;
    input.remote = url;
    input.dockerfile = file.empty() ? "Dockerfile" : file;
    return input;
}

/// The path of a file relative to the folder, or "" when it is outside.
std::string inside(const std::string& folder, const std::string& file) {
    std::error_code failed;
    auto root = std::filesystem::canonical(folder, failed);
    auto path = std::filesystem::canonical(file, failed);
    auto relative = path.lexically_relative(root).string();
    return relative.empty() || relative == "." || relative.starts_with("..") ? "" : relative;
}

std::string find_ignore_file(const std::string& folder, const std::string& dockerfile) {
    auto own = dockerfile + ".dockerignore";
    return std::filesystem::exists(own) ? own : folder + "/.dockerignore";
}

Input from_folder(const std::string& path, const std::string& given) {
    Input input;
    auto& folder = input.folder.emplace();
    folder.path = path;
    if (!std::filesystem::is_directory(path))
        throw InvalidArgument("unable to prepare context: path \"{}\" not found", path);
    auto file = given.empty() ? path + "/Dockerfile" : given;
    if (file == "-") {
        folder.dockerfile = read_all(STDIN_FILENO, "standard input");
    } else {
        if (!std::filesystem::exists(file))
            throw InvalidArgument(
                "unable to prepare context: unable to evaluate symlinks in Dockerfile path: lstat {}: no "
                "such file or directory",
                file);
        input.dockerfile = inside(path, file);
        if (input.dockerfile.empty()) folder.dockerfile = read_file(file);
    }
    auto ignore = find_ignore_file(path, file);
    auto text = std::filesystem::exists(ignore) ? read_file(ignore) : "";
    if (input.dockerfile.empty()) {
        // One from elsewhere gets a name that nothing in the folder has.
        input.dockerfile = fmt::format(".dockerfile.{}", ::getpid());
        folder.ignore = text;
    } else if (!text.empty()) {
        // These two are sent in any case: the daemon needs them, and takes them out again.
        text += "\n!.dockerignore\n!" + input.dockerfile + "\n";
    }
    folder.rules = IgnoreRules::parse(text);
    return input;
}

void send_archive(const Input& input, const std::function<void(std::string_view)>& write) {
    write(input.archive);
    std::string chunk(256 << 10, '\0');
    while (auto got = check(::read(STDIN_FILENO, chunk.data(), chunk.size()), "read standard input"))
        write(std::string_view(chunk).substr(0, static_cast<std::size_t>(got)));
}

/// Small writes become large ones.
class Gathered final : public tar::Output {
  public:
    explicit Gathered(tar::Output& output) : output_(output) { gathered_.reserve(most); }
    void write(tar::Bytes bytes) override {
        if (gathered_.size() + bytes.size() > most) flush();
        if (bytes.size() >= most) return output_.write(bytes);
        gathered_.insert(gathered_.end(), bytes.begin(), bytes.end());
    }
    void flush() {
        output_.write(gathered_);
        gathered_.clear();
    }

  private:
    static constexpr std::size_t most = 128 << 10;
    tar::Output& output_;
    std::vector<std::byte> gathered_;
};

}  // namespace

bool is_remote(std::string_view path) {
    for (std::string_view start : {"http://", "https://", "git://", "ssh://", "git@", "github.com/"})
        if (path.starts_with(start)) return true;
    return false;
}

Input read_input(const std::string& path, const std::string& file) {
    if (path == "-") return from_standard_input(file);
    return is_remote(path) ? from_remote(path, file) : from_folder(path, file);
}

ContextFolder read_named_folder(const std::string& name, const std::string& path) {
    ContextFolder folder{path, name, {}, {}, {}};
    auto ignore = path + "/.dockerignore";
    if (std::filesystem::exists(ignore)) folder.rules = IgnoreRules::parse(read_file(ignore));
    return folder;
}

void send_input(const Input& input, const std::function<void(std::string_view)>& write) {
    bool bundled = !input.folders.empty();
    bool has_context = !input.archive.empty() || !input.content.empty();
    if (!has_context && !bundled) return;
    if (!input.archive.empty()) {
        if (bundled)
            throw InvalidArgument(
                "a context on standard input cannot be sent together with OCI layouts or folders of "
                "--cache-from: "
                "unpack it first");
        return send_archive(input, write);
    }
    BodyOutput body(write);
    Gathered output(body);
    ContextTar tar(output);
    std::string prefix = bundled ? "context/" : "";
    if (!input.content.empty()) tar.add_file(prefix + input.dockerfile, input.content);
    for (const auto& folder : input.folders) tar.add_folder(folder.path, folder.name + "/");
    tar.finish();
    output.flush();
}

}  // namespace dhow::cli
