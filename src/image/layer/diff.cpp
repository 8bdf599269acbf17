#include "image/layer/diff.hpp"

#include <fcntl.h>

#include "base/error.hpp"
#include "base/unique_fd.hpp"
#include "tar/tree_writer.hpp"

namespace dhow::image {

std::int64_t write_diff(const std::filesystem::path& upper, Output& output) {
    UniqueFd root(
        check(::open(upper.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC), "open {}", upper.string()));
    tar::TreeWriter writer(output, {.overlay = true, .in_use = false, .takes = {}, .prefix = {}});
    writer.contents(root.get());
    writer.finish();
    return writer.size();
}

}  // namespace dhow::image
