#pragma once
// Folders as the tar that POST /build takes: what .dockerignore leaves of them, all owned by root, in the
// order of the names. Written as they are read: memory does not depend on their size.

#include <string>
#include <string_view>
#include <vector>

#include "base/ignore.hpp"
#include "tar/writer.hpp"

namespace dhow::cli {

class ContextTar {
  public:
    explicit ContextTar(tar::Output& output) : tar_(output), buffer_(256 << 10) {}

    /// Everything below `folder` but what `rules` leaves out, below `prefix` ("" or "name/") of the tar.
    /// @throws SystemError
    void add_folder(const std::string& folder, const IgnoreRules& rules, const std::string& prefix = "");
    /// A file of that content.
    void add_file(const std::string& name, std::string_view content);
    void finish() { tar_.finish(); }

  private:
    void walk(int folder, const std::string& path, const IgnoreRules& rules);
    void add_entry(int folder, const std::string& name, const std::string& path, const IgnoreRules& rules);
    void add_content(int folder, const std::string& name, tar::TarEntry& entry);

    tar::TarWriter tar_;
    std::vector<std::byte> buffer_;
    std::string prefix_;
};

}  // namespace dhow::cli
