#pragma once
// Files as the tar that POST /build takes, all owned by root, in the order of the names. Written as they are
// read: memory does not depend on their size.

#include <string>
#include <string_view>
#include <vector>

#include "cli/build/walk.hpp"
#include "tar/writer.hpp"

namespace dhow::cli {

class ContextTar {
  public:
    explicit ContextTar(tar::Output& output) : tar_(output), buffer_(256 << 10) {}

    /// Everything below `folder`, below `prefix` ("name/") of the tar. @throws SystemError
    void add_folder(const std::string& folder, const std::string& prefix);
    /// A file of that content.
    void add_file(const std::string& name, std::string_view content);
    void finish() { tar_.finish(); }

  private:
    void add_entry(const Walked& walked, const std::string& prefix);
    void add_content(const Walked& walked, const tar::TarEntry& entry);

    tar::TarWriter tar_;
    std::vector<std::byte> buffer_;
};

}  // namespace dhow::cli
