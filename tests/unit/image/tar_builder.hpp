#pragma once
// Tars made by hand, also ones that no tool would write.

#include <cstring>
#include <functional>
#include <map>
#include <string>

#include "image/source.hpp"
#include "tar/header.hpp"
#include "tar/pax.hpp"

namespace dhow::testing {

/// Reads a string, in pieces of odd sizes, as a pipe would give them.
class TextSource final : public image::Source {
  public:
    explicit TextSource(std::string text, std::size_t piece = 700) : text_(std::move(text)), piece_(piece) {}
    std::size_t read(std::span<std::byte> buffer) override {
        auto count = std::min({buffer.size(), piece_, text_.size() - position_});
        std::memcpy(buffer.data(), text_.data() + position_, count);
        position_ += count;
        return count;
    }

  private:
    std::string text_;
    std::size_t piece_;
    std::size_t position_ = 0;
};

class TextOutput final : public image::Output {
  public:
    void write(image::Bytes bytes) override {
        text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    }
    std::string text;
};

class TarBuilder {
  public:
    /// The general form: header as given, `content` as payload whatever `header.size` says.
    TarBuilder& raw(const tar::TarHeader& header, std::string_view content = "") {
        std::array<std::byte, tar::tar_block> block;
        tar::write_tar_header(header, block);
        text_.append(reinterpret_cast<const char*>(block.data()), block.size());
        text_ += content;
        text_.append((512 - content.size() % 512) % 512, '\0');
        return *this;
    }
    TarBuilder& file(std::string name, std::string_view content, std::uint32_t mode = 0644) {
        return raw(
            {.name = name, .mode = mode, .size = static_cast<std::int64_t>(content.size()), .mtime = 1000},
            content);
    }
    TarBuilder& directory(std::string name, std::uint32_t mode = 0755) {
        return raw({.name = name, .mode = mode, .mtime = 2000, .type = '5'});
    }
    TarBuilder& symlink(std::string name, std::string target) {
        return raw({.name = name, .link_name = target, .mode = 0777, .type = '2'});
    }
    TarBuilder& hard_link(std::string name, std::string target) {
        return raw({.name = name, .link_name = target, .mode = 0644, .type = '1'});
    }
    TarBuilder& pax(const std::map<std::string, std::string>& records) {
        std::string text;
        for (const auto& [key, value] : records) text += tar::pax_record(key, value);
        return raw({.name = "pax", .mode = 0644, .size = static_cast<std::int64_t>(text.size()), .type = 'x'},
                   text);
    }
    /// The tar with its end.
    std::string end() const { return text_ + std::string(1024, '\0'); }
    /// The tar without.
    const std::string& text() const { return text_; }

  private:
    std::string text_;
};

}  // namespace dhow::testing
