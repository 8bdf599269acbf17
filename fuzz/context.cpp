// The tar that the classic API takes as a context: nothing of it may reach out of its folder.

#include <cstdlib>
#include <filesystem>

#include <fcntl.h>

#include "base/error.hpp"
#include "build/files/extract.hpp"

namespace {

class Bytes final : public dhow::image::Source {
  public:
    explicit Bytes(std::span<const std::byte> bytes) : bytes_(bytes) {}
    std::size_t read(std::span<std::byte> buffer) override {
        auto count = std::min(buffer.size(), bytes_.size());
        std::copy_n(bytes_.begin(), count, buffer.begin());
        bytes_ = bytes_.subspan(count);
        return count;
    }

  private:
    std::span<const std::byte> bytes_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    char folder[] = "/tmp/fuzz-context-XXXXXX";
    if (!::mkdtemp(folder)) return 0;
    std::filesystem::path top(folder);
    std::filesystem::create_directory(top / "inside");
    try {
        dhow::UniqueFd root(::open((top / "inside").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        Bytes tar(std::as_bytes(std::span(data, size)));
        dhow::build::files::extract(tar, root.get(), ".", {}, dhow::build::Cancellation());
    } catch (const dhow::Error&) {
    }
    for (const auto& entry : std::filesystem::directory_iterator(top))
        if (entry.path().filename() != "inside") __builtin_trap();
    std::filesystem::remove_all(top);
    return 0;
}
