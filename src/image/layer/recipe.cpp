#include "image/layer/recipe.hpp"

#include <array>
#include <bit>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include "base/error.hpp"
#include "image/layer/decompress.hpp"
#include "image/layer/tree.hpp"
#include "store/files.hpp"

namespace dhow::image {

static_assert(std::endian::native == std::endian::little);

namespace {

constexpr std::size_t pending_limit = 64 << 10;

template <typename Number>
void append(std::vector<std::byte>& bytes, Number number) {
    auto raw = std::bit_cast<std::array<std::byte, sizeof number>>(number);
    bytes.insert(bytes.end(), raw.begin(), raw.end());
}

}  // namespace

struct RecipeWriter::Stream {
    explicit Stream(const std::filesystem::path& path)
        : file(check(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600), "create {}",
                     path.string())),
          context(ZSTD_createCCtx()),
          out(ZSTD_CStreamOutSize()) {
        ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, 1);
    }

    void write(Bytes bytes, ZSTD_EndDirective directive) {
        ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
        std::size_t left;
        do {
            ZSTD_outBuffer packed{out.data(), out.size(), 0};
            left = ZSTD_compressStream2(context.get(), &packed, &in, directive);
            if (ZSTD_isError(left)) throw InternalError("zstd: {}", ZSTD_getErrorName(left));
            store::write_all(file.get(), Bytes(out).first(packed.pos), "a layer's recipe");
        } while (in.pos < in.size || (directive == ZSTD_e_end && left != 0));
    }

    struct Free {
        void operator()(ZSTD_CCtx* compressor) const { ZSTD_freeCCtx(compressor); }
    };
    UniqueFd file;
    std::unique_ptr<ZSTD_CCtx, Free> context;
    std::vector<std::byte> out;
};

RecipeWriter::RecipeWriter(const std::filesystem::path& file)
    : file_(file), stream_(std::make_unique<Stream>(file)) {}

RecipeWriter::~RecipeWriter() = default;

void RecipeWriter::bytes(Bytes bytes) {
    pending_.insert(pending_.end(), bytes.begin(), bytes.end());
    if (pending_.size() >= pending_limit) flush_bytes();
}

void RecipeWriter::flush_bytes() {
    if (pending_.empty()) return;
    std::vector<std::byte> head{std::byte{'B'}};
    append(head, static_cast<std::uint32_t>(pending_.size()));
    stream_->write(head, ZSTD_e_continue);
    stream_->write(pending_, ZSTD_e_continue);
    pending_.clear();
}

std::uint32_t RecipeWriter::payload(std::string_view path, std::int64_t size) {
    flush_bytes();
    std::vector<std::byte> segment{std::byte{'F'}};
    append(segment, static_cast<std::uint64_t>(size));
    append(segment, ordinal_);
    append(segment, static_cast<std::uint16_t>(path.size()));
    auto text = store::as_bytes(path);
    segment.insert(segment.end(), text.begin(), text.end());
    stream_->write(segment, ZSTD_e_continue);
    return ordinal_++;
}

std::filesystem::path RecipeWriter::replaced(std::uint32_t ordinal) const {
    auto folder = file_.parent_path() / "replaced";
    store::make_private_directory(folder);
    return folder / std::to_string(ordinal);
}

void RecipeWriter::finish() {
    flush_bytes();
    std::array end{std::byte{'E'}};
    stream_->write(end, ZSTD_e_end);
    check(::fdatasync(stream_->file.get()), "sync {}", file_.string());
}

namespace {

class Replay {
  public:
    Replay(const std::filesystem::path& file, const std::filesystem::path& diff, Output& output)
        : folder_(file.parent_path()),
          packed_(UniqueFd(check(::open(file.c_str(), O_RDONLY | O_CLOEXEC), "open {}", file.string()))),
          plain_(decompress(packed_, Compression::zstd)),
          tree_(diff),
          output_(output),
          buffer_(256 << 10) {}

    void run() {
        while (true) {
            switch (static_cast<char>(number<std::uint8_t>())) {
                case 'B':
                    copy_bytes(number<std::uint32_t>());
                    break;
                case 'F':
                    copy_file();
                    break;
                case 'E':
                    return;
                default:
                    throw InternalError("a layer's recipe was damaged on disk");
            }
        }
    }

  private:
    void read(std::span<std::byte> bytes) {
        while (!bytes.empty()) {
            auto count = plain_->read(bytes);
            if (count == 0) throw InternalError("a layer's recipe was damaged on disk");
            bytes = bytes.subspan(count);
        }
    }

    template <typename Number>
    Number number() {
        std::array<std::byte, sizeof(Number)> raw;
        read(raw);
        return std::bit_cast<Number>(raw);
    }

    void copy_bytes(std::size_t count) {
        while (count > 0) {
            auto part = std::span(buffer_).first(std::min(count, buffer_.size()));
            read(part);
            output_.write(part);
            count -= part.size();
        }
    }

    void copy_file() {
        auto left = number<std::uint64_t>();
        auto ordinal = number<std::uint32_t>();
        std::string path(number<std::uint16_t>(), '\0');
        read(std::as_writable_bytes(std::span(path)));
        auto replaced = folder_ / "replaced" / std::to_string(ordinal);
        UniqueFd file(::open(replaced.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
        if (!file) file = tree_.open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
        while (left > 0) {
            auto count = ::read(file.get(), buffer_.data(), std::min<std::size_t>(left, buffer_.size()));
            check(count, "read {} of a layer", path);
            if (count == 0) throw InternalError("the file {} of a layer was damaged on disk", path);
            output_.write(Bytes(buffer_).first(static_cast<std::size_t>(count)));
            left -= static_cast<std::uint64_t>(count);
        }
    }

    std::filesystem::path folder_;
    FdSource packed_;
    std::unique_ptr<Source> plain_;
    Tree tree_;
    Output& output_;
    std::vector<std::byte> buffer_;
};

}  // namespace

void replay_recipe(const std::filesystem::path& file, const std::filesystem::path& diff, Output& output) {
    Replay(file, diff, output).run();
}

}  // namespace dhow::image
