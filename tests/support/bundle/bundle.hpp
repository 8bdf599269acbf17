#pragma once
// A bundle to test the runtime with: a root of busybox, and a configuration as the engine writes it.

#include <filesystem>
#include <string>
#include <vector>

#include "base/unique_fd.hpp"
#include "oci/runtime_config.hpp"
#include "runtime/container.hpp"

namespace dhow::test {

/// A folder below $TMPDIR (/tmp) that goes with the object.
class TemporaryFolder {
  public:
    TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder();
    const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

/// What a process wrote to its standard output and error together, and its exit status as a shell has it.
struct Output {
    int status = -1;
    std::string text;
};

/// The capabilities that docker gives by default.
std::vector<std::string> default_capabilities();

/// The paths that docker masks and makes read-only.
std::vector<std::string> default_masked_paths();
std::vector<std::string> default_read_only_paths();

/// A container in the making. The configuration is public, for tests to change; it has all new namespaces,
/// the usual mounts and masks, docker's capabilities, and no seccomp filter.
class Bundle {
  public:
    Bundle();
    /// Kills and removes the container if there is one.
    ~Bundle();

    oci::RuntimeConfig config;
    std::string id;

    const std::filesystem::path& folder() const { return temporary_.path(); }
    std::filesystem::path rootfs() const { return folder() / "rootfs"; }
    std::filesystem::path state_root() const { return folder() / "state"; }

    void write_config() const;

    /// Creates, starts, waits and removes. @throws what the runtime throws
    Output run(std::vector<std::string> args);
    Output shell(const std::string& script) { return run({"/bin/sh", "-c", script}); }

    /// Creates it with the script as its program; the output goes nowhere.
    runtime::Created create(const std::string& script);

    /// A process in the running container.
    oci::Process process(std::vector<std::string> args) const;
    Output exec(oci::Process process);
    Output exec_shell(const std::string& script) { return exec(process({"/bin/sh", "-c", script})); }

    /// True when neither its state nor a cgroup of it is left.
    bool gone() const;

  private:
    TemporaryFolder temporary_;
};

/// Reads until the end.
std::string read_all(int fd);

/// Replaces a file's content.
void write_file(const std::filesystem::path& path, const std::string& content);

}  // namespace dhow::test
