#include "shim/protocol/exit_record.hpp"

#include <array>
#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

#include "base/unique_fd.hpp"

namespace dhow::shim::protocol {

namespace {

constexpr const char* record_name = "exit.json";
constexpr const char* unfinished_name = "exit.json.new";

UniqueFd open_directory(const std::filesystem::path& directory) {
    return UniqueFd(::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
}

}  // namespace

void write_exit_record(const std::filesystem::path& run_directory, const Exit& exit) {
    auto directory = open_directory(run_directory);
    check(directory.get(), "open {}", run_directory.string());
    UniqueFd file(
        check(::openat(directory.get(), unfinished_name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600),
              "create {}/{}", run_directory.string(), unfinished_name));
    auto text = encode(exit);
    auto wrote = check(::write(file.get(), text.data(), text.size()), "write the exit status");
    if (wrote != static_cast<ssize_t>(text.size())) throw SystemError(ENOSPC, "write the exit status");
    check(::renameat(directory.get(), unfinished_name, directory.get(), record_name), "rename {}/{}",
          run_directory.string(), unfinished_name);
}

void remove_exit_record(const std::filesystem::path& run_directory) {
    if (::unlink((run_directory / record_name).c_str()) < 0 && errno != ENOENT)
        throw_errno(fmt::format("remove {}/{}", run_directory.string(), record_name));
}

std::optional<Exit> read_exit_record(const std::filesystem::path& run_directory) {
    UniqueFd file(::open((run_directory / record_name).c_str(), O_RDONLY | O_CLOEXEC));
    if (!file && (errno == ENOENT || errno == ENOTDIR)) return std::nullopt;
    check(file.get(), "open {}/{}", run_directory.string(), record_name);
    std::array<char, 4096> buffer;
    auto got = check(::read(file.get(), buffer.data(), buffer.size()), "read the exit status");
    return decode<Exit>(std::string(buffer.data(), static_cast<std::size_t>(got)));
}

}  // namespace dhow::shim::protocol
