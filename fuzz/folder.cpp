// The files that a client describes for POST /build/context, twice: whatever it says, files appear below the
// folder and nowhere else, and the second time finds what the first has left.

#include <set>

#include <sys/stat.h>

#include "base/error.hpp"
#include "build/contexts/receiver.hpp"
#include "place.hpp"
#include "wire/context_line.hpp"

namespace {

using dhow::build::Receiver;

void receive(Receiver& receiver, std::string_view bytes) {
    std::uint32_t number = 0;
    std::set<std::uint32_t> wanted;
    for (auto& entry : dhow::wire::context_line::read_entries(bytes)) {
        dhow::build::SentFile file;
        file.path = std::move(entry.path);
        file.mode = entry.mode;
        file.time = entry.time;
        // Hard links come by the other door.
        (S_ISREG(entry.mode) ? file.same_as : file.link) = std::move(entry.link);
        file.identity = dhow::build::FileIdentity{entry.inode, entry.changed, entry.settled};
        if (receiver.describe(file)) wanted.insert(number);
        ++number;
    }
    receiver.described_all();
    for (auto file : wanted) {
        receiver.receive(file, dhow::store::as_bytes("content"));
        receiver.complete(file);
    }
    receiver.finish();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static dhow::fuzz::Place place;
    static dhow::fuzz::Place indexes;
    auto files = place.folder / "root", index = indexes.folder / "index";
    std::string_view bytes(reinterpret_cast<const char*>(data), size);
    for (auto part : {bytes, bytes.substr(size / 2), bytes}) {
        try {
            Receiver receiver(files, index);
            receive(receiver, part);
        } catch (const dhow::Error&) {
        }
        place.check_outside();
    }
    std::filesystem::remove(index);
    return 0;
}
