#pragma once
// A folder as the tar that POST /build takes: what .dockerignore leaves of it, all owned by root, in the
// order of the names. Written as it is read: memory does not depend on its size.

#include <functional>
#include <string>
#include <string_view>

#include "base/ignore.hpp"

namespace dhow::cli {

using WriteBytes = std::function<void(std::string_view)>;

class ContextTar {
  public:
    explicit ContextTar(const WriteBytes& write) : write_(write) {}

    /// Everything below `folder` but what `rules` leaves out. @throws SystemError
    void add_folder(const std::string& folder, const IgnoreRules& rules);
    /// A file of that content.
    void add_file(const std::string& name, std::string_view content);
    void finish();

  private:
    struct Entry {
        std::string name, link;
        unsigned mode = 0644;
        std::int64_t size = 0, mtime = 0;
        char type = '0';
    };
    void walk(int folder, const std::string& path, const IgnoreRules& rules);
    void add_entry(int folder, const std::string& name, const std::string& path, const IgnoreRules& rules);
    void begin(const Entry& entry);
    void write_header(const Entry& entry);
    void pad(std::int64_t size);

    const WriteBytes& write_;
};

}  // namespace dhow::cli
