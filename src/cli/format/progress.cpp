#include "cli/format/progress.hpp"

#include <algorithm>
#include <map>

#include "base/error.hpp"
#include "base/units.hpp"
#include "cli/format/text.hpp"
#include "cli/terminal/raw_mode.hpp"

namespace dhow::cli {

namespace {

/// "[====>    ]  1.5MB/3MB", as wide as a terminal of `columns` allows.
std::string bar(const json::Value& detail, std::uint32_t columns) {
    auto current = integer_at(detail, "current");
    auto total = integer_at(detail, "total");
    if (current <= 0 && total <= 0) return {};
    if (total <= 0) return human_size(static_cast<double>(current));
    std::string text;
    if (columns > 110) {
        auto filled = static_cast<std::size_t>(std::clamp<std::int64_t>(current * 50 / total, 0, 50));
        text = "[" + std::string(filled, '=') + (filled < 50 ? ">" : "") +
               std::string(filled < 50 ? 49 - filled : 0, ' ') + "]  ";
    }
    auto numbers = human_size(static_cast<double>(current)) + "/" + human_size(static_cast<double>(total));
    return text + numbers;
}

/// Where the lines of the ids stand, so that each can be drawn over.
class Display {
  public:
    explicit Display(int fd) : fd_(fd), is_terminal_(fd >= 0 && is_terminal(fd)) {
        if (is_terminal_) columns_ = terminal_size(fd).value_or(TerminalSize{24, 80}).columns;
    }

    void show(const json::Value& message) {
        if (fd_ < 0) return;
        auto id = string_at(message, "id");
        const auto* detail = find(message, "progressDetail");
        auto progress = detail ? bar(*detail, columns_) : std::string();
        if (!is_terminal_ && !progress.empty()) return;
        auto line = (id.empty() ? "" : id + ": ") + string_at(message, "status") +
                    (progress.empty() ? "" : " " + progress);
        if (auto text = string_at(message, "stream"); !text.empty()) return write(text);
        if (id.empty() || !is_terminal_) return line.empty() ? void() : write(line + "\n");
        draw(id, line);
    }

  private:
    void write(std::string_view text) {
        lines_.clear();
        client::write_all(fd_, text);
    }

    void draw(const std::string& id, const std::string& line) {
        if (!lines_.contains(id)) {
            lines_.emplace(id, lines_.size());
            client::write_all(fd_, "\n");
        }
        auto up = lines_.size() - lines_[id];
        client::write_all(fd_, fmt::format("\x1b[{0}A\x1b[2K\r{1}\r\x1b[{0}B", up, line));
    }

    int fd_;
    bool is_terminal_;
    std::uint32_t columns_ = 80;
    std::map<std::string, std::size_t> lines_;
};

}  // namespace

void show_progress(client::JsonStream stream, int fd) {
    Display display(fd);
    while (auto message = stream.next()) {
        auto failure = string_at(*message, "errorDetail.message");
        if (failure.empty()) failure = string_at(*message, "error");
        if (!failure.empty()) throw Unavailable("{}", failure);
        display.show(*message);
    }
}

}  // namespace dhow::cli
