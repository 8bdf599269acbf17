#include "cli/build/fields.hpp"

#include "base/error.hpp"

namespace dhow::cli {

Fields read_fields(std::string_view text) {
    Fields fields;
    for (std::size_t at = 0; at <= text.size();) {
        std::string field;
        bool quoted = at < text.size() && text[at] == '"';
        if (quoted) {
            auto end = text.find('"', at + 1);
            if (end == text.npos) throw InvalidArgument("a quote is not closed in '{}'", text);
            field = text.substr(at + 1, end - at - 1);
            at = end + 1;
        }
        auto end = std::min(text.find(',', at), text.size());
        field += text.substr(at, end - at);
        at = end + 1;
        auto equals = field.find('=');
        fields.emplace_back(field.substr(0, equals), equals == field.npos ? "" : field.substr(equals + 1));
    }
    return fields;
}

}  // namespace dhow::cli
