#include "shim/server/escape_filter.hpp"

namespace dhow::shim {

EscapeFilter::Result EscapeFilter::feed(std::string_view bytes) {
    Result result;
    if (keys_.empty()) {
        result.pass = bytes;
        return result;
    }
    for (char byte : bytes) {
        if (byte != keys_[matched_]) {
            result.pass.append(keys_, 0, matched_);
            matched_ = 0;
        }
        if (byte != keys_[matched_]) {
            result.pass += byte;
        } else if (++matched_ == keys_.size()) {
            matched_ = 0;
            result.detach = true;
            break;
        }
    }
    return result;
}

}  // namespace dhow::shim
