#pragma once
// What attacks are tried with: a file of the host that stays as it is, and images that a stranger made.

#include <iostream>

#include <fmt/format.h>

#include "support/end_to_end.hpp"

namespace dhow::test {

class Attack : public EndToEnd {
  protected:
    /// A folder of the host that no container may read or change; its name is found nowhere else.
    static std::filesystem::path sentinel() {
        auto folder = daemon().folder() / "sentinel";
        std::filesystem::create_directories(folder);
        write_file(folder / "secret", "of the host");
        return folder;
    }
    static void expect_sentinel_untouched() {
        EXPECT_EQ(read_file(sentinel() / "secret"), "of the host");
        auto entries = std::filesystem::directory_iterator(sentinel());
        EXPECT_EQ(std::distance(begin(entries), end(entries)), 1);
    }
    /// Imports an image: busybox, changed by a line of bash that runs in its root; `changes` go to import.
    static int make_image(const std::string& name, const std::string& line, const std::string& changes = "") {
        auto script = fmt::format(
            "rm -rf root && mkdir root && tar -C root -xf {} && (cd root && {}) && tar -C root -c . | docker "
            "import {} - {}",
            busybox_tar().native(), line, changes, name);
        auto result = run(daemon().sh(script));
        if (result.status != 0) std::cerr << describe(result);
        return result.status;
    }
};

}  // namespace dhow::test
