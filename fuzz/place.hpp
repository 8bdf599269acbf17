#pragma once
// Where files appear, for targets that make some.

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace dhow::fuzz {

namespace fs = std::filesystem;

/// Beside the root stands a file that no archive may touch. Both go when the process ends.
struct Place {
    Place() {
        char name[] = "/dev/shm/fuzz-XXXXXX";
        folder = ::mkdtemp(name);
        fs::create_directory(folder / "root");
        std::ofstream(folder / "outside") << "untouched";
    }
    ~Place() { fs::remove_all(folder); }
    void check_outside() const {
        auto entries = fs::directory_iterator(folder);
        if (std::distance(begin(entries), end(entries)) != 2) __builtin_trap();
        if (fs::file_size(folder / "outside") != 9 || fs::hard_link_count(folder / "outside") != 1)
            __builtin_trap();
    }
    fs::path folder;
};

}  // namespace dhow::fuzz
