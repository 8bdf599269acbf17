#include "build/output.hpp"

#include "build/rootfs.hpp"
#include "image/layer/diff.hpp"
#include "image/save.hpp"

namespace dhow::build {

void write_archive(store::Store& store, const image::Image& image, const std::set<std::string>& names,
                   image::Output& output) {
    image::save_image(store, image, names, output);
}

void write_files(store::Store& store, const image::Image& image, image::Output& output) {
    auto root = mount_read_only(store, layers_of(store, image));
    image::write_diff(fmt::format("/proc/self/fd/{}", root.get()), output);
}

}  // namespace dhow::build
