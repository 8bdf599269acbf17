// A tar written by a stranger: every byte of it is read or refused, nothing else happens. Its first byte
// chooses whether it is packed.

#include <cstring>

#include "base/error.hpp"
#include "data_source.hpp"
#include "image/layer/decompress.hpp"
#include "image/layer/tree.hpp"
#include "tar/reader.hpp"

namespace {

void read_tar(dhow::image::Source& source) {
    dhow::image::TarReader tar(source);
    dhow::image::TarEntry entry;
    while (tar.next(entry)) {
        auto path = dhow::image::clean_entry_path(entry.path);
        // What the unpacker relies on.
        if (path.starts_with('/') || ("/" + path + "/").find("/../") != path.npos) __builtin_trap();
        std::int64_t total = 0;
        for (const auto& run : entry.runs) {
            if (run.offset < 0 || run.length <= 0 || run.offset + run.length > entry.size) __builtin_trap();
            total += run.length;
        }
        if (entry.sparse && total != entry.payload) __builtin_trap();
        while (!tar.take().empty()) {
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    dhow::fuzz::DataSource source(std::as_bytes(std::span(data + 1, size - 1)));
    try {
        if (data[0] % 2 == 0) {
            read_tar(source);
        } else {
            dhow::image::PeekSource peek(source);
            auto plain = dhow::image::decompress(peek, dhow::image::detect_compression(peek.peek(6)));
            read_tar(*plain);
        }
    } catch (const dhow::InvalidArgument&) {
    }
    return 0;
}
