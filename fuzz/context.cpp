// The tar of POST /build: whatever it says, files appear below its root and nowhere else.

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <fcntl.h>

#include "base/error.hpp"
#include "build/files/extract.hpp"
#include "data_source.hpp"

namespace {

namespace fs = std::filesystem;

/// Beside the root stands a file that no archive may touch. Both go when the process ends.
struct Place {
    Place() {
        char name[] = "/dev/shm/fuzz-context-XXXXXX";
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

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static Place place;
    auto path = place.folder / "root";
    {
        dhow::UniqueFd root(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        dhow::fuzz::DataSource source(std::as_bytes(std::span(data, size)));
        dhow::build::files::ExtractOptions options;
        options.most_bytes = 1 << 20;
        options.most_entries = 1000;
        dhow::build::Cancellation never;
        try {
            dhow::build::files::extract(source, root.get(), ".", options, never);
        } catch (const dhow::Error&) {
        }
    }
    place.check_outside();
    for (const auto& entry : fs::directory_iterator(path)) fs::remove_all(entry.path());
    return 0;
}
