#include "cli/copy/streams.hpp"

#include <filesystem>

#include <fcntl.h>

#include "base/error.hpp"
#include "base/unique_fd.hpp"
#include "tar/extract.hpp"

namespace dhow::cli {

void extract_body(client::Connection connection, const std::string& folder) {
    std::filesystem::create_directories(folder);
    UniqueFd root(check(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC), "open {}", folder));
    BodySource body(connection);
    tar::TarReader tar(body);
    tar::ExtractOptions options;
    options.keeps_owners = false;
    tar::extract(tar, root.get(), ".", options);
}

}  // namespace dhow::cli
