// The tar of POST /build: whatever it says, files appear below its root and nowhere else.

#include <fcntl.h>

#include "base/error.hpp"
#include "build/files/extract.hpp"
#include "data_source.hpp"
#include "place.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static dhow::fuzz::Place place;
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
    for (const auto& entry : std::filesystem::directory_iterator(path))
        std::filesystem::remove_all(entry.path());
    return 0;
}
