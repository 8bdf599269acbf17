#include "shim/server/line_splitter.hpp"

#include <algorithm>

#include "base/units.hpp"
#include "shim/server/json_line.hpp"

namespace dhow::shim {

void LineSplitter::emit(std::string_view line, bool newline, std::string_view time) {
    entry_.clear();
    append_json_line(entry_, line, newline, stream_, time);
    log_.append(entry_);
}

void LineSplitter::feed(std::string_view bytes) {
    auto time = format_timestamp(now());
    while (!bytes.empty()) {
        auto room = max_line - waiting_.size();
        auto end = bytes.substr(0, room).find('\n');
        bool line = end != std::string_view::npos;
        auto part = bytes.substr(0, line ? end : std::min(room, bytes.size()));
        bytes.remove_prefix(part.size() + (line ? 1 : 0));
        if (!line && waiting_.size() + part.size() < max_line) {
            waiting_ += part;
            break;
        }
        if (waiting_.empty()) {
            emit(part, line, time);
        } else {
            waiting_ += part;
            emit(waiting_, line, time);
            waiting_ = {};
        }
    }
    log_.flush();
    if (entry_.capacity() > max_line) entry_ = {};
}

void LineSplitter::finish() {
    if (waiting_.empty()) return;
    emit(waiting_, false, format_timestamp(now()));
    waiting_ = {};
    entry_ = {};
    log_.flush();
}

}  // namespace dhow::shim
